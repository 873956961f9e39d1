-- +goose Up
-- provisioning_job_change is the history of the fields of a synchronization job that people ask about; progress and counts are not kept.
CREATE TABLE provisioning_job_change (
    tenant_id uuid        NOT NULL,
    sp_id     text        NOT NULL COLLATE "C",
    job_id    text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    run       bigint      NOT NULL,
    field     text        NOT NULL COLLATE "C",
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, sp_id, job_id, run, field)
);
CREATE INDEX provisioning_job_change_at ON provisioning_job_change (tenant_id, at);
SELECT isolate('provisioning_job_change');
