-- +goose Up
-- A list as it was on a day finds what changed since in the fields that it is sorted and filtered by, and what is new since.
CREATE INDEX device_change_field ON device_change (field, at, tenant_id, device_id);
CREATE INDEX device_first_seen   ON device (first_seen_at, tenant_id);
