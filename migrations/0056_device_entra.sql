-- +goose Up
-- A device is found by the id that Entra gives it, too: Autopilot, sign-in logs and people name it by that.
CREATE INDEX device_entra ON device (entra_device_id, tenant_id) WHERE entra_device_id <> '';
