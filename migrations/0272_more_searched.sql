-- +goose Up
-- The search finds roles, device categories, malware, detected apps, and what helps policies, too, each by an index.
ALTER TABLE intune_role     ADD COLUMN search text GENERATED ALWAYS AS (lower((name || E'\n' || description) COLLATE "default")) STORED;
ALTER TABLE device_category ADD COLUMN search text GENERATED ALWAYS AS (lower(name COLLATE "default")) STORED;
CREATE INDEX intune_role_search     ON intune_role     USING gin (search gin_trgm_ops);
CREATE INDEX device_category_search ON device_category USING gin (search gin_trgm_ops);

-- Filters, tags and templates are few among the policies: whether any holds a text need not be asked of all.
CREATE INDEX policy_search_helping  ON policy          USING gin (search gin_trgm_ops) WHERE kind IN ('assignmentFilter', 'scopeTag', 'notificationTemplate');

-- searched_in as before, for more tables, and for filters, tags and templates as kinds of their own.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION searched_in(pattern text) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    whole boolean := current_setting('app.scope', true) IS NOT DISTINCT FROM 'all';
    these uuid[]  := NULLIF(current_setting('app.tenants', true), '');
BEGIN
    RETURN array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT FROM app d                WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'app' END,
        CASE WHEN EXISTS (SELECT FROM autopilot_identity d WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'autopilot_identity' END,
        CASE WHEN EXISTS (SELECT FROM detected_app d       WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'detected_app' END,
        CASE WHEN EXISTS (SELECT FROM device_category d    WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'device_category' END,
        CASE WHEN EXISTS (SELECT FROM guest d              WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'guest' END,
        CASE WHEN EXISTS (SELECT FROM incident d           WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'incident' END,
        CASE WHEN EXISTS (SELECT FROM intune_role d        WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'intune_role' END,
        CASE WHEN EXISTS (SELECT FROM malware d            WHERE d.name_key LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'malware' END,
        CASE WHEN EXISTS (SELECT FROM policy d             WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'policy' END,
        CASE WHEN EXISTS (SELECT FROM policy d             WHERE d.kind = 'assignmentFilter' AND d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'assignmentFilter' END,
        CASE WHEN EXISTS (SELECT FROM policy d             WHERE d.kind = 'notificationTemplate' AND d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'notificationTemplate' END,
        CASE WHEN EXISTS (SELECT FROM policy d             WHERE d.kind = 'scopeTag' AND d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'scopeTag' END,
        CASE WHEN EXISTS (SELECT FROM service_item d       WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'service_item' END,
        CASE WHEN EXISTS (SELECT FROM tenant d             WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'tenant' END,
        CASE WHEN EXISTS (SELECT FROM provisioning_app d   WHERE d.name_key LIKE pattern AND (whole OR d.tenant_id = ANY (these)))
               OR EXISTS (SELECT FROM provisioning_job d   WHERE lower(d.template) LIKE pattern AND (whole OR d.tenant_id = ANY (these)))
               OR EXISTS (SELECT FROM tenant d JOIN provisioning_job j USING (tenant_id) WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'provisioning_job' END
    ], NULL);
END $$;
-- +goose StatementEnd

-- detected_app_holding finds the programs of which something that was detected holds each of several texts, the first of which the index is asked
-- for, and how many detected apps that are. A text may stand in half of all there are: it looks at no more than so many.
-- +goose StatementBegin
CREATE FUNCTION detected_app_holding(patterns text[], most integer) RETURNS TABLE (app_key text, name_key text, publisher_key text, versions bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT f.app_key, f.name_key, f.publisher_key, count(*) FROM
        (SELECT d.app_key, d.name_key, d.publisher_key FROM detected_app d WHERE d.search LIKE %L AND d.search || '''' LIKE ALL (%L::text[]) %s LIMIT %s) f
        GROUP BY f.app_key, f.name_key, f.publisher_key', patterns[1], patterns, within, COALESCE(most::text, 'ALL'));
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION detected_app_holding(text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION detected_app_holding(text[], integer) TO tenantry_web;
