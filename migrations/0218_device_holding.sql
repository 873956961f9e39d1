-- +goose Up
-- device_text has the devices that are there, with the name that lists sort by. A search that finds thousands then looks at the devices of
-- one page, not at each that it found only to sort and count them; what took most of its time.
DROP TABLE device_text;
CREATE TABLE device_text (
    tenant_id uuid NOT NULL,
    id        text NOT NULL COLLATE "C",
    name_key  text NOT NULL DEFAULT '' COLLATE "C", -- as in device; the default is for portals that do not know it yet
    search    text NOT NULL,                        -- as in device
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO device_text (tenant_id, id, name_key, search) SELECT tenant_id, id, name_key, search FROM device WHERE gone_at IS NULL;
CREATE INDEX device_search ON device_text USING gin (search gin_trgm_ops);
SELECT isolate('device_text');

-- Those that are gone are few, and looked through without an index of the search.
CREATE INDEX device_gone ON device (name_key, tenant_id, id) WHERE gone_at IS NOT NULL;

-- device_holding finds devices that are there by a LIKE pattern for their search text, at most so many. It runs as the owner, because row-level
-- security keeps an index from being asked by LIKE, and applies the very same scope itself; it takes the place of device_found and
-- device_matching, which portals call until they are replaced themselves.
--
-- The index holds groups of three letters, and is the slower the more of them a text has: each is looked up, also those that stand in
-- every other row, such as those of a mail domain. So it is asked for a part of the text that few rows have, and these are looked at for
-- all of it: of an address what stands before the @, and of that the word with the most digits, if there is one of four letters.
--
-- Over all customers one plan serves all patterns, as making one costs about what it takes; of few customers, their own rows may be fewer
-- than those that the index finds. Exports switch off bitmaps, without which the index cannot be asked.
-- +goose StatementBegin
CREATE FUNCTION device_holding(pattern text, most integer) RETURNS TABLE (tenant_id uuid, id text, name_key text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = on SET plan_cache_mode = force_generic_plan ROWS 200 AS $$
DECLARE
    part text := substring(pattern from '^(%.{4,})@');
    word text;
BEGIN
    SELECT right(w, 10) INTO word
    FROM   regexp_split_to_table(COALESCE(part, pattern), '[^a-z0-9]+') WITH ORDINALITY AS t (w, n)
    WHERE  length(w) >= 4 AND w ~ '[0-9]'
    ORDER  BY length(regexp_replace(w, '[^0-9]', '', 'g')) DESC, length(w) DESC, n DESC
    LIMIT  1;
    part := COALESCE('%' || word || '%', part || '%', pattern);
    IF current_setting('app.scope', true) IS NOT DISTINCT FROM 'all' THEN
        RETURN QUERY SELECT t.tenant_id, t.id, t.name_key FROM device_text t WHERE t.search LIKE part AND t.search || '' LIKE pattern LIMIT most;
    ELSE
        RETURN QUERY EXECUTE format('SELECT t.tenant_id, t.id, t.name_key FROM device_text t WHERE t.search LIKE %L AND t.search || '''' LIKE %L AND t.tenant_id = ANY (%L::uuid[]) LIMIT %s',
            part, pattern, COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'), COALESCE(most::text, 'ALL'));
    END IF;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION device_holding(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_holding(text, integer) TO tenantry_web;
