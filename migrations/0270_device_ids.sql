-- +goose Up
-- A device is found by the beginning of either of its ids: in a log, or on a screen too narrow, that is often all there is of one. device_text
-- is seldom written, so that an index there is not paid for by each check-in, as one of device would be.
CREATE INDEX device_text_id ON device_text (id, tenant_id);

-- As before, but for beginnings besides whole ids: of texts that are not sorted by their bytes, only this operator class can tell them.
DROP INDEX device_entra;
CREATE INDEX device_entra ON device (entra_device_id text_pattern_ops, tenant_id) WHERE entra_device_id <> '';
