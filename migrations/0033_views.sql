-- +goose Up
-- saved_view is the state of a list under a name. It holds no data of a tenant, only what one asks for; what it finds is decided by the
-- reach of whoever opens it. A team's view stays when the person who made it leaves.
CREATE TABLE saved_view (
    view_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id   bigint      REFERENCES staff ON DELETE SET NULL,
    list       text        NOT NULL, -- path over all tenants: /devices
    name       text        NOT NULL,
    state      text        NOT NULL, -- query string
    shared     boolean     NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (staff_id, list, lower(name));
CREATE INDEX saved_view_shared ON saved_view (list) WHERE shared;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO tenantry_web;

-- list_choice is what a person has chosen for a list: the view that the rail leads to, and the columns.
CREATE TABLE list_choice (
    staff_id bigint NOT NULL REFERENCES staff ON DELETE CASCADE,
    list     text   NOT NULL, -- as above; inside a tenant /t/devices
    view_id  bigint REFERENCES saved_view ON DELETE SET NULL,
    columns  text[] NOT NULL DEFAULT '{}', -- none: the list's own
    PRIMARY KEY (staff_id, list)
);
CREATE INDEX list_choice_view ON list_choice (view_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON list_choice TO tenantry_web;
