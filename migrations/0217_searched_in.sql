-- +goose Up
-- A search over all customers asks an index for each kind of thing, not only for devices, apps and policies.
ALTER TABLE guest ADD COLUMN search text GENERATED ALWAYS AS (lower((name || E'\n' || upn || E'\n' || address || E'\n' || id) COLLATE "default")) STORED;
CREATE INDEX guest_search              ON guest            USING gin (search gin_trgm_ops);
CREATE INDEX incident_search           ON incident         USING gin (search gin_trgm_ops);
CREATE INDEX provisioning_app_search   ON provisioning_app USING gin (name_key gin_trgm_ops);
CREATE INDEX provisioning_job_template ON provisioning_job USING gin (lower(template) gin_trgm_ops);
CREATE INDEX service_item_search       ON service_item     USING gin (search gin_trgm_ops);
CREATE INDEX tenant_search             ON tenant           USING gin (search gin_trgm_ops);

-- searched as before, for more tables.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION searched(tbl text, pattern text) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF tbl NOT IN ('app', 'autopilot_identity', 'guest', 'incident', 'policy', 'service_item') THEN
        RAISE EXCEPTION 'table % is not searched', tbl;
    END IF;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT d.tenant_id, d.id FROM %I d WHERE d.search LIKE %L %s', tbl, pattern, within);
END $$;
-- +goose StatementEnd

-- searched_in tells which tables have a row within the scope that a search for the pattern may find, by their indexes: mostly few do, and a
-- search need not ask the others. One plan serves all patterns, as making one costs more than the answer.
-- +goose StatementBegin
CREATE FUNCTION searched_in(pattern text) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    whole boolean := current_setting('app.scope', true) IS NOT DISTINCT FROM 'all';
    these uuid[]  := NULLIF(current_setting('app.tenants', true), '');
BEGIN
    RETURN array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT FROM app d                WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'app' END,
        CASE WHEN EXISTS (SELECT FROM autopilot_identity d WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'autopilot_identity' END,
        CASE WHEN EXISTS (SELECT FROM guest d              WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'guest' END,
        CASE WHEN EXISTS (SELECT FROM incident d           WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'incident' END,
        CASE WHEN EXISTS (SELECT FROM policy d             WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'policy' END,
        CASE WHEN EXISTS (SELECT FROM service_item d       WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'service_item' END,
        CASE WHEN EXISTS (SELECT FROM tenant d             WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'tenant' END,
        CASE WHEN EXISTS (SELECT FROM provisioning_app d   WHERE d.name_key LIKE pattern AND (whole OR d.tenant_id = ANY (these)))
               OR EXISTS (SELECT FROM provisioning_job d   WHERE lower(d.template) LIKE pattern AND (whole OR d.tenant_id = ANY (these)))
               OR EXISTS (SELECT FROM tenant d JOIN provisioning_job j USING (tenant_id) WHERE d.search LIKE pattern AND (whole OR d.tenant_id = ANY (these))) THEN 'provisioning_job' END
    ], NULL);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION searched_in(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION searched_in(text) TO tenantry_web;
