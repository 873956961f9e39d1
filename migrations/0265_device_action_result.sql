-- +goose Up
-- device_action_result is what became of the remote actions of the devices that Intune still has, one row for each device and kind of action:
-- the column actions of device says the same, but a list of all results can be neither sorted nor narrowed by it.
CREATE TABLE device_action_result (
    tenant_id  uuid        NOT NULL,
    device_id  text        NOT NULL COLLATE "C",
    action     text        NOT NULL COLLATE "C", -- actionName, as Graph spells it
    name       text        NOT NULL,             -- of the device
    name_key   text        NOT NULL COLLATE "C",
    state      text        NOT NULL COLLATE "C",
    started_at timestamptz NOT NULL,             -- -infinity: Graph does not say
    updated_at timestamptz NOT NULL,
    error_code bigint      NOT NULL,
    PRIMARY KEY (tenant_id, device_id, action)
);
INSERT INTO device_action_result (tenant_id, device_id, action, name, name_key, state, started_at, updated_at, error_code)
SELECT DISTINCT ON (d.tenant_id, d.id, a.name) d.tenant_id, d.id, a.name, d.name, d.name_key, COALESCE(a.state, ''),
       COALESCE(a.started_at, '-infinity'), COALESCE(a.updated_at, '-infinity'), COALESCE(a.error_code, 0)
FROM   device d
CROSS  JOIN LATERAL jsonb_to_recordset(d.actions) AS a (name text, state text, started_at timestamptz, updated_at timestamptz, error_code bigint)
WHERE  d.gone_at IS NULL
AND    d.actions <> '[]'
AND    a.name <> ''
ORDER  BY d.tenant_id, d.id, a.name, a.started_at DESC NULLS LAST;
CREATE INDEX device_action_result_started    ON device_action_result (tenant_id, started_at, device_id, action);
CREATE INDEX device_action_result_name       ON device_action_result (tenant_id, name_key, device_id, action);
CREATE INDEX device_action_result_state      ON device_action_result (state, started_at, tenant_id, device_id, action);
CREATE INDEX device_action_result_action     ON device_action_result (action, state, started_at, tenant_id, device_id);
CREATE INDEX device_action_result_all        ON device_action_result (started_at, tenant_id, device_id, action);
CREATE INDEX device_action_result_name_all   ON device_action_result (name_key, tenant_id, device_id, action);
SELECT isolate('device_action_result');
