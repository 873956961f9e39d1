-- +goose Up
-- How users stand with an app configuration for managed devices, beside how devices do: see configuration.Status. NULL: Graph gave no such count.
ALTER TABLE policy ADD COLUMN user_status jsonb;
