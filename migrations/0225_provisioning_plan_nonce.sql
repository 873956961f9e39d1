-- +goose Up
-- nonce is of the form that made a plan, so that one that is sent twice adds each application once; empty: of a plan from before.
ALTER TABLE provisioning_plan ADD COLUMN nonce text NOT NULL DEFAULT '' COLLATE "C";
CREATE UNIQUE INDEX provisioning_plan_nonce ON provisioning_plan (nonce) WHERE nonce <> '';
