-- +goose Up
-- audit_place is how far a customer's chain was delivered to the webhook that an owner set.
CREATE TABLE audit_place (
    tenant_id uuid   PRIMARY KEY,
    seq       bigint NOT NULL
);
SELECT isolate('audit_place');

-- audit_stream is one row: how the delivery goes.
CREATE TABLE audit_stream (
    one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
    sent_at     timestamptz,                      -- NULL: nothing was delivered yet
    tries       integer     NOT NULL DEFAULT 0,   -- that failed since then
    next_try_at timestamptz NOT NULL DEFAULT now(),
    problem     text        NOT NULL DEFAULT ''   -- of the last try; empty: it went well
);
INSERT INTO audit_stream DEFAULT VALUES;
GRANT SELECT, UPDATE ON audit_stream TO tenantry_web;
