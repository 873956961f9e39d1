-- +goose Up
-- leaver is the plan for somebody of the partner's who leaves: the doors that were found when it began and later, and in the end the proof.
-- tenant_id is the partner's own tenant.
CREATE TABLE leaver (
    tenant_id  uuid        NOT NULL,
    staff_id   bigint      NOT NULL,
    began_at   timestamptz NOT NULL,
    began_by   text        NOT NULL,
    doors      jsonb       NOT NULL, -- as the pages word them, with the moment at which each was noticed
    proof      text,                 -- the file, byte for byte; NULL: not every door is closed yet
    proved_at  timestamptz,
    proved_by  text,
    PRIMARY KEY (tenant_id, staff_id)
);
SELECT isolate('leaver');
