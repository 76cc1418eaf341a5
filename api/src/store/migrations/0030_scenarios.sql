-- A plan's base with a change, kept by name.
CREATE TABLE scenarios (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- What drafts would take of a person's weeks is read from the plans' rows.
CREATE INDEX plan_rows_of_expert ON plan_rows (tenant, expert, plan, seq);

-- Whose a text, or what a job told, is: PostgreSQL's walls around clients stand before these, too.
ALTER TABLE contents ADD COLUMN client TEXT NOT NULL DEFAULT '';
UPDATE contents SET client = COALESCE((SELECT problems.client FROM problems
    WHERE problems.tenant = contents.tenant AND problems.id = contents.id), '') WHERE kind = 'problem';
UPDATE contents SET client = COALESCE((SELECT plans.client FROM plans
    WHERE plans.tenant = contents.tenant AND plans.id = contents.id), '') WHERE kind = 'plan';
ALTER TABLE job_events ADD COLUMN client TEXT NOT NULL DEFAULT '';
UPDATE job_events SET client = COALESCE((SELECT jobs.client FROM jobs
    WHERE jobs.tenant = job_events.tenant AND jobs.id = job_events.job), '');
CREATE INDEX jobs_by_tenant ON jobs (tenant, state);

-- The first and the last day of a booking, so that only those of some weeks need be read. Of bookings that were
-- made before, any day may be one.
ALTER TABLE bookings ADD COLUMN starts TEXT NOT NULL DEFAULT '0000-01-01';
ALTER TABLE bookings ADD COLUMN ends TEXT NOT NULL DEFAULT '9999-12-31';
CREATE INDEX bookings_by_end ON bookings (tenant, ends);

-- Who was erased while jobs ran that had read their names: a hash, salted with the pseudonym, until these are over.
CREATE TABLE erasures (
    tenant TEXT NOT NULL, pseudonym TEXT NOT NULL, digest TEXT NOT NULL, at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, pseudonym)
);
