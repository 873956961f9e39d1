-- +goose Up
-- device_job is one order for many devices of several customers. Its lines are the actions.
CREATE TABLE device_job (
    job_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text        NOT NULL COLLATE "C",
    choice   text        NOT NULL,                    -- what was chosen for the action, in words
    reason   text        NOT NULL,
    made_at  timestamptz NOT NULL,
    made_by  text        NOT NULL,                    -- in words
    set_hash text        NOT NULL COLLATE "C",        -- SHA-256 of the devices that were confirmed
    nonce    text        NOT NULL UNIQUE COLLATE "C", -- of the form
    skipped  bigint      NOT NULL,                    -- devices on which the same was under way already
    alive_at timestamptz NOT NULL                     -- when a portal last worked on it
);
GRANT SELECT, INSERT, UPDATE, DELETE ON device_job TO tenantry_web;

ALTER TABLE device_action ADD COLUMN job_id bigint NOT NULL DEFAULT 0; -- 0: asked for alone
CREATE INDEX device_action_job ON device_action (job_id) WHERE job_id > 0;
