-- +goose Up
-- A word that was in every line until some day is found by a walk from that day on; the index of the search must not gather all lines that
-- hold it before. So it is asked for some lines, and whoever asks sees that there are more. Bitmaps alone: under a bound, the planner would
-- rather walk along another index and hope.
-- +goose StatementBegin
CREATE FUNCTION provisioning_matching(pattern text, days integer[], most integer) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_indexscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND e.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT e.tenant_id, e.id FROM provisioning_event e WHERE e.search LIKE %L AND provisioning_days(e.at) && %L::integer[] %s LIMIT %s',
        pattern, days, within, most);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION provisioning_matching(text, integer[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provisioning_matching(text, integer[], integer) TO tenantry_web;
