-- +goose Up
-- sync_state is what people see of one dataset of one tenant: the last complete read, the one under way, the next, the last error.
-- run only ever grows; a worker whose number is no longer the row's changes nothing.
CREATE TABLE sync_state (
    tenant_id          uuid        NOT NULL REFERENCES tenant,
    dataset            text        NOT NULL COLLATE "C",
    state              text        NOT NULL DEFAULT 'never' CHECK (state IN ('never', 'running', 'ok', 'failed')),
    stopped            boolean     NOT NULL DEFAULT false, -- the tenant is disconnected: nothing is scheduled
    run                bigint      NOT NULL DEFAULT 0,
    pages              bigint      NOT NULL DEFAULT 0, -- of the run under way, or of the last one
    rows               bigint      NOT NULL DEFAULT 0,
    bytes              bigint      NOT NULL DEFAULT 0,
    retries            bigint      NOT NULL DEFAULT 0,
    throttled_ms       bigint      NOT NULL DEFAULT 0,
    started_at         timestamptz,
    seen_at            timestamptz, -- heartbeat of the running worker; silence means that it died
    last_complete_at   timestamptz,
    last_complete_run  bigint      NOT NULL DEFAULT 0,
    last_complete_rows bigint      NOT NULL DEFAULT 0,
    duration_ms        bigint      NOT NULL DEFAULT 0, -- of the last complete run
    next_at            timestamptz NOT NULL DEFAULT now(),
    failures           integer     NOT NULL DEFAULT 0, -- in a row
    error_kind         text        NOT NULL DEFAULT '',
    error_sentence     text        NOT NULL DEFAULT '',
    error_at           timestamptz,
    request_id         text        NOT NULL DEFAULT '',
    client_request_id  text        NOT NULL DEFAULT '',
    activity_id        text        NOT NULL DEFAULT '',
    watermark          text        NOT NULL DEFAULT '', -- where an append-only dataset reads on; the puller's own form
    job_id             bigint      NOT NULL DEFAULT 0,
    changed_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, dataset)
);
CREATE INDEX sync_state_due ON sync_state (next_at) WHERE NOT stopped;
CREATE INDEX sync_state_dataset ON sync_state (dataset, tenant_id);
SELECT isolate('sync_state');

-- sync_run is the ledger: one row for each attempt, also those that failed or died.
CREATE TABLE sync_run (
    tenant_id         uuid        NOT NULL REFERENCES tenant,
    dataset           text        NOT NULL COLLATE "C",
    run               bigint      NOT NULL,
    state             text        NOT NULL CHECK (state IN ('running', 'ok', 'failed', 'lost')),
    reason            text        NOT NULL DEFAULT 'schedule', -- schedule, person, consent
    started_at        timestamptz NOT NULL,
    ended_at          timestamptz,
    pages             bigint      NOT NULL DEFAULT 0,
    rows              bigint      NOT NULL DEFAULT 0,
    written           bigint      NOT NULL DEFAULT 0, -- rows inserted or updated
    gone              bigint      NOT NULL DEFAULT 0, -- rows that the read no longer had
    bytes             bigint      NOT NULL DEFAULT 0,
    retries           bigint      NOT NULL DEFAULT 0,
    throttled_ms      bigint      NOT NULL DEFAULT 0,
    error_kind        text        NOT NULL DEFAULT '',
    error_sentence    text        NOT NULL DEFAULT '',
    request_id        text        NOT NULL DEFAULT '', -- of the failure, or of the last page
    client_request_id text        NOT NULL DEFAULT '',
    activity_id       text        NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, dataset, run)
);
CREATE INDEX sync_run_started ON sync_run (tenant_id, started_at DESC);
CREATE INDEX sync_run_started_all ON sync_run (started_at DESC, tenant_id, dataset, run);
SELECT isolate('sync_run');

-- tenant_counter holds figures of the last complete read, so that an overview of all tenants adds up rows per tenant, not devices.
CREATE TABLE tenant_counter (
    tenant_id uuid        NOT NULL REFERENCES tenant,
    dataset   text        NOT NULL COLLATE "C",
    key       text        NOT NULL COLLATE "C", -- 'total', 'compliance:noncompliant', …
    value     bigint      NOT NULL,
    read_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, dataset, key)
);
CREATE INDEX tenant_counter_dataset ON tenant_counter (dataset, key, tenant_id) INCLUDE (value);
SELECT isolate('tenant_counter');

-- tenant_daily keeps the last figures of each day. A day without a complete read has no row: gaps stay gaps.
CREATE TABLE tenant_daily (
    tenant_id uuid   NOT NULL REFERENCES tenant,
    dataset   text   NOT NULL COLLATE "C",
    key       text   NOT NULL COLLATE "C",
    day       date   NOT NULL,
    value     bigint NOT NULL,
    PRIMARY KEY (tenant_id, dataset, key, day)
);
CREATE INDEX tenant_daily_day ON tenant_daily (dataset, key, day, tenant_id) INCLUDE (value);
SELECT isolate('tenant_daily');
