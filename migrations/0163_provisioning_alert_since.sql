-- +goose Up
ALTER TABLE provisioning_alert ADD COLUMN since timestamptz; -- since when Microsoft says that it is so; NULL: it does not say
