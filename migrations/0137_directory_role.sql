-- +goose Up
-- directory_role_assignment is who holds a role of the tenant's directory: a person, a group or a program. Roles that somebody may switch
-- on for a time (Privileged Identity Management) are in it while they are on.
CREATE TABLE directory_role_assignment (
    tenant_id      uuid        NOT NULL,
    id             text        NOT NULL COLLATE "C",
    role_id        text        NOT NULL COLLATE "C", -- the template's id where the role is built in
    role_name      text        NOT NULL,             -- empty: its definition was not listed
    principal_id   text        NOT NULL COLLATE "C", -- object id, lower case
    principal_type text        NOT NULL,             -- user, group, servicePrincipal, Graph's type where it is another; empty: not told
    name           text        NOT NULL,             -- empty: the portal may not read it
    upn            text        NOT NULL,
    enabled        boolean,                          -- NULL: not known
    scope          text        NOT NULL COLLATE "C", -- "/" is the whole tenant
    hash           bytea       NOT NULL,
    first_seen_at  timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    gone_at        timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX directory_role_assignment_principal ON directory_role_assignment (tenant_id, principal_id);
SELECT isolate('directory_role_assignment');

-- directory_role_change is the history of assignments. That one came is its first_seen_at.
CREATE TABLE directory_role_change (
    tenant_id     uuid        NOT NULL,
    assignment_id text        NOT NULL COLLATE "C",
    at            timestamptz NOT NULL,
    run           bigint      NOT NULL,
    field         text        NOT NULL COLLATE "C",
    old           text        NOT NULL,
    new           text        NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id, run, field)
);
SELECT isolate('directory_role_change');
