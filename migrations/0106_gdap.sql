-- +goose Up
-- gdap_relationship is a granular delegated admin relationship, as the partner's own tenant lists it: tenant_id is that tenant. Who may
-- see a customer may see what the partner has with it, so a second policy reads by the customer.
CREATE TABLE gdap_relationship (
    tenant_id     uuid        NOT NULL,
    id            text        NOT NULL COLLATE "C",
    name          text        NOT NULL,
    name_key      text        NOT NULL COLLATE "C", -- lower case
    customer_id   uuid,                             -- NULL: a request that was not yet answered by anybody
    customer_name text        NOT NULL,             -- as Microsoft has it
    status        text        NOT NULL COLLATE "C", -- delegatedAdminRelationshipStatus
    duration      text        NOT NULL COLLATE "C", -- ISO 8601
    auto_extend   text        NOT NULL COLLATE "C", -- ISO 8601; P180D rolls on, PT0S ends
    roles         text[]      NOT NULL,             -- template ids of directory roles that the customer approved, or is asked for
    groups        text[]      NOT NULL,             -- groups of the partner that hold some of them now
    assignments   jsonb       NOT NULL,             -- [{id, group, status, roles}]
    led           boolean     NOT NULL,             -- made by Microsoft when it led partners over from the older model
    created_at    timestamptz NOT NULL,
    activated_at  timestamptz NOT NULL,             -- -infinity: not yet
    ends_at       timestamptz NOT NULL,             -- infinity: not active yet
    hash          bytea       NOT NULL,
    first_seen_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    gone_at       timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX gdap_relationship_customer ON gdap_relationship (customer_id, ends_at, id) WHERE gone_at IS NULL;
CREATE INDEX gdap_relationship_ends     ON gdap_relationship (ends_at, name_key, id)    WHERE gone_at IS NULL;
SELECT isolate('gdap_relationship');
CREATE POLICY customer_scope ON gdap_relationship FOR SELECT
    USING (customer_id = ANY ((SELECT NULLIF(current_setting('app.tenants', true), '')::uuid[])::uuid[]));

-- gdap_change is the history of relationships.
CREATE TABLE gdap_change (
    tenant_id       uuid        NOT NULL,
    relationship_id text        NOT NULL COLLATE "C",
    at              timestamptz NOT NULL,
    run             bigint      NOT NULL,
    field           text        NOT NULL COLLATE "C",
    old             text        NOT NULL,
    new             text        NOT NULL,
    PRIMARY KEY (tenant_id, relationship_id, run, field)
);
SELECT isolate('gdap_change');
CREATE POLICY customer_scope ON gdap_change FOR SELECT
    USING (EXISTS (SELECT FROM gdap_relationship r WHERE r.tenant_id = gdap_change.tenant_id AND r.id = gdap_change.relationship_id));
