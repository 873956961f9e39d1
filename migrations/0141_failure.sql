-- +goose Up
-- failure is what went wrong in front of a person, with what was found behind it: a section that is read live, a reading of the grants, a
-- change that a person asked for, a sign-in. One row for each thing that fails, however often.
CREATE TABLE failure (
    tenant_id   uuid        NOT NULL REFERENCES tenant,
    id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    source      text        NOT NULL COLLATE "C",
    kind        text        NOT NULL COLLATE "C",
    object      text        NOT NULL COLLATE "C",
    person      text        NOT NULL,             -- who tried, as the pages name people; '': the portal itself
    back        text        NOT NULL,             -- the page where it was tried; '': see kind
    first_at    timestamptz NOT NULL,             -- since it fails
    at          timestamptz NOT NULL,             -- when it failed last
    times       integer     NOT NULL,             -- since first_at
    problem     text        NOT NULL,
    request_id  text        NOT NULL,
    activity_id text        NOT NULL,
    diagnosis   jsonb,                            -- NULL: it was no answer of Microsoft's that is known
    before_at   timestamptz,                      -- the failure before this one, to compare with
    before      jsonb,
    judged_at   timestamptz,                      -- when diagnosis was found anew without trying again; NULL: at
    fixed_at    timestamptz,                      -- when the same succeeded
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX failure_of ON failure (tenant_id, source, kind, object, person);
CREATE INDEX failure_at ON failure (at);
SELECT isolate('failure');

ALTER TABLE live_read ADD COLUMN failure_id text NOT NULL DEFAULT '';
