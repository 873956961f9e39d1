-- +goose Up
-- Whom or what an event is about, and what lies behind its failure: the error and its reason without names and numbers, so that the same
-- conflict of two people, or of two customers, is one cause.
ALTER TABLE provisioning_event ADD COLUMN object text COLLATE "C" GENERATED ALWAYS AS (COALESCE(NULLIF(source_id, ''), NULLIF(source_upn, ''), source_name)) STORED;
ALTER TABLE provisioning_event ADD COLUMN cause text NOT NULL DEFAULT '';
SELECT set_config('app.scope', 'all', true); -- the owner is bound by row-level security, too, unless it is a superuser
UPDATE provisioning_event SET cause = lower(error_code) WHERE status = 'failure';
CREATE INDEX provisioning_event_object ON provisioning_event (tenant_id, sp_id, object, at, id);

-- provisioning_object is a person, a group or whatever else an application is provisioned with, as its latest events leave it.
CREATE TABLE provisioning_object (
    tenant_id     uuid        NOT NULL,
    sp_id         text        NOT NULL COLLATE "C",
    id            text        NOT NULL COLLATE "C", -- provisioning_event.object
    name          text        NOT NULL,
    name_key      text        NOT NULL COLLATE "C",
    upn           text        NOT NULL,
    type          text        NOT NULL,
    app           text        NOT NULL,             -- name of the application
    app_key       text        NOT NULL COLLATE "C", -- the same for the same application of different customers
    status        text        NOT NULL COLLATE "C", -- of the last event
    last_at       timestamptz NOT NULL,
    last_event    text        NOT NULL,
    failing_since timestamptz,                      -- first of the failures in a row that the last event ends; null: it did not fail
    since_known   boolean     NOT NULL,             -- an event before that did not fail was read, so that it did not begin earlier
    first_event   text        NOT NULL,             -- of those failures
    tries         bigint      NOT NULL,             -- how many they are
    cause         text        NOT NULL COLLATE "C",
    error_code    text        NOT NULL,
    reason        text        NOT NULL,
    recommended   text        NOT NULL,
    search        text        NOT NULL,
    PRIMARY KEY (tenant_id, sp_id, id)
);
CREATE INDEX provisioning_object_since ON provisioning_object (failing_since, tenant_id, sp_id, id) WHERE failing_since IS NOT NULL;
CREATE INDEX provisioning_object_cause ON provisioning_object (app_key, cause, failing_since, tenant_id, sp_id, id) WHERE failing_since IS NOT NULL;
CREATE INDEX provisioning_object_name  ON provisioning_object (name_key, tenant_id, sp_id, id) WHERE failing_since IS NOT NULL;
SELECT isolate('provisioning_object');
