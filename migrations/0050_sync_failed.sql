-- +goose Up
-- What fails is looked for on the first page, among many times as many reads that do not.
CREATE INDEX sync_state_failed ON sync_state (tenant_id, dataset) WHERE state = 'failed';
