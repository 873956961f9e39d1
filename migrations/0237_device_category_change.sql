-- +goose Up
-- A device category that left Intune stays, marked, so that its page can say so. Since when one from before is known was not kept.
ALTER TABLE device_category
    ADD COLUMN first_seen_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN changed_at    timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN gone_at       timestamptz;

-- device_category_change is the history of device categories.
CREATE TABLE device_category_change (
    tenant_id   uuid        NOT NULL,
    category_id text        NOT NULL COLLATE "C",
    at          timestamptz NOT NULL,
    run         bigint      NOT NULL,
    field       text        NOT NULL COLLATE "C",
    old         text        NOT NULL,
    new         text        NOT NULL,
    PRIMARY KEY (tenant_id, category_id, run, field)
);
CREATE INDEX device_category_change_at ON device_category_change (tenant_id, at);
SELECT isolate('device_category_change');
