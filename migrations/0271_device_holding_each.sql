-- +goose Up
-- device_holding_each finds devices that hold each of several texts, in whatever order and wherever they stand: "hayes ryan" finds what Ryan
-- Hayes uses. Of the words of all texts the index is asked for the two that are rarest, as device_holding does for one text, and rows that have
-- both are looked at for all of them. A text alone remains that function's.
-- +goose StatementBegin
CREATE FUNCTION device_holding_each(patterns text[], most integer) RETURNS TABLE (tenant_id uuid, id text, name_key text, beside boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = on SET plan_cache_mode = force_generic_plan ROWS 200 AS $$
DECLARE
    words text[];
BEGIN
    SELECT array_agg('%' || right(w, 6) || '%' ORDER BY length(regexp_replace(w, '[^0-9]', '', 'g')) DESC, length(w) DESC, w) INTO words
    FROM   unnest(patterns) AS p (pattern)
    CROSS  JOIN LATERAL regexp_split_to_table(COALESCE(substring(pattern from '^(%.{4,})@'), pattern), '[^[:alnum:]]+') AS t (w)
    WHERE  length(w) >= 3;
    IF words IS NULL THEN
        SELECT array_agg(p ORDER BY length(p) DESC) INTO words FROM unnest(patterns) AS t (p);
    END IF;
    IF words[2] IS NULL OR words[1] ~ '[0-9]{5}%' THEN
        words[2] := words[1];
    END IF;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        RETURN QUERY EXECUTE format('SELECT t.tenant_id, t.id, t.name_key, substr(t.search, length(t.name_key) + 1) LIKE ALL (%1$L::text[]) FROM device_text t
            WHERE t.search LIKE %2$L AND t.search LIKE %3$L AND t.tenant_id = ANY (%4$L::uuid[]) AND t.search || '''' LIKE ALL (%1$L::text[]) LIMIT %5$s',
            patterns, words[1], words[2], COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'), COALESCE(most::text, 'ALL'));
    ELSIF words[1] = words[2] THEN
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key, substr(t.search, length(t.name_key) + 1) LIKE ALL (patterns) FROM device_text t
            WHERE t.search LIKE words[1] AND t.search || '' LIKE ALL (patterns) LIMIT most;
    ELSE
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key, substr(t.search, length(t.name_key) + 1) LIKE ALL (patterns) FROM device_text t
            WHERE t.search LIKE words[1] AND t.search LIKE words[2] AND t.search || '' LIKE ALL (patterns) LIMIT most;
    END IF;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION device_holding_each(text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_holding_each(text[], integer) TO tenantry_web;
