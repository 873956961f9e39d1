-- +goose Up
-- All that the list of causes reads of the objects that fail stands in the index by which it goes through them: 7,000 objects took 65 ms, and now 40.
DROP INDEX provisioning_object_cause;
CREATE INDEX provisioning_object_cause ON provisioning_object (app_key, cause, failing_since, tenant_id, sp_id, id) INCLUDE (last_at, since_known) WHERE failing_since IS NOT NULL;
