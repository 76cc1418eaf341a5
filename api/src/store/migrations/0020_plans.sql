-- The text of a problem or plan, apart from the document that lists show.
CREATE TABLE contents (
    tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id)
);

-- What a plan says row by row: assignments, shortfalls, alternates. `walled_body` is what somebody sees
-- who does not reach every client of the plan; empty where it is the same.
CREATE TABLE plan_rows (
    tenant TEXT NOT NULL, plan TEXT NOT NULL, kind TEXT NOT NULL, seq BIGINT NOT NULL,
    client TEXT NOT NULL, campaign TEXT NOT NULL, role TEXT NOT NULL, expert TEXT NOT NULL,
    first_week BIGINT NOT NULL, last_week BIGINT NOT NULL, body TEXT NOT NULL, walled_body TEXT NOT NULL,
    PRIMARY KEY (tenant, plan, kind, seq)
);
CREATE INDEX plan_rows_by_expert ON plan_rows (tenant, plan, kind, expert, seq);

ALTER TABLE plans ADD COLUMN published BIGINT NOT NULL DEFAULT 0;

-- One row a tenant, taken by whoever publishes, so that two do not book the same hours.
CREATE TABLE publishing (tenant TEXT PRIMARY KEY, times BIGINT NOT NULL);
