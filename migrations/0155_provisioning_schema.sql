-- +goose Up
-- provisioning_schema is how a job maps attributes and whom it takes, as Microsoft told it: a part of the job, read less often.
CREATE TABLE provisioning_schema (
    tenant_id uuid        NOT NULL,
    sp_id     text        NOT NULL COLLATE "C", -- object id of the service principal
    job_id    text        NOT NULL COLLATE "C",
    version   text        NOT NULL,
    rules     json        NOT NULL,             -- synchronizationRules, word for word: exports and comparisons lose nothing
    read_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, sp_id, job_id)
);
SELECT isolate('provisioning_schema');
