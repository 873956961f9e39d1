-- +goose Up
CREATE INDEX app_search    ON app    USING gin (search gin_trgm_ops);
CREATE INDEX policy_search ON policy USING gin (search gin_trgm_ops);

-- searched finds the rows of a table whose search text is LIKE the pattern. As with devices, row-level security keeps the index of the
-- search from being asked, because LIKE might leak; this runs as the owner, asks it, and applies the very same scope itself.
-- +goose StatementBegin
CREATE FUNCTION searched(tbl text, pattern text) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF tbl NOT IN ('app', 'policy') THEN
        RAISE EXCEPTION 'table % is not searched', tbl;
    END IF;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT d.tenant_id, d.id FROM %I d WHERE d.search LIKE %L %s', tbl, pattern, within);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION searched(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION searched(text, text) TO tenantry_web;
