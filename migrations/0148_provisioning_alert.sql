-- +goose Up
-- provisioning_alert is something about a provisioning job that a person should know: one line from when it began to when it was over, however
-- often it is seen meanwhile.
CREATE TABLE provisioning_alert (
    tenant_id     uuid        NOT NULL,
    alert_id      bigint      GENERATED ALWAYS AS IDENTITY,
    kind          text        NOT NULL COLLATE "C", -- quarantine, failures, stalled
    sp_id         text        NOT NULL COLLATE "C",
    job_id        text        NOT NULL COLLATE "C",
    app           text        NOT NULL,
    detail        text        NOT NULL,             -- as last seen
    opened_at     timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL,
    closed_at     timestamptz,
    snoozed_until timestamptz,
    snoozed_by    text        NOT NULL DEFAULT '',
    told_open     boolean     NOT NULL DEFAULT false,
    told_close    boolean     NOT NULL DEFAULT false,
    tries         integer     NOT NULL DEFAULT 0,
    next_try_at   timestamptz,                      -- when to tell next; null: nothing to tell
    problem       text        NOT NULL DEFAULT '',  -- why telling failed last
    PRIMARY KEY (tenant_id, alert_id)
);
CREATE UNIQUE INDEX provisioning_alert_open ON provisioning_alert (tenant_id, kind, sp_id, job_id) WHERE closed_at IS NULL;
CREATE INDEX provisioning_alert_opened ON provisioning_alert (opened_at, tenant_id, alert_id);
CREATE INDEX provisioning_alert_due ON provisioning_alert (next_try_at) WHERE next_try_at IS NOT NULL;
SELECT isolate('provisioning_alert');
