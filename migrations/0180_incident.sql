-- +goose Up
-- incident is an incident of Microsoft Defender XDR with its alerts, which are read together. Microsoft forgets after a while; what was read stays.
CREATE TABLE incident (
    tenant_id      uuid        NOT NULL,
    id             text        NOT NULL COLLATE "C", -- a number, as text
    title          text        NOT NULL,
    status         text        NOT NULL COLLATE "C", -- incidentStatus
    severity       text        NOT NULL COLLATE "C", -- alertSeverity
    rank           smallint    NOT NULL,             -- of the severity, the worst first
    open           boolean     NOT NULL,             -- neither resolved nor merged into another
    assigned       text        NOT NULL,             -- '': nobody
    assigned_key   text        NOT NULL COLLATE "C",
    classification text        NOT NULL COLLATE "C", -- alertClassification
    determination  text        NOT NULL COLLATE "C", -- alertDetermination
    redirect_to    text        NOT NULL COLLATE "C", -- the incident that it was merged into
    priority       integer     NOT NULL,             -- priorityScore; 0: not told
    changed_by     text        NOT NULL,
    resolving      text        NOT NULL,             -- what was written when it was resolved
    tags           text[]      NOT NULL,
    devices        text[]      NOT NULL,             -- Entra's ids of the devices in its alerts
    alert_count    integer     NOT NULL,
    alerts         jsonb       NOT NULL,
    comments       jsonb       NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    search         text        NOT NULL,
    hash           bytea       NOT NULL,
    first_seen_at  timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX incident_created  ON incident (tenant_id, created_at, id);
CREATE INDEX incident_all      ON incident (created_at, tenant_id, id);
CREATE INDEX incident_severity ON incident (rank, created_at, tenant_id, id);
CREATE INDEX incident_updated  ON incident (updated_at, tenant_id, id);
CREATE INDEX incident_open     ON incident (created_at, tenant_id, id) WHERE open;
SELECT isolate('incident');

-- incident_change is the history of what people and Microsoft did to an incident, as far as reads saw it.
CREATE TABLE incident_change (
    tenant_id   uuid        NOT NULL,
    incident_id text        NOT NULL COLLATE "C",
    at          timestamptz NOT NULL,
    run         bigint      NOT NULL,
    field       text        NOT NULL COLLATE "C",
    old         text        NOT NULL,
    new         text        NOT NULL,
    PRIMARY KEY (tenant_id, incident_id, run, field)
);
CREATE INDEX incident_change_at ON incident_change (tenant_id, at);
SELECT isolate('incident_change');
