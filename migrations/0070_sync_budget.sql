-- +goose Up
-- What a failure means, who can fix it and what to send them, found when it happened.
ALTER TABLE sync_state ADD COLUMN diagnosis jsonb;
ALTER TABLE sync_run   ADD COLUMN diagnosis jsonb;

-- call_budget is what each process that calls Microsoft used of a tenant's limits a moment ago. Rows grow old within seconds.
CREATE TABLE call_budget (
    tenant_id  uuid        NOT NULL REFERENCES tenant,
    process    text        NOT NULL COLLATE "C",
    lane       text        NOT NULL COLLATE "C", -- what has a limit of its own: general, reports
    at         timestamptz NOT NULL,
    calls      bigint      NOT NULL, -- within window_ms
    call_limit bigint      NOT NULL, -- Microsoft's, for one app in one tenant
    window_ms  bigint      NOT NULL,
    circuit    text        NOT NULL CHECK (circuit IN ('closed', 'open', 'probing')),
    failing    bigint      NOT NULL, -- calls that failed for good, in a row
    until_at   timestamptz,          -- nothing is asked before
    PRIMARY KEY (tenant_id, process, lane)
);
CREATE INDEX call_budget_at ON call_budget (at, tenant_id);
SELECT isolate('call_budget');
