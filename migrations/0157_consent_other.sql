-- +goose Up
-- consent_other is a registration of the partner's that a tenant was found to know beside the one by which it knows the portal: what was
-- granted to it stays until an administrator there takes it back.
CREATE TABLE consent_other (
    tenant_id   uuid        NOT NULL REFERENCES tenant,
    client_id   text        NOT NULL,            -- '' is the registration that the portal is started with
    app_id      text        NOT NULL DEFAULT '', -- application (client) id; '': not known yet
    principal   text        NOT NULL DEFAULT '', -- object id of its service principal in the tenant
    application text[]      NOT NULL DEFAULT '{}', -- permissions granted, as resource/name
    delegated   text[]      NOT NULL DEFAULT '{}',
    first_seen  timestamptz,                     -- NULL: no look has told yet whether the tenant knows it
    read_at     timestamptz,                     -- of the latest look that told
    gone_at     timestamptz,                     -- when a look no longer found it
    problem     text        NOT NULL DEFAULT '', -- why the latest look told nothing; '': it did
    PRIMARY KEY (tenant_id, client_id)
);
SELECT isolate('consent_other');
