-- +goose Up
-- licence is one subscribed SKU of a tenant, with what became of it. It takes the place of tenant_licence, which had no history and which
-- nothing reads or writes any more; that one is dropped once no older release runs beside this.
CREATE TABLE licence (
    tenant_id     uuid        NOT NULL,
    id            text        NOT NULL COLLATE "C", -- skuId
    name          text        NOT NULL,             -- the product's, where it is known, else the part number
    part_number   text        NOT NULL,
    applies_to    text        NOT NULL, -- User, Company
    status        text        NOT NULL, -- capabilityStatus: Enabled, Warning, Suspended, Deleted, LockedOut
    enabled       bigint      NOT NULL,
    consumed      bigint      NOT NULL,
    warning       bigint      NOT NULL,
    suspended     bigint      NOT NULL,
    plans         text[]      NOT NULL, -- names of the service plans that are provisioned
    intune        boolean     NOT NULL, -- one of them brings Intune
    hash          bytea       NOT NULL,
    first_seen_at timestamptz NOT NULL, -- -infinity: before this was kept
    changed_at    timestamptz NOT NULL,
    gone_at       timestamptz,
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate('licence');
INSERT INTO licence (tenant_id, id, name, part_number, applies_to, status, enabled, consumed, warning, suspended, plans, intune, hash, first_seen_at, changed_at)
SELECT tenant_id, sku_id, part_number, part_number, applies_to, status, enabled, consumed, warning, suspended, plans, false, '', '-infinity', '-infinity'
FROM   tenant_licence;

-- licence_change is the history of licences.
CREATE TABLE licence_change (
    tenant_id  uuid        NOT NULL,
    licence_id text        NOT NULL COLLATE "C",
    at         timestamptz NOT NULL,
    run        bigint      NOT NULL,
    field      text        NOT NULL COLLATE "C",
    old        text        NOT NULL,
    new        text        NOT NULL,
    PRIMARY KEY (tenant_id, licence_id, run, field)
);
CREATE INDEX licence_change_at ON licence_change (tenant_id, at);
SELECT isolate('licence_change');
