-- +goose Up
-- wiper is who could wipe a device at a tenant by an account there: by a role of the directory, by itself or by a group, or by one of Intune's. Of
-- 1,000 customers 64,000 were gathered from all holders of roles and sorted for each page, for 3 s.
CREATE TABLE wiper (
    tenant_id uuid NOT NULL,
    id        text NOT NULL COLLATE "C", -- the account's object id
    side      text NOT NULL COLLATE "C", -- partner: a guest account of the partner's people; else customer
    name_key  text NOT NULL COLLATE "C", -- what lists call it, in lower case
    search    text NOT NULL,             -- name and account, in lower case
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate('wiper');
CREATE INDEX wiper_name     ON wiper (name_key, side, id, tenant_id);
CREATE INDEX wiper_customer ON wiper (tenant_id, name_key, side, id);
CREATE INDEX wiper_search   ON wiper USING gin (search gin_trgm_ops);

-- settle_wipers makes them what roles, assignments, groups and guests of the tenant say. Whoever writes any of these calls it in the same
-- transaction; two who do so at once take turns, so that the second sees what the first wrote.
-- +goose StatementBegin
CREATE FUNCTION settle_wipers(tid uuid) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM tenant WHERE tenant_id = tid FOR NO KEY UPDATE;
    WITH held AS (
        SELECT a.role_id, a.id AS by, h.*
        FROM   directory_role_assignment a
        CROSS  JOIN LATERAL (
               SELECT a.principal_id AS id, a.name, a.upn
               WHERE  a.principal_type <> 'group'
               UNION  ALL
               SELECT lower(m.id), m.name, m.upn
               FROM   directory_group_member m
               WHERE  a.principal_type = 'group'
               AND    m.tenant_id = tid
               AND    m.group_id = a.principal_id
               AND    m.type <> 'group') h
        WHERE  a.tenant_id = tid
        AND    a.gone_at IS NULL
        AND    a.role_id IN ('62e90394-69f5-4237-9190-012177145e10', '3a2c62db-5318-420d-8d74-23affee5d9d5') -- Global Administrator, Intune Administrator
    ), directory AS (
        SELECT DISTINCT ON (id) id, name, upn FROM held ORDER BY id, role_id, by
    ), intune AS (
        SELECT   lower(m.id) AS id, max(m.name) AS name, max(m.upn) AS upn
        FROM     intune_role_assignment s
        JOIN     intune_role r ON r.tenant_id = tid AND r.id = s.role_id AND r.gone_at IS NULL AND r.allowed @> '{Microsoft.Intune_RemoteTasks_Wipe}'
        CROSS    JOIN LATERAL unnest(s.members) g
        JOIN     directory_group_member m ON m.tenant_id = tid AND m.group_id = g AND m.type <> 'group'
        WHERE    s.tenant_id = tid
        AND      s.gone_at IS NULL
        GROUP BY lower(m.id)
    ), who AS (
        SELECT id, name, upn FROM directory
        UNION  ALL
        SELECT i.id, i.name, i.upn FROM intune i WHERE NOT EXISTS (SELECT FROM directory d WHERE d.id = i.id)
    ), named AS (
        SELECT w.id, CASE WHEN g.id IS NULL THEN 'customer' ELSE 'partner' END AS side, COALESCE(g.name, w.name) AS name, COALESCE(g.address, w.upn) AS upn
        FROM   who w
        LEFT   JOIN guest g ON g.tenant_id = tid AND g.id = w.id AND g.gone_at IS NULL AND NOT EXISTS (SELECT FROM tenant t WHERE t.tenant_id = tid AND t.home)
    ), now AS (
        SELECT id, side, left(lower(COALESCE(NULLIF(name, ''), NULLIF(upn, ''), id) COLLATE "default"), 400) AS name_key, lower((name || E'\n' || upn) COLLATE "default") AS search FROM named
    ), swept AS (
        DELETE FROM wiper o WHERE o.tenant_id = tid AND NOT EXISTS (SELECT FROM now n WHERE n.id = o.id)
    )
    INSERT INTO wiper AS o (tenant_id, id, side, name_key, search)
    SELECT tid, id, side, name_key, search FROM now
    ON     CONFLICT (tenant_id, id) DO UPDATE
    SET    side = excluded.side, name_key = excluded.name_key, search = excluded.search
    WHERE  (o.side, o.name_key, o.search) IS DISTINCT FROM (excluded.side, excluded.name_key, excluded.search);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION settle_wipers(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_wipers(uuid) TO tenantry_web;
SELECT set_config('app.scope', 'all', true); -- the owner is bound by row-level security, too, unless it is a superuser
SELECT settle_wipers(tenant_id) FROM tenant;

-- wipers_named finds those whose name or account holds a text, by an index, and no more than so many.
-- +goose StatementBegin
CREATE FUNCTION wipers_named(pattern text, most integer) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT d.tenant_id, d.id FROM wiper d WHERE d.search LIKE %L %s LIMIT %s', pattern, within, most);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION wipers_named(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wipers_named(text, integer) TO tenantry_web;
