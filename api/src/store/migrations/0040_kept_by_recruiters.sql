-- Searches kept by name. `watched` is 1 where somebody wants to be told of new matches.
CREATE TABLE searches (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    watched BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Lists of people with a state, a reason and notes each.
CREATE TABLE shortlists (
    tenant TEXT NOT NULL, id TEXT NOT NULL, client TEXT NOT NULL, rev BIGINT NOT NULL, hash TEXT NOT NULL,
    body TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Whom a watched search has found: `matches` is 1 for those it found when they last changed, 0 for those it found before.
CREATE TABLE search_people (
    tenant TEXT NOT NULL, search TEXT NOT NULL, expert TEXT NOT NULL, matches BIGINT NOT NULL,
    PRIMARY KEY (tenant, search, expert)
);

-- Who came to match a search, numbered from 1 within it.
CREATE TABLE alerts (
    tenant TEXT NOT NULL, search TEXT NOT NULL, seq BIGINT NOT NULL, client TEXT NOT NULL, expert TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, search, seq)
);

-- Up to which change of the feed people were looked at for alerts. Whoever writes alerts, or what is watched, holds
-- the row.
CREATE TABLE alerting (tenant TEXT PRIMARY KEY, position BIGINT NOT NULL);
