-- +goose Up
-- device_holding as before, but with another choice of what the index is asked for. Each group of three letters is looked up, and those across
-- the end of a word, such as the beginning of any word with d, stand in every third row and cost more than they spare. So of a text, or of an
-- address what stands before the @, the two longest words are asked for, each apart and the last six letters of it; rows that have both are
-- looked at for the whole text. A text of one word alone is looked for as it is.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION device_holding(pattern text, most integer) RETURNS TABLE (tenant_id uuid, id text, name_key text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = on SET plan_cache_mode = force_generic_plan ROWS 200 AS $$
DECLARE
    words text[];
    test  text;
BEGIN
    SELECT array_agg('%' || right(w, 6) || '%' ORDER BY length(w) DESC, n DESC) INTO words
    FROM   regexp_split_to_table(COALESCE(substring(pattern from '^(%.{4,})@'), pattern), '[^[:alnum:]]+') WITH ORDINALITY AS t (w, n)
    WHERE  length(w) >= 3;
    words := COALESCE(words, ARRAY[pattern]);
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        test := format('t.search LIKE %L AND t.tenant_id = ANY (%L::uuid[])', words[1], COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
        IF words[2] IS NOT NULL THEN
            test := test || format(' AND t.search LIKE %L', words[2]);
        END IF;
        RETURN QUERY EXECUTE format('SELECT t.tenant_id, t.id, t.name_key FROM device_text t WHERE %s AND t.search || '''' LIKE %L LIMIT %s', test, pattern, COALESCE(most::text, 'ALL'));
    ELSIF words[1] = pattern THEN
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key FROM device_text t WHERE t.search LIKE pattern LIMIT most;
    ELSIF words[2] IS NULL THEN
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key FROM device_text t WHERE t.search LIKE words[1] AND t.search || '' LIKE pattern LIMIT most;
    ELSE
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key FROM device_text t WHERE t.search LIKE words[1] AND t.search LIKE words[2] AND t.search || '' LIKE pattern LIMIT most;
    END IF;
END $$;
-- +goose StatementEnd
