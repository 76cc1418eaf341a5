-- Words that stand for others in searches: one document of the tenant.
CREATE TABLE synonyms (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
