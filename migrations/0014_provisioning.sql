-- +goose Up
-- provisioning_app is a service principal that has synchronization jobs.
CREATE TABLE provisioning_app (
    tenant_id uuid    NOT NULL,
    id        text    NOT NULL COLLATE "C", -- object id of the service principal
    app_id    text    NOT NULL,
    name      text    NOT NULL,
    name_key  text    NOT NULL COLLATE "C",
    enabled   boolean NOT NULL,
    hash      bytea   NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate('provisioning_app');

CREATE TABLE provisioning_job (
    tenant_id          uuid        NOT NULL,
    sp_id              text        NOT NULL COLLATE "C",
    id                 text        NOT NULL COLLATE "C",
    template           text        NOT NULL,
    code               text        NOT NULL COLLATE "C", -- NotConfigured, NotRun, Active, Paused, Quarantine
    health             smallint    NOT NULL, -- 0 in quarantine, 1 needs a look, 2 not running, 3 fine: worst first
    schedule           text        NOT NULL, -- Active, Disabled, Paused
    every              text        NOT NULL, -- ISO 8601 as Graph gives it: may exceed what a duration type holds
    expires_at         timestamptz,
    quarantine_reason  text        NOT NULL,
    quarantine_since   timestamptz,
    quarantine_series_since timestamptz,
    quarantine_next    timestamptz,
    quarantine_count   bigint      NOT NULL,
    quarantine_code    text        NOT NULL,
    quarantine_message text        NOT NULL,
    failures           bigint      NOT NULL, -- complete failures in a row
    escrows_pruned     boolean     NOT NULL,
    escrowed           bigint      NOT NULL, -- of the last execution
    steady_first_at    timestamptz,
    steady_last_at     timestamptz,
    last_state         text        NOT NULL, -- Succeeded, Failed, EntryLevelErrors
    last_began_at      timestamptz,
    last_ended_at      timestamptz,
    last_error_code    text        NOT NULL,
    last_error         text        NOT NULL,
    last_execution     jsonb,
    last_success       jsonb,
    last_export        jsonb,
    progress           jsonb       NOT NULL,
    counts             jsonb       NOT NULL, -- entries by type
    settings           jsonb       NOT NULL,
    hash               bytea       NOT NULL,
    first_seen_at      timestamptz NOT NULL,
    changed_at         timestamptz NOT NULL,
    gone_at            timestamptz,
    PRIMARY KEY (tenant_id, sp_id, id)
);
CREATE INDEX provisioning_job_worst ON provisioning_job (health, tenant_id, sp_id, id) WHERE gone_at IS NULL;
SELECT isolate('provisioning_job');

-- provisioning_event is one line of the provisioning log. Microsoft keeps it for days; we keep what was read.
CREATE TABLE provisioning_event (
    tenant_id      uuid        NOT NULL,
    id             text        NOT NULL COLLATE "C",
    at             timestamptz NOT NULL,
    job_id         text        NOT NULL COLLATE "C",
    cycle_id       text        NOT NULL,
    change_id      text        NOT NULL,
    sp_id          text        NOT NULL COLLATE "C",
    sp_name        text        NOT NULL,
    action         text        NOT NULL COLLATE "C",
    status         text        NOT NULL COLLATE "C",
    error_code     text        NOT NULL COLLATE "C",
    error_category text        NOT NULL,
    reason         text        NOT NULL,
    recommended    text        NOT NULL,
    duration_ms    bigint      NOT NULL,
    source_system  text        NOT NULL,
    target_system  text        NOT NULL,
    source_id      text        NOT NULL,
    source_name    text        NOT NULL,
    source_type    text        NOT NULL,
    source_upn     text        NOT NULL,
    target_id      text        NOT NULL,
    target_name    text        NOT NULL,
    target_type    text        NOT NULL,
    initiated_by   text        NOT NULL,
    initiator_type text        NOT NULL,
    steps          jsonb       NOT NULL,
    properties     jsonb       NOT NULL,
    search         text        NOT NULL,
    read_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX provisioning_event_at     ON provisioning_event (tenant_id, at, id);
CREATE INDEX provisioning_event_app    ON provisioning_event (tenant_id, sp_id, at, id);
CREATE INDEX provisioning_event_status ON provisioning_event (status, at, tenant_id, id);
CREATE INDEX provisioning_event_at_all ON provisioning_event (at, tenant_id, id);
SELECT isolate('provisioning_event');
