-- +goose Up
-- consent_link is a link that an administrator of one tenant may open. Only the hash of its token is kept. Opening it, or starting at
-- Microsoft, does not use it up: used_at is set when the grants were read back from the tenant.
CREATE TABLE consent_link (
    tenant_id  uuid        NOT NULL REFERENCES tenant,
    link_id    bigint      GENERATED ALWAYS AS IDENTITY,
    token_hash bytea       NOT NULL CHECK (length(token_hash) = 32),
    features   text[]      NOT NULL,
    language   text        NOT NULL,
    message    text        NOT NULL DEFAULT '',
    contact    text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    created_by text        NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by text        NOT NULL DEFAULT '',
    used_at    timestamptz,
    PRIMARY KEY (tenant_id, link_id)
);
CREATE INDEX consent_link_token ON consent_link (token_hash); -- not unique: 256 random bits are, and the table stays distributable by tenant
SELECT isolate('consent_link');

-- consent_attempt is one way to Microsoft and back. The state is spent by the first return that carries it; the receipt is the handle of
-- the page that tells what became of it.
CREATE TABLE consent_attempt (
    tenant_id    uuid        NOT NULL,
    state_hash   bytea       NOT NULL CHECK (length(state_hash) = 32),
    link_id      bigint      NOT NULL,
    language     text        NOT NULL,
    started_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    returned_at  timestamptz,
    receipt_hash bytea,
    outcome      text        NOT NULL DEFAULT '',
    outcome_at   timestamptz,
    other_tenant uuid,                        -- where the administrator was signed in instead
    code         integer     NOT NULL DEFAULT 0, -- AADSTS number of Microsoft's refusal
    tries        integer     NOT NULL DEFAULT 0,
    next_try_at  timestamptz,
    PRIMARY KEY (tenant_id, state_hash),
    FOREIGN KEY (tenant_id, link_id) REFERENCES consent_link
);
CREATE INDEX consent_attempt_link ON consent_attempt (tenant_id, link_id);
CREATE INDEX consent_attempt_state ON consent_attempt (state_hash);
CREATE INDEX consent_attempt_receipt ON consent_attempt (receipt_hash) WHERE receipt_hash IS NOT NULL;
CREATE INDEX consent_attempt_due ON consent_attempt (next_try_at) WHERE next_try_at IS NOT NULL;
SELECT isolate('consent_attempt');

-- consent_wish is what the tenant was asked for last and agreed to: the measure for missing and surplus.
CREATE TABLE consent_wish (
    tenant_id uuid        PRIMARY KEY REFERENCES tenant,
    features  text[]      NOT NULL,
    set_at    timestamptz NOT NULL,
    set_by    text        NOT NULL
);
SELECT isolate('consent_wish');

-- consent_reading is one attempt to read our grants from the tenant. What was not read completely says nothing.
CREATE TABLE consent_reading (
    tenant_id        uuid        NOT NULL REFERENCES tenant,
    reading_id       bigint      GENERATED ALWAYS AS IDENTITY,
    at               timestamptz NOT NULL,
    application_read boolean     NOT NULL,
    delegated_read   boolean     NOT NULL,
    state            text        NOT NULL, -- what the reading proved; empty: nothing
    held             integer     NOT NULL,
    missing          integer     NOT NULL,
    surplus          integer     NOT NULL,
    personal         integer     NOT NULL, -- delegated grants of single persons
    problem          text        NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, reading_id)
);
CREATE INDEX consent_reading_at ON consent_reading (tenant_id, at DESC);
SELECT isolate('consent_reading');

-- consent_grant keeps every permission's standing over time. A row is open while gone_at is NULL; a change of standing closes it and
-- opens another.
CREATE TABLE consent_grant (
    tenant_id  uuid        NOT NULL REFERENCES tenant,
    kind       text        NOT NULL CHECK (kind IN ('application', 'delegated')),
    resource   text        NOT NULL COLLATE "C",
    name       text        NOT NULL COLLATE "C",
    standing   text        NOT NULL CHECK (standing IN ('granted', 'missing', 'surplus')),
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    gone_at    timestamptz,
    PRIMARY KEY (tenant_id, kind, resource, name, first_seen)
);
CREATE UNIQUE INDEX consent_grant_open ON consent_grant (tenant_id, kind, resource, name) WHERE gone_at IS NULL;
SELECT isolate('consent_grant');
