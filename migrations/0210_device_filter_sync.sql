-- +goose Up
-- Lists open by last check-in. With a filter they walked along all check-ins until a page was full: 100,000 devices for those that were
-- last seen a month ago. An index that begins with the filter holds the page at its beginning.
CREATE INDEX device_compliance_sync ON device (compliance, last_sync_at, tenant_id, id) WHERE gone_at IS NULL;
CREATE INDEX device_os_sync         ON device (os, last_sync_at, tenant_id, id)         WHERE gone_at IS NULL;
CREATE INDEX device_checkin_sync    ON device (checkin, last_sync_at, tenant_id, id)    WHERE gone_at IS NULL;

-- Of a check-in's age in the order of names nothing needs more than the index by name.
DROP INDEX device_checkin;
