-- +goose Up
-- Which credentials a job's application wants, as the job's template says: whoever plans the same application of the gallery for other customers
-- is offered their names.
ALTER TABLE provisioning_schema
    ADD COLUMN gallery text NOT NULL DEFAULT '' COLLATE "C", -- id of the application in the gallery; empty: from elsewhere, or not read
    ADD COLUMN fields  text[];                               -- NULL: not read
CREATE INDEX provisioning_schema_gallery ON provisioning_schema (gallery) WHERE gallery <> '';
