-- +goose Up
-- intune_role is a role definition of Intune's own role-based access control, built in or the tenant's.
CREATE TABLE intune_role (
    tenant_id     uuid        NOT NULL,
    id            text        NOT NULL COLLATE "C",
    name          text        NOT NULL,
    name_key      text        NOT NULL COLLATE "C", -- lower case
    description   text        NOT NULL,
    built_in      boolean     NOT NULL,
    allowed       text[]      NOT NULL,             -- resource actions that it allows, less those that it takes away again
    denied        text[]      NOT NULL,             -- those taken away
    assignments   integer     NOT NULL,
    first_seen_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    gone_at       timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX intune_role_name     ON intune_role (tenant_id, name_key, id) WHERE gone_at IS NULL;
CREATE INDEX intune_role_name_all ON intune_role (name_key, tenant_id, id) WHERE gone_at IS NULL;
SELECT isolate('intune_role');

-- intune_role_assignment gives a role to groups. Members and scopes are ids of groups in Entra; who is in them is not read.
CREATE TABLE intune_role_assignment (
    tenant_id     uuid        NOT NULL,
    id            text        NOT NULL COLLATE "C",
    role_id       text        NOT NULL COLLATE "C", -- empty: Graph did not say which
    name          text        NOT NULL,
    name_key      text        NOT NULL COLLATE "C",
    description   text        NOT NULL,
    members       text[]      NOT NULL,
    scopes        text[]      NOT NULL,
    scope_type    text        NOT NULL,             -- resourceScope, allDevices, allLicensedUsers, allDevicesAndLicensedUsers, or empty
    first_seen_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    gone_at       timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX intune_role_assignment_role ON intune_role_assignment (tenant_id, role_id) WHERE gone_at IS NULL;
CREATE INDEX intune_role_assignment_name ON intune_role_assignment (name_key, tenant_id, id) WHERE gone_at IS NULL;
SELECT isolate('intune_role_assignment');

-- intune_operation is one thing that roles of the tenant can allow.
CREATE TABLE intune_operation (
    tenant_id   uuid NOT NULL,
    id          text NOT NULL COLLATE "C",
    resource    text NOT NULL,
    action      text NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate('intune_operation');

-- intune_role_change is the history of roles and of their assignments: what a complete read found that the one before did not have.
CREATE TABLE intune_role_change (
    tenant_id uuid        NOT NULL,
    role_id   text        NOT NULL COLLATE "C",
    run       bigint      NOT NULL,
    seq       integer     NOT NULL,
    at        timestamptz NOT NULL,
    field     text        NOT NULL COLLATE "C", -- name, description, allowed, denied, gone, assignment, assignment.name, assignment.members, assignment.scopes
    subject   text        NOT NULL,             -- of an assignment its name
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, role_id, run, seq)
);
CREATE INDEX intune_role_change_at ON intune_role_change (tenant_id, at DESC);
SELECT isolate('intune_role_change');
