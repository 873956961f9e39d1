-- +goose Up
-- What changed on devices of all customers, the newest first, follows an index by time: those there are begin with a tenant or a field.
CREATE INDEX device_change_all ON device_change (at, tenant_id, device_id, field, run);
