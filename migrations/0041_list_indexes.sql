-- +goose Up
-- Over all tenants the counts are found by what they are of, and added up from the index alone.
CREATE INDEX device_count_all ON device_count (compliance, os, checkin, ownership, encrypted, tenant_id) INCLUDE (devices);
-- Every page shows the first customers.
CREATE INDEX tenant_listed ON tenant (home DESC, lower(display_name), tenant_id);
