-- +goose Up
-- A GUID that somebody typed is looked for over all tenants.
CREATE INDEX app_by_guid    ON app    (id, tenant_id);
CREATE INDEX policy_by_guid ON policy (id, tenant_id);
