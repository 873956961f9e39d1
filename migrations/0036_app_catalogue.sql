-- +goose Up
-- entry names what is the same app in every tenant: type, name and publisher. Graph's own id differs from tenant to tenant.
ALTER TABLE app ADD COLUMN entry text COLLATE "C" NOT NULL GENERATED ALWAYS AS (md5(type || E'\n' || name_key || E'\n' || publisher_key)) STORED;
CREATE INDEX app_entry ON app (entry, tenant_id) WHERE gone_at IS NULL;

-- app_change is the history of the fields that people ask about; licence counts are not kept.
CREATE TABLE app_change (
    tenant_id uuid        NOT NULL,
    app_id    text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    run       bigint      NOT NULL,
    field     text        NOT NULL COLLATE "C",
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, app_id, run, field)
);
CREATE INDEX app_change_at ON app_change (tenant_id, at DESC, app_id, field);
SELECT isolate('app_change');
