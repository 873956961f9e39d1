-- +goose Up
-- Failed is not in error: a device that reports an error could not do what it was asked, one that failed does not do it.
ALTER TABLE policy ADD COLUMN failed bigint NOT NULL DEFAULT 0;

-- policy_reading is how the last attempt to read each kind of policy ended: every kind has a path of its own, and one may be refused, by a
-- licence or a permission, while the others answer.
CREATE TABLE policy_reading (
    tenant_id  uuid        NOT NULL,
    kind       text        NOT NULL COLLATE "C",
    tried_at   timestamptz NOT NULL,
    read_at    timestamptz,          -- of the last complete read; NULL: never
    error_kind text        NOT NULL, -- empty: it was read
    sentence   text        NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);
SELECT isolate('policy_reading');
