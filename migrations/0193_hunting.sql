-- +goose Up
-- hunting_query is a query of advanced hunting under a name. It holds no data of a tenant; what it finds is never kept. A team's query stays
-- when the person who saved it leaves.
CREATE TABLE hunting_query (
    query_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id    bigint      REFERENCES staff ON DELETE SET NULL,
    name        text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    query       text        NOT NULL,
    shared      boolean     NOT NULL DEFAULT false,
    changed_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX hunting_query_name ON hunting_query (staff_id, lower(name));
GRANT SELECT, INSERT, UPDATE, DELETE ON hunting_query TO tenantry_web;

-- hunting_draft is the query that a person wrote last, so that a sign-in in between does not lose it.
CREATE TABLE hunting_draft (
    staff_id bigint  PRIMARY KEY REFERENCES staff ON DELETE CASCADE,
    query    text    NOT NULL,
    days     integer NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON hunting_draft TO tenantry_web;
