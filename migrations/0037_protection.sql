-- +goose Up
-- device_protection is what Defender on a Windows device reports to Intune, read together with the device's name. Devices that are not
-- Windows, or never reported, have no row.
CREATE TABLE device_protection (
    tenant_id          uuid        NOT NULL,
    id                 text        NOT NULL COLLATE "C", -- of the managed device
    name               text        NOT NULL,
    name_key           text        NOT NULL COLLATE "C",
    state              text        NOT NULL COLLATE "C", -- windowsDeviceHealthState: flags, joined by commas
    product_status     text        NOT NULL,             -- windowsDefenderProductStatus: flags, joined by commas
    problems           text[]      NOT NULL,             -- see protection.Problems
    malware_protection boolean,
    real_time          boolean,
    network_inspection boolean,
    tamper             boolean,
    virtual_machine    boolean,
    engine_version     text        NOT NULL,
    signature_version  text        NOT NULL,
    client_version     text        NOT NULL,
    quick_scan_at      timestamptz NOT NULL,
    full_scan_at       timestamptz NOT NULL,
    active_malware     bigint      NOT NULL,
    remediated_malware bigint      NOT NULL,
    reported_at        timestamptz NOT NULL,
    hash               bytea       NOT NULL,
    first_seen_at      timestamptz NOT NULL,
    changed_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX device_protection_name     ON device_protection (tenant_id, name_key, id);
CREATE INDEX device_protection_name_all ON device_protection (name_key, tenant_id, id);
CREATE INDEX device_protection_problems ON device_protection USING gin (problems) WHERE problems <> '{}';
SELECT isolate('device_protection');

-- malware is what was found on Windows devices of a tenant, one row for each entry of Microsoft's encyclopaedia.
CREATE TABLE malware (
    tenant_id     uuid        NOT NULL,
    id            text        NOT NULL COLLATE "C", -- the same in every tenant
    name          text        NOT NULL,
    name_key      text        NOT NULL COLLATE "C",
    severity      text        NOT NULL COLLATE "C", -- windowsMalwareSeverity
    severity_rank integer     NOT NULL,             -- severe 4 … unknown 0
    category      text        NOT NULL COLLATE "C",
    url           text        NOT NULL,
    detected_at   timestamptz NOT NULL,             -- last
    hash          bytea       NOT NULL,
    first_seen_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX malware_detected ON malware (detected_at, tenant_id, id);
SELECT isolate('malware');
