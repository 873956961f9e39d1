-- +goose Up
-- withdrawal is that a customer's administrator took the consent back in the portal, and what became of the data. It proves the deletion, so
-- it stays when everything else of the tenant goes. The receipt opens the proof without a sign-in, which may be impossible by then.
CREATE TABLE withdrawal (
    tenant_id     uuid        NOT NULL REFERENCES tenant,
    withdrawal_id bigint      GENERATED ALWAYS AS IDENTITY,
    receipt_hash  bytea       NOT NULL CHECK (length(receipt_hash) = 32),
    language      text        NOT NULL,
    at            timestamptz NOT NULL,
    by_name       text        NOT NULL,
    delete_at     timestamptz NOT NULL, -- at: at once; later: when what is kept has been kept long enough
    began_at      timestamptz,          -- of the deletion
    deleted_at    timestamptz,
    rows_deleted  jsonb       NOT NULL DEFAULT '{}', -- table to number of rows, growing while the deletion goes on
    head_seq      bigint      NOT NULL DEFAULT 0,    -- of the audit chain when all was deleted
    head_hash     bytea       NOT NULL DEFAULT '',
    looked_at     timestamptz,          -- when Microsoft was asked last whether the access is gone
    gone_at       timestamptz,          -- when Microsoft first said that it is
    PRIMARY KEY (tenant_id, withdrawal_id)
);
CREATE INDEX withdrawal_receipt ON withdrawal (receipt_hash);
CREATE INDEX withdrawal_due ON withdrawal (delete_at) WHERE deleted_at IS NULL;
SELECT isolate('withdrawal');

-- withdrawn_at is set while a withdrawal stands: what the portal can still read at Microsoft then changes nothing, and only a new consent
-- ends it. erasing is set while the deletion goes on: until it has ended nothing new begins.
ALTER TABLE tenant ADD COLUMN withdrawn_at timestamptz;
ALTER TABLE tenant ADD COLUMN erasing boolean NOT NULL DEFAULT false;

-- permission_use is when a permission of a signed-in person was last used in a tenant, and by whom. What the program uses by itself shows
-- in sync_state.
CREATE TABLE permission_use (
    tenant_id uuid        NOT NULL REFERENCES tenant,
    name      text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    by_name   text        NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
SELECT isolate('permission_use');
