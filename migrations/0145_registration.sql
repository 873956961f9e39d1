-- +goose Up
-- registration is an app registration of the partner's beside the one that the portal is started with: it asks customers for less. It
-- belongs to no tenant.
CREATE TABLE registration (
    client_id   uuid        PRIMARY KEY,
    name        text        NOT NULL,     -- display name: what Microsoft's page calls the program
    application text[]      NOT NULL,     -- application permissions that it lists, as resource/name
    delegated   text[]      NOT NULL,     -- delegated ones
    secret      bytea,                    -- sealed; null: it proves itself as the first registration does
    read_at     timestamptz NOT NULL,     -- when name and permissions were read from the home tenant
    added_at    timestamptz NOT NULL,
    added_by    text        NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON registration TO tenantry_web;

-- By which registration the tenant knows the portal, and which one a link asks with; null is the first.
ALTER TABLE tenant       ADD COLUMN client_id uuid REFERENCES registration;
ALTER TABLE consent_link ADD COLUMN client_id uuid; -- a link outlives its registration
CREATE INDEX tenant_by_registration ON tenant (client_id, tenant_id) WHERE client_id IS NOT NULL;
