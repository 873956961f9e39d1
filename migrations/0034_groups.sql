-- +goose Up
-- tenant_tag holds the words that the partner's people give to tenants, in lower case.
CREATE TABLE tenant_tag (
    tenant_id uuid NOT NULL REFERENCES tenant,
    tag       text NOT NULL COLLATE "C",
    PRIMARY KEY (tenant_id, tag)
);
CREATE INDEX tenant_tag_tag ON tenant_tag (tag, tenant_id);
SELECT isolate('tenant_tag');

-- tenant_group is a rule: a tenant belongs to it while all that the rule names holds. Empty and zero name nothing.
CREATE TABLE tenant_group (
    group_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL,
    tags        text[]      NOT NULL DEFAULT '{}', -- any of them, or with every_tag all
    every_tag   boolean     NOT NULL DEFAULT false,
    countries   text[]      NOT NULL DEFAULT '{}', -- ISO 3166-1 alpha-2, any of them
    states      text[]      NOT NULL DEFAULT '{}', -- of the connection, any of them
    min_devices bigint      NOT NULL DEFAULT 0 CHECK (min_devices >= 0), -- at the last complete read
    name_part   text        NOT NULL DEFAULT '',
    changed_at  timestamptz NOT NULL DEFAULT now(),
    changed_by  text        NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX tenant_group_name ON tenant_group (lower(name));
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_group TO tenantry_web;

-- tenants_of_group works out who is in a group now. It runs as whoever asks, so row-level security leaves out what they may not see.
-- +goose StatementBegin
CREATE FUNCTION tenants_of_group(wanted bigint) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE ROWS 100 AS $$
    SELECT t.tenant_id
    FROM   tenant_group g
    JOIN   tenant t ON NOT t.home
    WHERE  g.group_id = wanted
    AND    (g.tags = '{}' OR (SELECT count(*) FROM tenant_tag x WHERE x.tenant_id = t.tenant_id AND x.tag = ANY (g.tags))
                             >= CASE WHEN g.every_tag THEN cardinality(g.tags) ELSE 1 END)
    AND    (g.countries = '{}' OR t.country = ANY (g.countries))
    AND    (g.states = '{}' OR t.state = ANY (g.states))
    AND    (g.min_devices = 0 OR g.min_devices <= COALESCE((SELECT c.value FROM tenant_counter c
                                                            WHERE c.tenant_id = t.tenant_id AND c.dataset = 'devices' AND c.key = 'total'), 0))
    AND    (g.name_part = '' OR strpos(lower(t.display_name), lower(g.name_part)) > 0)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION tenants_of_group(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_of_group(bigint) TO tenantry_web;

-- Staff may reach the tenants of a group, and besides it those that are listed for them.
ALTER TABLE staff ADD COLUMN group_id bigint REFERENCES tenant_group;
ALTER TABLE staff DROP CONSTRAINT staff_reach_check;
ALTER TABLE staff ADD CONSTRAINT staff_reach_check CHECK (reach IN ('all', 'all_but', 'chosen', 'group') AND (reach <> 'group' OR group_id IS NOT NULL));
CREATE INDEX staff_group ON staff (group_id);
