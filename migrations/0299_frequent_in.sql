-- +goose Up
-- frequent tells whether a text stands in one of so many rows of a table, by four hundred of all customers from all over it. It says nothing
-- else of rows. For the rows of a page one in forty is frequent; to count up to 10,000 of a word that one in twenty holds took 115 ms of 350,000
-- rows, walking, and the index has them in 20. With two arguments it is for portals that do not know this one yet.
-- +goose StatementBegin
CREATE FUNCTION frequent(tbl text, pattern text, one_in integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    blocks bigint := pg_relation_size(tbl::regclass) / current_setting('block_size')::integer;
    sought text := CASE WHEN tbl IN ('device_protection', 'malware') THEN 'name_key' ELSE 'search' END;
    often  boolean;
BEGIN
    IF tbl NOT IN ('app', 'autopilot_identity', 'detected_app', 'device_protection', 'guest', 'incident', 'malware', 'policy', 'service_item') THEN
        RAISE EXCEPTION 'table % is not searched', tbl;
    END IF;
    EXECUTE format('SELECT count(*) >= 100 AND count(*) FILTER (WHERE d.%I LIKE %L) * %s > count(*) FROM %I d
        WHERE d.ctid = ANY (ARRAY(SELECT format(''(%%s,%%s)'', %s * i / 400, 1 + i %% 5)::tid FROM generate_series(0, 399) AS i))', sought, pattern, one_in, tbl, blocks) INTO often;
    RETURN often;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION frequent(text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION frequent(text, text, integer) TO tenantry_web;
