-- +goose Up
-- searched_count is how many rows in the scope, of some kinds (NULL: all), hold a text, counted no further than most (NULL: all): what a list that nothing else narrows says of its
-- rows. searched gathers all of them first, and each is then looked up again: of 350,000 registered devices 17,000 that hold a word cost 55 ms, and now 10.
-- +goose StatementBegin
CREATE FUNCTION searched_count(tbl text, pattern text, there boolean, kinds text[], most bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    sought text := CASE WHEN tbl IN ('device_protection', 'malware') THEN 'name_key' ELSE 'search' END;
    within text := CASE WHEN there THEN 'AND d.gone_at IS NULL' ELSE '' END; -- what is gone is not counted
    n      bigint;
BEGIN
    IF tbl NOT IN ('app', 'autopilot_identity', 'detected_app', 'device_protection', 'directory_group_member', 'guest', 'incident', 'malware', 'policy', 'service_item') THEN
        RAISE EXCEPTION 'table % is not searched', tbl;
    END IF;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := within || format(' AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    IF kinds IS NOT NULL THEN
        within := within || format(' AND d.kind = ANY (%L::text[])', kinds);
    END IF;
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %I d WHERE d.%I LIKE %L %s LIMIT %L) counted', tbl, sought, pattern, within, most) INTO n;
    RETURN n;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION searched_count(text, text, boolean, text[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION searched_count(text, text, boolean, text[], bigint) TO tenantry_web;
