-- +goose Up
-- The web role owns nothing and is bound by row-level security. Roles belong to the whole cluster, so another database may have made it.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenantry_web') THEN
        CREATE ROLE tenantry_web NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'tenantry_web', 'MEMBER') THEN
        EXECUTE format('GRANT tenantry_web TO %I', current_user);
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA public TO tenantry_web;

-- isolate puts a table with tenant_id behind row-level security: the web role sees the tenants of app.tenants, or all when app.scope
-- is 'all'. The settings are read once a query (sub-selects), not once a row.
-- +goose StatementBegin
CREATE FUNCTION isolate(tbl regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tbl);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tbl);
    EXECUTE format($p$CREATE POLICY tenant_scope ON %s USING (
        (SELECT current_setting('app.scope', true)) = 'all'
        OR tenant_id = ANY ((SELECT NULLIF(current_setting('app.tenants', true), '')::uuid[])::uuid[]))$p$, tbl);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO tenantry_web', tbl);
END $$;
-- +goose StatementEnd

CREATE TABLE tenant (
    tenant_id      uuid        PRIMARY KEY,
    display_name   text        NOT NULL DEFAULT '',
    default_domain text        NOT NULL DEFAULT '',
    domains        text[]      NOT NULL DEFAULT '{}',
    home           boolean     NOT NULL DEFAULT false,
    country        text        NOT NULL DEFAULT '',
    state          text        NOT NULL DEFAULT 'unconsented',
    state_since    timestamptz NOT NULL DEFAULT now(),
    state_read_at  timestamptz,
    mark           smallint    NOT NULL DEFAULT -1 CHECK (mark BETWEEN -1 AND 11),
    created_at     timestamptz NOT NULL DEFAULT now()
);
SELECT isolate('tenant');

-- person is an account that signed in once: keyed by where it signed in and its object id there, never by an address.
CREATE TABLE person (
    tenant_id     uuid        NOT NULL REFERENCES tenant,
    object_id     uuid        NOT NULL,
    subject       text        NOT NULL,
    name          text        NOT NULL DEFAULT '',
    upn           text        NOT NULL DEFAULT '',
    guest         boolean     NOT NULL DEFAULT false,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, object_id)
);
SELECT isolate('person');

-- staff are the partner's people. An owner may name them before their first sign-in, by UPN; the first sign-in binds the object id.
CREATE TABLE staff (
    staff_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    upn        text        NOT NULL CHECK (upn = lower(upn)),
    object_id  uuid        UNIQUE,
    name       text        NOT NULL DEFAULT '',
    role       text        NOT NULL CHECK (role IN ('owner', 'technician', 'support')),
    reach      text        NOT NULL CHECK (reach IN ('all', 'all_but', 'chosen')),
    disabled   boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text        NOT NULL DEFAULT '',
    last_seen_at timestamptz
);
CREATE UNIQUE INDEX staff_upn ON staff (upn);
GRANT SELECT, INSERT, UPDATE, DELETE ON staff TO tenantry_web;

-- staff_tenant lists the tenants chosen, or those left out, according to staff.reach.
CREATE TABLE staff_tenant (
    tenant_id uuid   NOT NULL REFERENCES tenant,
    staff_id  bigint NOT NULL REFERENCES staff ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, staff_id)
);
CREATE INDEX staff_tenant_staff ON staff_tenant (staff_id);
SELECT isolate('staff_tenant');

-- audit is append-only: one hash chain per tenant. prev_hash of the first record is 32 zero bytes.
CREATE TABLE audit (
    tenant_id uuid        NOT NULL,
    seq       bigint      NOT NULL,
    at        timestamptz NOT NULL,
    actor     text        NOT NULL, -- name and UPN as they were
    actor_tenant_id uuid,
    actor_object_id uuid,
    action    text        NOT NULL, -- dotted, for example consent.link.created
    object    text        NOT NULL DEFAULT '',
    detail    jsonb       NOT NULL DEFAULT '{}',
    request_id text       NOT NULL DEFAULT '',
    prev_hash bytea       NOT NULL,
    hash      bytea       NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX audit_at ON audit (tenant_id, at DESC, seq DESC);
CREATE INDEX audit_at_all ON audit (at DESC, tenant_id, seq DESC);
SELECT isolate('audit');
REVOKE UPDATE, DELETE ON audit FROM tenantry_web;

CREATE TABLE setting (
    name       text        PRIMARY KEY,
    value      jsonb       NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text        NOT NULL DEFAULT ''
);
GRANT SELECT, INSERT, UPDATE, DELETE ON setting TO tenantry_web;
