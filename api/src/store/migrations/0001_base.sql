-- Only TEXT and BIGINT: both databases read and write them the same way. Documents are canonical JSON
-- with a few columns beside them to filter by. Times are UTC milliseconds, hashes hexadecimal SHA-256.

CREATE TABLE tenants (
    tenant TEXT PRIMARY KEY,
    event_seq BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_hash TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

CREATE TABLE clients (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE experts (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    stage TEXT NOT NULL, country TEXT NOT NULL, currency TEXT NOT NULL,
    min_cents BIGINT NOT NULL, weekly_hours BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX experts_by_stage ON experts (tenant, stage, id);
CREATE INDEX experts_by_country ON experts (tenant, country, id);

-- Age, gender and the like: read by an auditor's report and by nothing else.
CREATE TABLE protected_attributes (
    tenant TEXT NOT NULL, expert TEXT NOT NULL, attribute TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (tenant, expert, attribute)
);

CREATE TABLE campaigns (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX campaigns_by_client ON campaigns (tenant, client, id);

CREATE TABLE problems (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE plans (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    problem TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX plans_by_problem ON plans (tenant, problem, id);

CREATE TABLE bookings (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    expert TEXT NOT NULL, campaign TEXT NOT NULL, plan TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX bookings_by_expert ON bookings (tenant, expert, id);
CREATE INDEX bookings_by_plan ON bookings (tenant, plan, id);

-- What is to be computed. A worker that holds the lease may write while its attempt is the latest.
CREATE TABLE jobs (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    state TEXT NOT NULL, attempt BIGINT NOT NULL, lease_until_ms BIGINT NOT NULL, cancel BIGINT NOT NULL,
    worker TEXT NOT NULL, outcome TEXT NOT NULL, created_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX jobs_by_state ON jobs (state, created_ms);

CREATE TABLE job_events (
    tenant TEXT NOT NULL, job TEXT NOT NULL, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (tenant, job, seq)
);

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL, name TEXT NOT NULL, secret_hash TEXT NOT NULL, role TEXT NOT NULL,
    actions TEXT NOT NULL, clients TEXT NOT NULL,
    created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL, revoked_ms BIGINT NOT NULL
);
CREATE INDEX keys_by_tenant ON keys (tenant, id);

CREATE TABLE users (
    tenant TEXT NOT NULL, id TEXT NOT NULL, password_hash TEXT NOT NULL, role TEXT NOT NULL,
    clients TEXT NOT NULL, created_ms BIGINT NOT NULL, disabled_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL, user_id TEXT NOT NULL, secret_hash TEXT NOT NULL,
    created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL
);

-- The change feed: numbers without gaps, counted in `tenants` in the same transaction.
CREATE TABLE events (
    tenant TEXT NOT NULL, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    client TEXT NOT NULL, op TEXT NOT NULL, rev BIGINT NOT NULL,
    PRIMARY KEY (tenant, seq)
);

-- Who did what. Every row holds the hash of the one before it.
CREATE TABLE audit (
    tenant TEXT NOT NULL, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL, actor TEXT NOT NULL,
    action TEXT NOT NULL, detail TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (tenant, seq)
);

-- The first answer to a request, given again to whoever repeats it.
CREATE TABLE idempotency (
    tenant TEXT NOT NULL, actor TEXT NOT NULL, name TEXT NOT NULL, request_hash TEXT NOT NULL,
    status BIGINT NOT NULL, location TEXT NOT NULL, etag TEXT NOT NULL, body TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, actor, name)
);
CREATE INDEX idempotency_by_age ON idempotency (created_ms);
