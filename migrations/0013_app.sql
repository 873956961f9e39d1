-- +goose Up
-- app is what Graph calls a mobileApp: one that Intune can put on devices.
CREATE TABLE app (
    tenant_id      uuid        NOT NULL,
    id             text        NOT NULL COLLATE "C",
    type           text        NOT NULL COLLATE "C", -- Graph's type without the namespace, for example win32LobApp
    platform       text        NOT NULL COLLATE "C", -- by the type: Windows, iOS, macOS, Android, Web, or empty
    name           text        NOT NULL,
    name_key       text        NOT NULL COLLATE "C",
    publisher      text        NOT NULL,
    publisher_key  text        NOT NULL COLLATE "C",
    description    text        NOT NULL,
    version        text        NOT NULL,
    state          text        NOT NULL COLLATE "C", -- publishingState
    assigned       boolean     NOT NULL,
    assignments    integer     NOT NULL,
    categories     text[]      NOT NULL,
    file_name      text        NOT NULL,
    size           bigint      NOT NULL, -- bytes; 0: not given
    package        text        NOT NULL, -- bundle, package or product identifier
    store_url      text        NOT NULL,
    info_url       text        NOT NULL,
    privacy_url    text        NOT NULL,
    owner          text        NOT NULL,
    developer      text        NOT NULL,
    notes          text        NOT NULL,
    install_command   text     NOT NULL,
    uninstall_command text     NOT NULL,
    run_as         text        NOT NULL,
    architectures  text        NOT NULL,
    minimum_os     text        NOT NULL,
    licences_used  bigint      NOT NULL, -- -1: not licensed by number
    licences_total bigint      NOT NULL,
    created_at     timestamptz NOT NULL,
    modified_at    timestamptz NOT NULL,
    search         text        NOT NULL,
    hash           bytea       NOT NULL,
    first_seen_at  timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    gone_at        timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX app_name     ON app (tenant_id, name_key, id) WHERE gone_at IS NULL;
CREATE INDEX app_name_all ON app (name_key, tenant_id, id) WHERE gone_at IS NULL;
SELECT isolate('app');

CREATE TABLE app_assignment (
    tenant_id   uuid NOT NULL,
    app_id      text NOT NULL COLLATE "C",
    id          text NOT NULL COLLATE "C",
    intent      text NOT NULL, -- available, required, uninstall, availableWithoutEnrollment
    target      text NOT NULL, -- allDevices, allLicensedUsers, group, exclusionGroup, or Graph's type where it is another
    group_id    text NOT NULL COLLATE "C",
    filter_id   text NOT NULL,
    filter_type text NOT NULL, -- none, include, exclude
    source      text NOT NULL,
    PRIMARY KEY (tenant_id, app_id, id)
);
CREATE INDEX app_assignment_group ON app_assignment (tenant_id, group_id) WHERE group_id <> '';
SELECT isolate('app_assignment');
