-- +goose Up
-- Two letters have no trigram: of incidents and provisioning jobs, too, they find what begins with them, by an index.
ALTER TABLE incident ADD COLUMN title_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(title)) STORED;
CREATE INDEX incident_title        ON incident         (title_key, tenant_id, id);
CREATE INDEX incident_number       ON incident         (id, tenant_id);
CREATE INDEX provisioning_app_name ON provisioning_app (name_key, tenant_id, id);
