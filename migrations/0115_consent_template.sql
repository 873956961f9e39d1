-- +goose Up
-- consent_template is a named set of features that the plans of several customers may follow. It belongs to no tenant.
CREATE TABLE consent_template (
    template_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL,
    features    text[]      NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text        NOT NULL
);
CREATE UNIQUE INDEX consent_template_name ON consent_template (lower(name));
GRANT SELECT, INSERT, UPDATE, DELETE ON consent_template TO tenantry_web;

-- consent_plan is that a tenant's plan follows a template. A tenant without a row has a plan of its own: what it agreed to last.
CREATE TABLE consent_plan (
    tenant_id   uuid        PRIMARY KEY REFERENCES tenant,
    template_id bigint      NOT NULL REFERENCES consent_template,
    set_at      timestamptz NOT NULL,
    set_by      text        NOT NULL
);
CREATE INDEX consent_plan_template ON consent_plan (template_id, tenant_id);
SELECT isolate('consent_plan');
