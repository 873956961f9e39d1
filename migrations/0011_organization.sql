-- +goose Up
-- organization is what the tenant says of itself, read by the sync; the tenant table holds what the portal decided.
CREATE TABLE organization (
    tenant_id            uuid        PRIMARY KEY REFERENCES tenant,
    display_name         text        NOT NULL DEFAULT '',
    country              text        NOT NULL DEFAULT '', -- ISO 3166-1 alpha-2
    language             text        NOT NULL DEFAULT '',
    tenant_type          text        NOT NULL DEFAULT '',
    mdm_authority        text        NOT NULL DEFAULT '', -- unknown, intune, sccm, office365
    created_at           timestamptz,
    directory_synced     boolean,                         -- NULL: never synchronised from on-premises
    directory_synced_at  timestamptz,
    technical_mails      text[]      NOT NULL DEFAULT '{}',
    intune               text        NOT NULL DEFAULT 'unknown' CHECK (intune IN ('unknown', 'licensed', 'suspended', 'none')),
    changed_at           timestamptz NOT NULL DEFAULT now()
);
SELECT isolate('organization');

CREATE TABLE tenant_domain (
    tenant_id      uuid    NOT NULL REFERENCES tenant,
    name           text    NOT NULL COLLATE "C",
    is_default     boolean NOT NULL DEFAULT false,
    is_initial     boolean NOT NULL DEFAULT false,
    is_verified    boolean NOT NULL DEFAULT false,
    authentication text    NOT NULL DEFAULT '', -- Managed, Federated
    services       text[]  NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, name)
);
CREATE INDEX tenant_domain_name ON tenant_domain (name);
SELECT isolate('tenant_domain');

-- tenant_licence is one subscribed SKU.
CREATE TABLE tenant_licence (
    tenant_id   uuid    NOT NULL REFERENCES tenant,
    sku_id      text    NOT NULL COLLATE "C",
    part_number text    NOT NULL DEFAULT '',
    applies_to  text    NOT NULL DEFAULT '', -- User, Company
    status      text    NOT NULL DEFAULT '', -- Enabled, Warning, Suspended, Deleted, LockedOut
    enabled     bigint  NOT NULL DEFAULT 0,
    consumed    bigint  NOT NULL DEFAULT 0,
    warning     bigint  NOT NULL DEFAULT 0,
    suspended   bigint  NOT NULL DEFAULT 0,
    plans       text[]  NOT NULL DEFAULT '{}', -- names of the service plans that are provisioned
    PRIMARY KEY (tenant_id, sku_id)
);
SELECT isolate('tenant_licence');
