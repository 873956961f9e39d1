-- +goose Up
-- device_protection_change is the history of what Defender on a device reports, of what people ask about: what was on or off, what problems
-- there were. Versions and scans move with every report and are not kept.
CREATE TABLE device_protection_change (
    tenant_id uuid        NOT NULL,
    device_id text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    run       bigint      NOT NULL,
    field     text        NOT NULL COLLATE "C",
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, device_id, run, field)
);
CREATE INDEX device_protection_change_at ON device_protection_change (tenant_id, at);
SELECT isolate('device_protection_change');

-- The lists' other orders.
CREATE INDEX device_protection_reported ON device_protection (reported_at, tenant_id, id);
CREATE INDEX device_protection_malware  ON device_protection (active_malware, name_key, tenant_id, id);
