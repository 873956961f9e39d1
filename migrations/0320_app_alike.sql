-- +goose Up
-- The catalogue adds up the apps of all customers: 56,000 for 130 to 400 ms, although hardly a fifth of them differ in what it shows, filters by or
-- searches. app_alike holds those that do not differ as one row, so that the catalogue of all customers adds up these.
CREATE TABLE app_alike (
    alike         uuid    PRIMARY KEY, -- of what stands from sole_of to intents
    sole_of       uuid,                -- customer who has several apps of the entry that do differ: it would be counted for each of them
    entry         text    NOT NULL COLLATE "C",
    type          text    NOT NULL COLLATE "C",
    platform      text    NOT NULL COLLATE "C",
    name          text    NOT NULL,
    name_key      text    NOT NULL COLLATE "C",
    publisher     text    NOT NULL,
    publisher_key text    NOT NULL COLLATE "C",
    version       text    NOT NULL,
    search        text    NOT NULL,
    state         text    NOT NULL COLLATE "C",
    categories    text[]  NOT NULL,
    assigned      boolean NOT NULL,
    reported      boolean NOT NULL, -- Intune's report counts the installations
    failing       boolean NOT NULL,
    intents       text[]  NOT NULL,
    apps          bigint  NOT NULL DEFAULT 0,
    failed        bigint  NOT NULL DEFAULT 0,
    tenants       bigint  NOT NULL DEFAULT 0
);
CREATE INDEX app_alike_entry ON app_alike (entry);

-- What is the sum of all customers is for those who see all customers. Not forced: app_alike_added, which runs as the owner, writes it for each of them.
ALTER TABLE app_alike ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON app_alike FOR SELECT USING ((SELECT current_setting('app.scope', true)) = 'all');
GRANT SELECT ON app_alike TO tenantry_web;

-- app_share is what of it is one customer's.
CREATE TABLE app_share (
    tenant_id uuid   NOT NULL,
    alike     uuid   NOT NULL,
    apps      bigint NOT NULL,
    failed    bigint NOT NULL,
    PRIMARY KEY (tenant_id, alike)
);
SELECT isolate('app_share');

-- app_shares are the shares of a customer as its rows say them.
-- +goose StatementBegin
CREATE FUNCTION app_shares(tenant uuid) RETURNS TABLE (alike uuid, sole_of uuid, entry text, type text, platform text, name text, name_key text, publisher text, publisher_key text,
    version text, search text, state text, categories text[], assigned boolean, reported boolean, failing boolean, intents text[], apps bigint, failed bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT md5(ROW(v.sole_of, v.entry, v.platform, v.name, v.publisher, v.version, v.search, v.state, v.categories, v.assigned, v.reported, v.failing, v.intents)::text)::uuid, v.*
    FROM  (SELECT CASE WHEN count(*) OVER (PARTITION BY k.entry) > 1 THEN $1 END AS sole_of, k.*
           FROM  (SELECT a.entry, a.type, a.platform, a.name, a.name_key, a.publisher, a.publisher_key, a.version, a.search, a.state, a.categories, a.assigned,
                         a.failed >= 0 AS reported, a.failed > 0 AS failing, COALESCE(i.intents, '{}') AS intents, count(*) AS apps, sum(GREATEST(a.failed, 0))::bigint AS failed
                  FROM   app a
                  LEFT   JOIN (SELECT s.app_id, array_agg(DISTINCT s.intent ORDER BY s.intent) AS intents
                               FROM   app_assignment s
                               WHERE  s.tenant_id = $1
                               GROUP  BY s.app_id) i ON i.app_id = a.id
                  WHERE  a.tenant_id = $1
                  AND    a.gone_at IS NULL
                  GROUP  BY a.entry, a.type, a.platform, a.name, a.name_key, a.publisher, a.publisher_key, a.version, a.search, a.state, a.categories, a.assigned,
                         a.failed >= 0, a.failed > 0, COALESCE(i.intents, '{}')) k) v
$$;
-- +goose StatementEnd

-- The apps that are there already. The owner is bound by row-level security, too, unless it is a superuser.
SELECT set_config('app.scope', 'all', true);
CREATE TEMP TABLE app_shares_first ON COMMIT DROP AS
SELECT t.tenant_id, f.* FROM (SELECT DISTINCT tenant_id FROM app) t CROSS JOIN LATERAL app_shares(t.tenant_id) f;
INSERT INTO app_share SELECT tenant_id, alike, apps, failed FROM app_shares_first;
INSERT INTO app_alike
SELECT DISTINCT ON (f.alike) f.alike, f.sole_of, f.entry, f.type, f.platform, f.name, f.name_key, f.publisher, f.publisher_key, f.version, f.search, f.state, f.categories, f.assigned,
       f.reported, f.failing, f.intents, s.apps, s.failed, s.tenants
FROM   app_shares_first f
JOIN  (SELECT alike, sum(apps)::bigint AS apps, sum(failed)::bigint AS failed, count(*) AS tenants FROM app_shares_first GROUP BY alike) s ON s.alike = f.alike
ORDER  BY f.alike;

-- app_alike_added keeps the sum what the shares are, whoever writes or deletes them. One transaction at a time: two that add to the same apps in
-- different orders would wait for each other for ever.
-- +goose StatementBegin
CREATE FUNCTION app_alike_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('app_alike', 0));
    UPDATE app_alike o
    SET    apps = o.apps + sign * s.apps, failed = o.failed + sign * s.failed, tenants = o.tenants + sign * s.tenants
    FROM  (SELECT w.alike, sum(w.apps)::bigint AS apps, sum(w.failed)::bigint AS failed, count(*) AS tenants FROM written w GROUP BY w.alike) s
    WHERE  o.alike = s.alike;
    IF sign < 0 THEN
        DELETE FROM app_alike o USING written w WHERE o.alike = w.alike AND o.tenants = 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app_alike_added() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_alike_added() TO tenantry_web;
CREATE TRIGGER app_share_inserted AFTER INSERT ON app_share REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION app_alike_added();
CREATE TRIGGER app_share_deleted  AFTER DELETE ON app_share REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION app_alike_added();

-- app_shared makes the shares of a customer in the scope what its rows say.
-- +goose StatementBegin
CREATE FUNCTION app_shared(tenant uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    shares app_alike[];
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' AND tenant <> ALL (COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}')::uuid[]) THEN
        RAISE EXCEPTION 'not in the scope';
    END IF;
    SELECT array_agg(ROW(f.*, 0)::app_alike) INTO shares FROM app_shares(tenant) f;
    DELETE FROM app_share o
    WHERE  o.tenant_id = tenant
    AND    NOT EXISTS (SELECT FROM unnest(shares) n WHERE n.alike = o.alike AND n.apps = o.apps AND n.failed = o.failed);
    IF EXISTS (SELECT FROM unnest(shares) n LEFT JOIN app_share o ON o.tenant_id = tenant AND o.alike = n.alike WHERE o.alike IS NULL) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('app_alike', 0));
        INSERT INTO app_alike
        SELECT n.alike, n.sole_of, n.entry, n.type, n.platform, n.name, n.name_key, n.publisher, n.publisher_key, n.version, n.search, n.state, n.categories, n.assigned,
               n.reported, n.failing, n.intents
        FROM   unnest(shares) n
        LEFT   JOIN app_share o ON o.tenant_id = tenant AND o.alike = n.alike
        WHERE  o.alike IS NULL
        ON     CONFLICT DO NOTHING;
        INSERT INTO app_share
        SELECT tenant, n.alike, n.apps, n.failed
        FROM   unnest(shares) n
        LEFT   JOIN app_share o ON o.tenant_id = tenant AND o.alike = n.alike
        WHERE  o.alike IS NULL;
    END IF;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app_shared(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_shared(uuid) TO tenantry_web;
