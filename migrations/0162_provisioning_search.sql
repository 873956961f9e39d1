-- +goose Up
-- The log is searched from its newest days to its oldest until a page is full: the index of the search knows the day of each line.
-- +goose StatementBegin
CREATE FUNCTION provisioning_days(at timestamptz) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY[CASE WHEN at > '1970-01-01Z' AND at < '2200-01-01Z' THEN (at AT TIME ZONE 'UTC')::date - DATE '1970-01-01' ELSE 0 END];
-- +goose StatementEnd
DROP INDEX provisioning_event_search;
CREATE INDEX provisioning_event_search ON provisioning_event USING gin (provisioning_days(at), search gin_trgm_ops);

-- The whole log is asked for one application or one job, too.
DROP INDEX provisioning_event_app;
CREATE INDEX provisioning_event_app ON provisioning_event (sp_id, at, tenant_id, id);
CREATE INDEX provisioning_event_job ON provisioning_event (job_id, at, tenant_id, id);

-- provisioning_matching finds the lines of some days whose search text matches; NULL: of all days. It replaces the one with a bound, which
-- portals call until they are replaced themselves.
-- +goose StatementBegin
CREATE FUNCTION provisioning_matching(pattern text, days integer[]) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND e.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    IF days IS NOT NULL THEN
        within := within || format(' AND provisioning_days(e.at) && %L::integer[]', days);
    END IF;
    RETURN QUERY EXECUTE format('SELECT e.tenant_id, e.id FROM provisioning_event e WHERE e.search LIKE %L %s', pattern, within);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION provisioning_matching(text, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provisioning_matching(text, integer[]) TO tenantry_web;
