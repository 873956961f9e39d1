-- +goose Up
-- What stays unknown for good does not keep a device from being wiped: whoever looked at it decides.
DROP INDEX device_action_once;
CREATE UNIQUE INDEX device_action_once ON device_action (tenant_id, device_id, kind)
    WHERE state IN ('queued', 'sent', 'approval', 'pending') OR (destructive AND state = 'unknown' AND ended_at IS NULL);
