-- +goose Up
-- Most customers map an application alike: comparing a thousand of them reads each of the few ways once.
ALTER TABLE provisioning_schema ADD COLUMN hash text NOT NULL GENERATED ALWAYS AS (md5(rules::text)) STORED;
