-- +goose Up
-- intune_allowed is, for each action that a role of the tenant allows, how many roles that are, which groups hold one, and who is in these: what
-- both lists of who can do a thing say of all customers. It was worked out of 60,000 people for each page, for 400 ms.
CREATE TABLE intune_allowed (
    tenant_id uuid    NOT NULL,
    action    text    NOT NULL COLLATE "C",
    roles     integer NOT NULL,
    groups    text[]  NOT NULL,
    holders   integer NOT NULL, -- people in these groups, each once
    unseen    integer NOT NULL, -- of the groups, those whose members were not read
    gone      integer NOT NULL, -- of the groups, those that the directory has no more
    PRIMARY KEY (tenant_id, action)
);
SELECT isolate('intune_allowed');
CREATE INDEX intune_allowed_action ON intune_allowed (action, tenant_id);

-- intune_allow makes them what roles, assignments and groups of the tenant say. Whoever writes any of these calls it in the same transaction.
-- +goose StatementBegin
CREATE FUNCTION intune_allow(tid uuid) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM tenant WHERE tenant_id = tid FOR NO KEY UPDATE; -- two who do so at once take turns, so that the second sees what the first wrote
    WITH allowing AS (
        SELECT DISTINCT r.id, x AS action FROM intune_role r CROSS JOIN LATERAL unnest(r.allowed) x WHERE r.tenant_id = tid AND r.gone_at IS NULL
    ), holding AS (
        SELECT DISTINCT r.action, x AS group_id
        FROM   intune_role_assignment s
        JOIN   allowing r ON r.id = s.role_id
        CROSS  JOIN LATERAL unnest(s.members) x
        WHERE  s.tenant_id = tid AND s.gone_at IS NULL
    ), held AS (
        SELECT   h.action, array_agg(h.group_id ORDER BY h.group_id) AS groups, count(*) FILTER (WHERE g.gone) AS gone,
                 count(*) FILTER (WHERE g.gone IS NOT true AND g.members_read IS NOT true) AS unseen
        FROM     holding h
        LEFT     JOIN directory_group g ON g.tenant_id = tid AND g.id = h.group_id
        GROUP BY h.action
    ), people AS (
        SELECT   h.action, count(DISTINCT m.id) AS holders
        FROM     holding h
        JOIN     directory_group_member m ON m.tenant_id = tid AND m.group_id = h.group_id AND m.type <> 'group'
        GROUP BY h.action
    ), now AS (
        SELECT a.action, a.roles, COALESCE(h.groups, '{}') AS groups, COALESCE(p.holders, 0) AS holders, COALESCE(h.unseen, 0) AS unseen, COALESCE(h.gone, 0) AS gone
        FROM  (SELECT action, count(*) AS roles FROM allowing GROUP BY action) a
        LEFT   JOIN held h   ON h.action = a.action
        LEFT   JOIN people p ON p.action = a.action
    ), swept AS (
        DELETE FROM intune_allowed o WHERE o.tenant_id = tid AND NOT EXISTS (SELECT FROM now n WHERE n.action = o.action)
    )
    INSERT INTO intune_allowed AS o (tenant_id, action, roles, groups, holders, unseen, gone)
    SELECT tid, action, roles, groups, holders, unseen, gone FROM now
    ON     CONFLICT (tenant_id, action) DO UPDATE
    SET    roles = excluded.roles, groups = excluded.groups, holders = excluded.holders, unseen = excluded.unseen, gone = excluded.gone
    WHERE  (o.roles, o.groups, o.holders, o.unseen, o.gone) IS DISTINCT FROM (excluded.roles, excluded.groups, excluded.holders, excluded.unseen, excluded.gone);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION intune_allow(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intune_allow(uuid) TO tenantry_web;
SELECT set_config('app.scope', 'all', true); -- the owner is bound by row-level security, too, unless it is a superuser
SELECT intune_allow(tenant_id) FROM (SELECT DISTINCT tenant_id FROM intune_role) t;

-- Who holds a role, by name and by a part of the name or the account, as lists say and search it.
ALTER TABLE directory_group_member
    ADD COLUMN name_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(COALESCE(NULLIF(name, ''), NULLIF(upn, ''), id)) COLLATE "C") STORED,
    ADD COLUMN search   text             NOT NULL GENERATED ALWAYS AS (lower((name || E'\n' || upn) COLLATE "default")) STORED;
CREATE INDEX directory_group_member_name   ON directory_group_member (name_key, tenant_id, id) WHERE type <> 'group';
CREATE INDEX directory_group_member_id     ON directory_group_member (tenant_id, id);
CREATE INDEX directory_group_member_search ON directory_group_member USING gin (search gin_trgm_ops);

-- All that roles can allow are a hundred operations, each with the same words at nearly every customer: they are found by stepping through them.
CREATE INDEX intune_operation_words ON intune_operation (id, resource, action, description);

-- frequent and searched as before, for members of groups, too: of each, a row for each of their groups.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION frequent(tbl text, pattern text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    blocks bigint := pg_relation_size(tbl::regclass) / current_setting('block_size')::integer;
    sought text := CASE WHEN tbl IN ('device_protection', 'malware') THEN 'name_key' ELSE 'search' END;
    often  boolean;
BEGIN
    IF tbl NOT IN ('app', 'autopilot_identity', 'detected_app', 'device_protection', 'directory_group_member', 'guest', 'incident', 'malware', 'policy', 'service_item') THEN
        RAISE EXCEPTION 'table % is not searched', tbl;
    END IF;
    EXECUTE format('SELECT count(*) >= 100 AND count(*) FILTER (WHERE d.%I LIKE %L) * 40 > count(*) FROM %I d
        WHERE d.ctid = ANY (ARRAY(SELECT format(''(%%s,%%s)'', %s * i / 400, 1 + i %% 5)::tid FROM generate_series(0, 399) AS i))', sought, pattern, tbl, blocks) INTO often;
    RETURN often;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION searched(tbl text, pattern text) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    sought text := CASE WHEN tbl IN ('device_protection', 'malware') THEN 'name_key' ELSE 'search' END;
    within text := '';
BEGIN
    IF tbl NOT IN ('app', 'autopilot_identity', 'detected_app', 'device_protection', 'directory_group_member', 'guest', 'incident', 'malware', 'policy', 'service_item') THEN
        RAISE EXCEPTION 'table % is not searched', tbl;
    END IF;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT d.tenant_id, d.id FROM %I d WHERE d.%I LIKE %L %s', tbl, sought, pattern, within);
END $$;
-- +goose StatementEnd
