-- What the audit calls a person. The link goes when the person is erased; the audit stays as it was written.
CREATE TABLE pseudonyms (
    tenant TEXT NOT NULL, expert TEXT NOT NULL, pseudonym TEXT NOT NULL,
    PRIMARY KEY (tenant, expert)
);
CREATE UNIQUE INDEX pseudonyms_by_name ON pseudonyms (tenant, pseudonym);
