-- +goose Up
-- share_of as before, for members of groups, too, who were asked of frequent.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION share_of(tbl text, pattern text) RETURNS double precision
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    blocks bigint := pg_relation_size(tbl::regclass) / current_setting('block_size')::integer;
    sought text := CASE WHEN tbl IN ('device_protection', 'malware') THEN 'name_key' ELSE 'search' END;
    share  double precision;
BEGIN
    IF tbl NOT IN ('app', 'autopilot_identity', 'detected_app', 'device_protection', 'directory_group_member', 'guest', 'incident', 'malware', 'policy', 'service_item') THEN
        RAISE EXCEPTION 'table % is not searched', tbl;
    END IF;
    EXECUTE format('SELECT CASE WHEN count(*) < 100 THEN 0 ELSE count(*) FILTER (WHERE d.%I LIKE %L) / count(*)::double precision END FROM %I d
        WHERE d.ctid = ANY (ARRAY(SELECT format(''(%%s,%%s)'', %s * i / 400, 1 + i %% 5)::tid FROM generate_series(0, 399) AS i))', sought, pattern, tbl, blocks) INTO share;
    RETURN share;
END $$;
-- +goose StatementEnd
