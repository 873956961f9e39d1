-- +goose Up
-- service_item is one object of Intune's service configuration: a certificate, a token, a connector, an enrolment rule. One table for all
-- kinds, so that one board can order them by what ends first. What does not end has 'infinity', what never was in contact '-infinity'.
CREATE TABLE service_item (
    tenant_id       uuid        NOT NULL,
    kind            text        NOT NULL COLLATE "C", -- see service.Kinds
    id              text        NOT NULL COLLATE "C",
    name            text        NOT NULL,
    name_key        text        NOT NULL COLLATE "C", -- lower case
    type            text        NOT NULL COLLATE "C", -- Graph's type without the namespace, where a kind has several
    state           text        NOT NULL COLLATE "C", -- as Graph says it
    health          text        NOT NULL COLLATE "C", -- what the state means, whatever the day: see service.Healths
    expires_at      timestamptz NOT NULL,
    last_contact_at timestamptz NOT NULL,
    modified_at     timestamptz NOT NULL,
    detail          jsonb       NOT NULL,             -- member of Graph to text; no secrets
    search          text        NOT NULL,
    hash            bytea       NOT NULL,
    first_seen_at   timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    gone_at         timestamptz,
    PRIMARY KEY (tenant_id, kind, id)
);
CREATE INDEX service_item_ends     ON service_item (tenant_id, expires_at, name_key, kind, id) WHERE gone_at IS NULL;
CREATE INDEX service_item_ends_all ON service_item (expires_at, name_key, tenant_id, kind, id) WHERE gone_at IS NULL;
CREATE INDEX service_item_name_all ON service_item (name_key, tenant_id, kind, id)             WHERE gone_at IS NULL;
SELECT isolate('service_item');

-- service_reading is how far each kind was read: every kind has a path of its own, and one may be refused while the others answer.
CREATE TABLE service_reading (
    tenant_id         uuid        NOT NULL,
    kind              text        NOT NULL COLLATE "C",
    outcome           text        NOT NULL CHECK (outcome IN ('read', 'unset', 'failed')),
    tried_at          timestamptz NOT NULL,
    read_at           timestamptz,               -- of the last complete read; NULL: never
    error_kind        text        NOT NULL DEFAULT '',
    sentence          text        NOT NULL DEFAULT '',
    request_id        text        NOT NULL DEFAULT '',
    client_request_id text        NOT NULL DEFAULT '',
    activity_id       text        NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, kind)
);
SELECT isolate('service_reading');

-- service_change is the history of fields; contact and sync times are not kept.
CREATE TABLE service_change (
    tenant_id uuid        NOT NULL,
    kind      text        NOT NULL COLLATE "C",
    item_id   text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    run       bigint      NOT NULL,
    field     text        NOT NULL COLLATE "C",
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, kind, item_id, run, field)
);
SELECT isolate('service_change');

-- calendar_token opens the calendar of what ends for a program without a session. Only a hash is kept; a person has one at most.
-- tenant_id is that of the account, not of a customer.
CREATE TABLE calendar_token (
    tenant_id    uuid        NOT NULL,
    object_id    uuid        NOT NULL,
    token_hash   bytea       NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, object_id)
);
CREATE UNIQUE INDEX calendar_token_hash ON calendar_token (token_hash);
SELECT isolate('calendar_token');
