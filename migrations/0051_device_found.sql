-- +goose Up
-- device_found finds devices whose search text is LIKE the pattern, with what lists sort them by: at most so many, of those that are there
-- or those that are gone. Like device_matching it runs as the owner, because row-level security keeps an index from being asked by LIKE,
-- and applies the very same scope itself.
--
-- The index holds groups of three letters, and is the slower the more of them a text has: each is looked up, also those that stand in
-- every other row, such as those of a mail domain. So it is asked for a part of the text that few rows have, and these are looked at for
-- all of it: of an address what stands before the @, and of that the word with the most digits, if there is one of four letters.
-- +goose StatementBegin
CREATE FUNCTION device_found(pattern text, present boolean, most integer)
RETURNS TABLE (tenant_id uuid, id text, name_key text, serial_key text, user_key text, compliance text, os text, last_sync_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 200 AS $$
DECLARE
    part text := substring(pattern from '^(%.{4,})@');
    word text;
    test text;
    within text := '';
BEGIN
    SELECT right(w, 10) INTO word
    FROM   regexp_split_to_table(COALESCE(part, pattern), '[^a-z0-9]+') WITH ORDINALITY AS t (w, n)
    WHERE  length(w) >= 4 AND w ~ '[0-9]'
    ORDER  BY length(regexp_replace(w, '[^0-9]', '', 'g')) DESC, length(w) DESC, n DESC
    LIMIT  1;
    part := COALESCE('%' || word || '%', part || '%');
    test := CASE WHEN part IS NULL THEN format('d.search LIKE %L', pattern) ELSE format('d.search LIKE %L AND d.search || '''' LIKE %L', part, pattern) END;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE 'SELECT d.tenant_id, d.id, d.name_key, d.serial_key, d.user_key, d.compliance, d.os, d.last_sync_at FROM device d WHERE '
        || test || ' AND d.gone_at IS ' || CASE WHEN present THEN 'NULL ' ELSE 'NOT NULL ' END || within || ' LIMIT ' || COALESCE(most::text, 'ALL');
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION device_found(text, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_found(text, boolean, integer) TO tenantry_web;
