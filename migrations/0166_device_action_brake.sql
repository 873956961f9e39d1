-- +goose Up
-- brake_id is the request at the brake that an action passes before it is sent (brake_request); 0: it passes none.
ALTER TABLE device_action ADD COLUMN brake_id bigint NOT NULL DEFAULT 0;
