-- +goose Up
-- Policies for apps: app protection policies and app configurations stand in the table of policies.
ALTER TABLE policy
    ADD COLUMN apps     text[]  NOT NULL DEFAULT '{}',  -- identifiers of the apps that the policy is for, lower case
    ADD COLUMN unlisted boolean NOT NULL DEFAULT false, -- Graph lists the policy, but neither its apps nor its assignments
    ADD COLUMN deployed jsonb;                          -- see configuration.Deployment; NULL: Graph gives none
