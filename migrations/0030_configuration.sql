-- +goose Up
-- policy is what a tenant lays down for its devices: device configurations, settings catalogue policies, compliance policies, and the
-- notification message templates that compliance policies send. One table, so that one list can show them and any two be compared.
CREATE TABLE policy (
    tenant_id      uuid        NOT NULL,
    kind           text        NOT NULL COLLATE "C", -- see configuration.Kinds
    id             text        NOT NULL COLLATE "C",
    type           text        NOT NULL COLLATE "C", -- Graph's type without the namespace, for example iosGeneralDeviceConfiguration
    platform       text        NOT NULL COLLATE "C", -- Windows, iOS, macOS, Android, Linux, several joined by ", ", or empty
    name           text        NOT NULL,
    name_key       text        NOT NULL COLLATE "C", -- lower case
    description    text        NOT NULL,
    template       text        NOT NULL,             -- what the policy was made from, where Graph says so
    technologies   text        NOT NULL,
    version        bigint      NOT NULL,             -- 0: Graph does not count versions of this kind
    assigned       boolean     NOT NULL,
    assignments    integer     NOT NULL,
    settings       integer     NOT NULL,             -- how many are set
    has_status     boolean     NOT NULL,             -- whether Graph gave the counts below
    succeeded      bigint      NOT NULL,
    pending        bigint      NOT NULL,
    not_applicable bigint      NOT NULL,
    errors         bigint      NOT NULL,             -- errorCount and failedCount
    conflicts      bigint      NOT NULL,
    status_at      timestamptz NOT NULL,
    created_at     timestamptz NOT NULL,
    modified_at    timestamptz NOT NULL,
    doc            jsonb       NOT NULL,             -- see configuration.Document; without secrets
    search         text        NOT NULL,
    hash           bytea       NOT NULL,
    first_seen_at  timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    gone_at        timestamptz,
    PRIMARY KEY (tenant_id, kind, id)
);
CREATE INDEX policy_id       ON policy (tenant_id, id);
CREATE INDEX policy_name     ON policy (tenant_id, name_key, kind, id) WHERE gone_at IS NULL;
CREATE INDEX policy_name_all ON policy (name_key, tenant_id, kind, id) WHERE gone_at IS NULL;
SELECT isolate('policy');

CREATE TABLE policy_assignment (
    tenant_id   uuid NOT NULL,
    kind        text NOT NULL COLLATE "C",
    policy_id   text NOT NULL COLLATE "C",
    id          text NOT NULL COLLATE "C",
    target      text NOT NULL, -- allDevices, allLicensedUsers, group, exclusionGroup, or Graph's type where it is another
    group_id    text NOT NULL COLLATE "C",
    filter_id   text NOT NULL,
    filter_type text NOT NULL, -- none, include, exclude
    source      text NOT NULL,
    PRIMARY KEY (tenant_id, kind, policy_id, id)
);
CREATE INDEX policy_assignment_group ON policy_assignment (tenant_id, group_id) WHERE group_id <> '';
SELECT isolate('policy_assignment');

-- policy_version is what a policy was from a moment on, so that it can be shown and compared as it was on any day. doc is NULL from when a
-- complete read no longer had the policy.
CREATE TABLE policy_version (
    tenant_id uuid        NOT NULL,
    kind      text        NOT NULL COLLATE "C",
    policy_id text        NOT NULL COLLATE "C",
    run       bigint      NOT NULL,
    at        timestamptz NOT NULL,
    doc       jsonb,
    PRIMARY KEY (tenant_id, kind, policy_id, run)
);
CREATE INDEX policy_version_at ON policy_version (tenant_id, at DESC);
SELECT isolate('policy_version');
