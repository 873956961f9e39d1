-- +goose Up
-- A list of devices follows the index of its order until a page is full: soon where many match, through all of them where few or none do, such
-- as of a model that one customer has. Of values that are seldom this index knows the devices; together they take some ten bytes a device.
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE INDEX device_seldom ON device USING gin (model, os_version, category, manufacturer, state, ownership) WHERE gone_at IS NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION device_settle() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT gin_clean_pending_list('device_search'::regclass) + gin_clean_pending_list('device_seldom'::regclass)
$$;
-- +goose StatementEnd

-- Those that are no longer registered are few among all.
CREATE INDEX autopilot_gone ON autopilot_identity (serial_key, tenant_id, id) WHERE gone_at IS NOT NULL;
-- Of those registered some have no managed device.
CREATE INDEX autopilot_unmanaged ON autopilot_identity (serial_key, tenant_id, id) WHERE gone_at IS NULL AND managed_device_id = '';
