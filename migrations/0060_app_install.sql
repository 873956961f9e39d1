-- +goose Up
-- app_install is how the installations of an app stand in a tenant, as Intune's report counts them. Apps that are assigned to nobody have no row.
CREATE TABLE app_install (
    tenant_id      uuid        NOT NULL,
    id             text        NOT NULL COLLATE "C", -- of the app
    name           text        NOT NULL,
    name_key       text        NOT NULL COLLATE "C",
    publisher      text        NOT NULL,
    platform       text        NOT NULL COLLATE "C",
    version        text        NOT NULL,
    installed      bigint      NOT NULL, -- devices, as all counts but failed_users
    failed         bigint      NOT NULL,
    pending        bigint      NOT NULL,
    not_installed  bigint      NOT NULL,
    not_applicable bigint      NOT NULL,
    failed_users   bigint      NOT NULL,
    search         text        NOT NULL COLLATE "C",
    hash           bytea       NOT NULL,
    first_seen_at  timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX app_install_failed ON app_install (failed, name_key, tenant_id, id);
CREATE INDEX app_install_name   ON app_install (name_key, tenant_id, id);
SELECT isolate('app_install');
