-- +goose Up
-- detected_app_change is that a version of a program appeared on devices of a tenant, or is on none of them any more. Between the two readings
-- it may have happened at any time. How many devices have it changes with every reading and is not kept.
CREATE TABLE detected_app_change (
    tenant_id uuid        NOT NULL,
    app_key   text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL, -- of the reading that saw it
    since     timestamptz,          -- of the complete reading before; NULL: not known
    version   text        NOT NULL,
    platform  text        NOT NULL COLLATE "C",
    appeared  boolean     NOT NULL,
    devices   bigint      NOT NULL, -- that have it now, or had it last
    PRIMARY KEY (tenant_id, app_key, at, platform, version)
);
CREATE INDEX detected_app_change_of ON detected_app_change (app_key, at DESC, tenant_id);
CREATE INDEX detected_app_change_at ON detected_app_change (tenant_id, at);
SELECT isolate('detected_app_change');
