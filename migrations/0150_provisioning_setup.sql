-- +goose Up
-- provisioning_setup is an application that somebody added, or chose, to set its provisioning up: what of that Microsoft does not tell when it
-- is asked. Credentials are never kept.
CREATE TABLE provisioning_setup (
    tenant_id   uuid        NOT NULL,
    sp_id       text        NOT NULL COLLATE "C", -- object id of the service principal
    name        text        NOT NULL,
    template    text        NOT NULL COLLATE "C", -- id in the gallery; empty: not told
    made_at     timestamptz NOT NULL,
    made_by     text        NOT NULL,
    saved_at    timestamptz,                      -- when credentials went to Microsoft; NULL: not by the portal
    saved_by    text        NOT NULL DEFAULT '',
    finished_at timestamptz,                      -- when the job was started; NULL: not by the portal
    PRIMARY KEY (tenant_id, sp_id)
);
SELECT isolate('provisioning_setup');
