-- +goose Up
-- device_text is what a search of devices looks through, apart from the devices. Most of what changes of a device is when it last checked
-- in, and a changed row is entered anew into every index of its table: the one of the search, of all by far the dearest, is spared that.
CREATE TABLE device_text (
    tenant_id uuid NOT NULL,
    id        text NOT NULL COLLATE "C",
    search    text NOT NULL, -- as in device
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO device_text (tenant_id, id, search) SELECT tenant_id, id, search FROM device;
DROP INDEX device_search;
CREATE INDEX device_search ON device_text USING gin (search gin_trgm_ops);
SELECT isolate('device_text');

-- device_found as before, with the texts from their own table. OFFSET 0 keeps it at looking up the devices of the texts that match.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION device_found(pattern text, present boolean, most integer)
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
    test := CASE WHEN part IS NULL THEN format('t.search LIKE %L', pattern) ELSE format('t.search LIKE %L AND t.search || '''' LIKE %L', part, pattern) END;
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND t.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE 'SELECT d.tenant_id, d.id, d.name_key, d.serial_key, d.user_key, d.compliance, d.os, d.last_sync_at FROM device_text t '
        || 'CROSS JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = t.tenant_id AND x.id = t.id OFFSET 0) d WHERE '
        || test || ' AND d.gone_at IS ' || CASE WHEN present THEN 'NULL ' ELSE 'NOT NULL ' END || within || ' LIMIT ' || COALESCE(most::text, 'ALL');
END $$;
-- +goose StatementEnd
