-- +goose Up
-- device_holding tells, too, whether the text stands beside the name, such as in the user's: a search for people need not look at devices that
-- only have it in their names.
--
-- Of the words of a text those with digits are the rarest; one that ends in five of them needs no second. Where the index is asked for the text
-- as it is, and finds it, that is not looked at twice.
DROP FUNCTION device_holding(text, integer);
-- +goose StatementBegin
CREATE FUNCTION device_holding(pattern text, most integer) RETURNS TABLE (tenant_id uuid, id text, name_key text, beside boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = on SET plan_cache_mode = force_generic_plan ROWS 200 AS $$
DECLARE
    words text[];
    whole boolean;
    test  text;
BEGIN
    SELECT array_agg('%' || right(w, 6) || '%' ORDER BY length(regexp_replace(w, '[^0-9]', '', 'g')) DESC, length(w) DESC, n DESC) INTO words
    FROM   regexp_split_to_table(COALESCE(substring(pattern from '^(%.{4,})@'), pattern), '[^[:alnum:]]+') WITH ORDINALITY AS t (w, n)
    WHERE  length(w) >= 3;
    words := COALESCE(words, ARRAY[pattern]);
    whole := words[1] = pattern;
    IF words[1] ~ '[0-9]{5}%' THEN
        words := words[1:1];
    END IF;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        test := format('t.search LIKE %L AND t.tenant_id = ANY (%L::uuid[])', words[1], COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
        IF words[2] IS NOT NULL THEN
            test := test || format(' AND t.search LIKE %L', words[2]);
        END IF;
        IF NOT whole THEN
            test := test || format(' AND t.search || '''' LIKE %L', pattern);
        END IF;
        RETURN QUERY EXECUTE format('SELECT t.tenant_id, t.id, t.name_key, substr(t.search, length(t.name_key) + 1) LIKE %L FROM device_text t WHERE %s LIMIT %s', pattern, test, COALESCE(most::text, 'ALL'));
    ELSIF words[2] IS NULL THEN
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key, substr(t.search, length(t.name_key) + 1) LIKE pattern FROM device_text t WHERE t.search LIKE words[1] AND (whole OR t.search || '' LIKE pattern) LIMIT most;
    ELSE
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key, substr(t.search, length(t.name_key) + 1) LIKE pattern FROM device_text t WHERE t.search LIKE words[1] AND t.search LIKE words[2] AND t.search || '' LIKE pattern LIMIT most;
    END IF;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION device_holding(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_holding(text, integer) TO tenantry_web;
