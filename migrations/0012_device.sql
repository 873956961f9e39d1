-- +goose Up
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- device is a managed device as Intune lists it. Times that Intune never set are '-infinity', so that they sort first and compare.
-- There is no foreign key to tenant: the check per row would cost as much as the row in a first read of a million.
CREATE TABLE device (
    tenant_id        uuid        NOT NULL,
    id               text        NOT NULL COLLATE "C",
    name             text        NOT NULL,
    name_key         text        NOT NULL COLLATE "C", -- lower case: sorts and prefixes
    serial           text        NOT NULL,
    serial_key       text        NOT NULL COLLATE "C",
    user_id          text        NOT NULL,
    upn              text        NOT NULL,
    user_name        text        NOT NULL,
    user_key         text        NOT NULL COLLATE "C",
    email            text        NOT NULL,
    os               text        NOT NULL COLLATE "C",
    os_version       text        NOT NULL COLLATE "C",
    model            text        NOT NULL,
    manufacturer     text        NOT NULL,
    compliance       text        NOT NULL COLLATE "C",
    grace_until      timestamptz NOT NULL,
    ownership        text        NOT NULL COLLATE "C",
    agent            text        NOT NULL,
    state            text        NOT NULL,
    enrolled_at      timestamptz NOT NULL,
    last_sync_at     timestamptz NOT NULL,
    checkin          text        NOT NULL COLLATE "C", -- age of last_sync_at when it was read: see device.CheckIns
    encrypted        boolean     NOT NULL,
    supervised       boolean     NOT NULL,
    jail_broken      text        NOT NULL,
    storage_total    bigint      NOT NULL, -- bytes
    storage_free     bigint      NOT NULL,
    imei             text        NOT NULL,
    meid             text        NOT NULL,
    wifi_mac         text        NOT NULL,
    phone            text        NOT NULL,
    carrier          text        NOT NULL,
    entra_device_id  text        NOT NULL, -- empty: not known to Entra
    entra_registered boolean,
    registration     text        NOT NULL,
    category         text        NOT NULL,
    threat           text        NOT NULL,
    enrolment_type   text        NOT NULL,
    enrolment_profile text       NOT NULL,
    eas_activated    boolean     NOT NULL,
    eas_device_id    text        NOT NULL,
    exchange_access  text        NOT NULL,
    exchange_reason  text        NOT NULL,
    exchange_sync_at timestamptz NOT NULL,
    certificate_until timestamptz NOT NULL,
    patch_level      text        NOT NULL,
    managed_name     text        NOT NULL,
    needs_approval   boolean,
    actions          jsonb       NOT NULL, -- without passcodes, PINs and places
    search           text        NOT NULL, -- lower case, one value a line
    hash             bytea       NOT NULL, -- of the columns above; 16 bytes of SHA-256
    first_seen_at    timestamptz NOT NULL,
    changed_at       timestamptz NOT NULL,
    gone_at          timestamptz,          -- first complete read that no longer had it
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX device_name         ON device (tenant_id, name_key, id)             WHERE gone_at IS NULL;
CREATE INDEX device_last_sync    ON device (tenant_id, last_sync_at, id)         WHERE gone_at IS NULL;
CREATE INDEX device_serial       ON device (serial_key, tenant_id, id)           WHERE gone_at IS NULL;
CREATE INDEX device_user         ON device (user_key, tenant_id, id)             WHERE gone_at IS NULL;
CREATE INDEX device_name_all     ON device (name_key, tenant_id, id)             WHERE gone_at IS NULL;
CREATE INDEX device_sync_all     ON device (last_sync_at, tenant_id, id)         WHERE gone_at IS NULL;
CREATE INDEX device_compliance   ON device (compliance, name_key, tenant_id, id) WHERE gone_at IS NULL;
CREATE INDEX device_os           ON device (os, name_key, tenant_id, id)         WHERE gone_at IS NULL;
CREATE INDEX device_checkin      ON device (checkin, name_key, tenant_id, id)    WHERE gone_at IS NULL;
CREATE INDEX device_search       ON device USING gin (search gin_trgm_ops);
SELECT isolate('device');

-- device_matching finds devices whose search text is LIKE the pattern. Row-level security keeps an index from being asked by an
-- operator that may leak (LIKE is one), so this runs as the owner and applies the very same scope itself. Where the owner is bound by
-- row-level security too, the answer is the same and only slower.
-- +goose StatementBegin
CREATE FUNCTION device_matching(pattern text) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 200 AS $$
    SELECT d.tenant_id, d.id
    FROM   device d
    WHERE  d.search LIKE pattern
    AND    ((SELECT current_setting('app.scope', true)) = 'all'
            OR d.tenant_id = ANY ((SELECT NULLIF(current_setting('app.tenants', true), '')::uuid[])::uuid[]))
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION device_matching(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_matching(text) TO tenantry_web;

-- device_change is the history of the fields that people ask about; check-in times and free space are not kept.
CREATE TABLE device_change (
    tenant_id uuid        NOT NULL,
    device_id text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    run       bigint      NOT NULL,
    field     text        NOT NULL COLLATE "C",
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, device_id, run, field)
);
CREATE INDEX device_change_at ON device_change (tenant_id, at DESC, device_id, field);
SELECT isolate('device_change');

CREATE TABLE device_category (
    tenant_id   uuid NOT NULL,
    id          text NOT NULL COLLATE "C",
    name        text NOT NULL,
    description text NOT NULL,
    hash        bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate('device_category');
