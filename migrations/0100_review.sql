-- +goose Up
-- review_plan is when a tenant is to be reviewed next, and by whom.
CREATE TABLE review_plan (
    tenant_id  uuid        PRIMARY KEY REFERENCES tenant,
    next_on    date,
    holder     text        NOT NULL DEFAULT '', -- of the partner's staff, as people know them
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL
);
SELECT isolate('review_plan');

-- review_mark is what staff decided about a finding: that it is accepted until a day, or handed to somebody. The key names the finding as long
-- as it lasts; a finding that goes and comes back finds its mark again.
CREATE TABLE review_mark (
    tenant_id uuid        NOT NULL REFERENCES tenant,
    key       text        NOT NULL COLLATE "C",
    state     text        NOT NULL CHECK (state IN ('accepted', 'handed')),
    until     date,                          -- accepted
    why       text        NOT NULL DEFAULT '', -- accepted
    holder    text        NOT NULL DEFAULT '', -- handed
    at        timestamptz NOT NULL,
    by        text        NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
SELECT isolate('review_mark');

CREATE TABLE review_note (
    tenant_id uuid        NOT NULL REFERENCES tenant,
    note_id   bigint      GENERATED ALWAYS AS IDENTITY,
    key       text        NOT NULL COLLATE "C", -- of the finding; empty: of the whole review
    text      text        NOT NULL,
    at        timestamptz NOT NULL,
    by        text        NOT NULL,
    PRIMARY KEY (tenant_id, note_id)
);
SELECT isolate('review_note');

-- review is a review that was signed off, with what was known then. It never changes.
CREATE TABLE review (
    tenant_id uuid        NOT NULL REFERENCES tenant,
    number    integer     NOT NULL, -- 1 for the tenant's first; also keeps two people from signing the same review off
    at        timestamptz NOT NULL,
    by        text        NOT NULL,
    language  text        NOT NULL,
    snapshot  jsonb       NOT NULL,
    hash      bytea       NOT NULL, -- SHA-256 of the snapshot's canonical JSON (RFC 8785); the audit has it too
    PRIMARY KEY (tenant_id, number)
);
SELECT isolate('review');
