-- +goose Up
-- directory_group is a group of the tenant's directory that a policy, an app or an Intune role names. Groups that nothing names are not
-- kept. gone: a complete read of all groups did not have it, so that the assignment points to nothing.
CREATE TABLE directory_group (
    tenant_id    uuid    NOT NULL,
    id           text    NOT NULL COLLATE "C",
    name         text    NOT NULL,
    dynamic      boolean NOT NULL, -- a rule says who is in it
    gone         boolean NOT NULL,
    members_read boolean NOT NULL, -- who is in it was read: only of groups that hold Intune roles
    members      integer NOT NULL, -- people in it, through groups inside it too
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate('directory_group');

-- directory_group_member is who is in a group that holds an Intune role, through groups inside it too. Those groups are members as well.
CREATE TABLE directory_group_member (
    tenant_id uuid    NOT NULL,
    group_id  text    NOT NULL COLLATE "C",
    id        text    NOT NULL COLLATE "C",
    type      text    NOT NULL, -- user, group, device, servicePrincipal, or Graph's type where it is another
    name      text    NOT NULL, -- empty: the portal may not read it
    upn       text    NOT NULL,
    enabled   boolean,          -- NULL: not known
    direct    boolean NOT NULL, -- false: only through a group inside
    PRIMARY KEY (tenant_id, group_id, id)
);
SELECT isolate('directory_group_member');
