-- +goose Up
-- Why a customer of a plan failed is kept with the failures; this is its id there.
ALTER TABLE provisioning_plan_line ADD COLUMN failure text NOT NULL DEFAULT '';
