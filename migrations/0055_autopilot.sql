-- +goose Up
-- autopilot_identity is a machine that Windows Autopilot knows in the tenant, by its hardware; it may never have been switched on.
CREATE TABLE autopilot_identity (
    tenant_id           uuid        NOT NULL,
    id                  text        NOT NULL COLLATE "C", -- of the identity, not of a device
    serial              text        NOT NULL,
    serial_key          text        NOT NULL COLLATE "C",
    name                text        NOT NULL, -- that Autopilot gives the machine; mostly empty
    manufacturer        text        NOT NULL,
    model               text        NOT NULL,
    system_family       text        NOT NULL,
    sku                 text        NOT NULL,
    group_tag           text        NOT NULL COLLATE "C",
    purchase_order      text        NOT NULL,
    profile_status      text        NOT NULL COLLATE "C", -- windowsAutopilotProfileAssignmentStatus
    profile_detail      text        NOT NULL COLLATE "C", -- windowsAutopilotProfileAssignmentDetailedStatus
    profile_assigned_at timestamptz NOT NULL,
    state               text        NOT NULL COLLATE "C", -- enrollmentState
    contacted_at        timestamptz NOT NULL,             -- last; -infinity: never
    upn                 text        NOT NULL,             -- who was assigned beforehand
    user_key            text        NOT NULL COLLATE "C",
    user_name           text        NOT NULL,
    entra_device_id     text        NOT NULL COLLATE "C",
    managed_device_id   text        NOT NULL COLLATE "C",
    device_account      text        NOT NULL, -- of shared machines such as meeting rooms
    friendly_name       text        NOT NULL,
    remediation         text        NOT NULL COLLATE "C", -- windowsAutopilotDeviceRemediationState
    remediation_at      timestamptz NOT NULL,
    userless            text        NOT NULL COLLATE "C", -- windowsAutopilotUserlessEnrollmentStatus
    search              text        NOT NULL,
    hash                bytea       NOT NULL,
    first_seen_at       timestamptz NOT NULL,
    changed_at          timestamptz NOT NULL,
    gone_at             timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX autopilot_serial    ON autopilot_identity (tenant_id, serial_key, id)                  WHERE gone_at IS NULL;
CREATE INDEX autopilot_all       ON autopilot_identity (serial_key, tenant_id, id)                  WHERE gone_at IS NULL;
CREATE INDEX autopilot_contacted ON autopilot_identity (contacted_at, tenant_id, id)                WHERE gone_at IS NULL;
CREATE INDEX autopilot_state     ON autopilot_identity (state, serial_key, tenant_id, id)           WHERE gone_at IS NULL;
CREATE INDEX autopilot_profile   ON autopilot_identity (profile_status, serial_key, tenant_id, id)  WHERE gone_at IS NULL;
CREATE INDEX autopilot_tag       ON autopilot_identity (group_tag, serial_key, tenant_id, id)       WHERE gone_at IS NULL;
CREATE INDEX autopilot_managed   ON autopilot_identity (tenant_id, managed_device_id)               WHERE managed_device_id <> '';
CREATE INDEX autopilot_entra     ON autopilot_identity (tenant_id, entra_device_id)                 WHERE entra_device_id <> '';
CREATE INDEX autopilot_search    ON autopilot_identity USING gin (search gin_trgm_ops);
SELECT isolate('autopilot_identity');

-- autopilot_change is the history of the fields that people ask about; the last contact is not kept.
CREATE TABLE autopilot_change (
    tenant_id   uuid        NOT NULL,
    identity_id text        NOT NULL COLLATE "C",
    at          timestamptz NOT NULL,
    run         bigint      NOT NULL,
    field       text        NOT NULL COLLATE "C",
    old         text        NOT NULL,
    new         text        NOT NULL,
    PRIMARY KEY (tenant_id, identity_id, run, field)
);
CREATE INDEX autopilot_change_at ON autopilot_change (tenant_id, at);
SELECT isolate('autopilot_change');

-- autopilot_matching finds the identities whose search text matches. As with devices, row-level security keeps the index of the search from
-- being asked, because LIKE might leak; this asks it, within the same scope.
-- +goose StatementBegin
CREATE FUNCTION autopilot_matching(pattern text) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND a.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT a.tenant_id, a.id FROM autopilot_identity a WHERE a.search LIKE %L AND a.gone_at IS NULL %s', pattern, within);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION autopilot_matching(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION autopilot_matching(text) TO tenantry_web;
