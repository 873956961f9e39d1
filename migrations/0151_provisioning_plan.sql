-- +goose Up
-- provisioning_plan is one application for several customers. Its lines are the customers'.
CREATE TABLE provisioning_plan (
    plan_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at       timestamptz NOT NULL,
    made_by       text        NOT NULL, -- in words
    template      text        NOT NULL, -- id in the gallery, the same for every customer
    template_name text        NOT NULL,
    alive_at      timestamptz NOT NULL  -- when a portal last worked on it
);
GRANT SELECT, INSERT, UPDATE, DELETE ON provisioning_plan TO tenantry_web;

-- provisioning_plan_line is one customer of a plan, and what became of it.
CREATE TABLE provisioning_plan_line (
    tenant_id  uuid        NOT NULL,
    plan_id    bigint      NOT NULL REFERENCES provisioning_plan,
    name       text        NOT NULL,                         -- of the application there
    state      text        NOT NULL COLLATE "C",             -- waiting, working, done, failed, unknown
    sp_id      text        NOT NULL DEFAULT '' COLLATE "C",  -- object id of the service principal, once Microsoft made it
    said       text        NOT NULL DEFAULT '',              -- to the person: what happened, and what to do
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, plan_id)
);
CREATE INDEX provisioning_plan_line_plan ON provisioning_plan_line (plan_id);
SELECT isolate('provisioning_plan_line');
