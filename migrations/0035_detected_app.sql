-- +goose Up
-- detected_app is one version of a program that Intune's inventory found on devices of a tenant. Graph gives each version an id of its
-- own, and a version that is nowhere any more simply is not listed: such rows are deleted, not kept as gone.
CREATE TABLE detected_app (
    tenant_id     uuid   NOT NULL,
    id            text   NOT NULL COLLATE "C",
    app_key       text   NOT NULL COLLATE "C", -- of name and publisher, the same in every tenant: see detectedapp.KeyOf
    name          text   NOT NULL,
    name_key      text   NOT NULL COLLATE "C",
    publisher     text   NOT NULL,
    publisher_key text   NOT NULL COLLATE "C",
    version       text   NOT NULL,
    version_key   text   NOT NULL COLLATE "C", -- sorts as versions do: 9.0 before 10.0
    platform      text   NOT NULL COLLATE "C", -- detectedAppPlatformType
    size          bigint NOT NULL,             -- bytes; 0: not given
    devices       bigint NOT NULL,             -- as Intune counts
    search        text   NOT NULL,
    hash          bytea  NOT NULL,
    first_seen_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX detected_app_name     ON detected_app (tenant_id, name_key, publisher_key, app_key);
CREATE INDEX detected_app_name_all ON detected_app (name_key, publisher_key, app_key, tenant_id);
CREATE INDEX detected_app_key      ON detected_app (app_key, tenant_id);
SELECT isolate('detected_app');

-- live_read is what was read from Microsoft while somebody looked, not by a schedule: the settings that fail on one device, the devices of
-- one program. It is kept so that the next look says "as of" instead of asking again; old ones are pruned.
CREATE TABLE live_read (
    tenant_id         uuid        NOT NULL,
    kind              text        NOT NULL COLLATE "C", -- complianceStates, detectedAppDevices, appInstallStatus
    object_id         text        NOT NULL COLLATE "C",
    tried_at          timestamptz NOT NULL,
    read_at           timestamptz,                      -- of the body; NULL: never read
    body              jsonb,
    error_kind        text        NOT NULL DEFAULT '',  -- of the last try, while it is newer than the body
    error_sentence    text        NOT NULL DEFAULT '',
    request_id        text        NOT NULL DEFAULT '',
    client_request_id text        NOT NULL DEFAULT '',
    activity_id       text        NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, kind, object_id)
);
CREATE INDEX live_read_tried ON live_read (tried_at, tenant_id);
SELECT isolate('live_read');
