-- +goose Up
-- The provisioning log of all customers, a million lines of it, is asked for by person, by error and by part of a word.
CREATE INDEX provisioning_event_upn    ON provisioning_event (source_upn, at, tenant_id, id)  WHERE source_upn <> '';
CREATE INDEX provisioning_event_source ON provisioning_event (source_id, at, tenant_id, id)   WHERE source_id <> '';
CREATE INDEX provisioning_event_name   ON provisioning_event (source_name, at, tenant_id, id) WHERE source_name <> '';
CREATE INDEX provisioning_event_error  ON provisioning_event (error_code, at, tenant_id, id)  WHERE error_code <> '';
CREATE INDEX provisioning_event_action ON provisioning_event (action, at, tenant_id, id);
CREATE INDEX provisioning_event_search ON provisioning_event USING gin (search gin_trgm_ops);

-- provisioning_tally is how many lines there are of each kind: counting a million takes longer than showing forty.
CREATE TABLE provisioning_tally (
    tenant_id  uuid   NOT NULL,
    sp_id      text   NOT NULL COLLATE "C",
    status     text   NOT NULL COLLATE "C",
    action     text   NOT NULL COLLATE "C",
    error_code text   NOT NULL COLLATE "C",
    n          bigint NOT NULL,
    PRIMARY KEY (tenant_id, sp_id, status, action, error_code)
);
SELECT isolate('provisioning_tally');
SELECT set_config('app.scope', 'all', true); -- the owner is bound by row-level security, too, unless it is a superuser
INSERT INTO provisioning_tally SELECT tenant_id, sp_id, status, action, error_code, count(*) FROM provisioning_event GROUP BY 1, 2, 3, 4, 5;

-- +goose StatementBegin
CREATE FUNCTION provisioning_tally_added() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO provisioning_tally AS t (tenant_id, sp_id, status, action, error_code, n)
    SELECT tenant_id, sp_id, status, action, error_code, count(*) FROM added GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (tenant_id, sp_id, status, action, error_code) DO UPDATE SET n = t.n + excluded.n;
    RETURN NULL;
END $$;
CREATE FUNCTION provisioning_tally_removed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE provisioning_tally t SET n = t.n - r.n
    FROM  (SELECT tenant_id, sp_id, status, action, error_code, count(*) AS n FROM removed GROUP BY 1, 2, 3, 4, 5) r
    WHERE (t.tenant_id, t.sp_id, t.status, t.action, t.error_code) = (r.tenant_id, r.sp_id, r.status, r.action, r.error_code);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tally_added   AFTER INSERT ON provisioning_event REFERENCING NEW TABLE AS added   FOR EACH STATEMENT EXECUTE FUNCTION provisioning_tally_added();
CREATE TRIGGER tally_removed AFTER DELETE ON provisioning_event REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION provisioning_tally_removed();

-- provisioning_matching finds lines whose search text matches, at most so many. As with devices, row-level security keeps the index of the
-- search from being asked, because LIKE might leak; this asks it, within the same scope.
-- +goose StatementBegin
CREATE FUNCTION provisioning_matching(pattern text, most bigint) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 50 AS $$
DECLARE
    within text := '';
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND e.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT e.tenant_id, e.id FROM provisioning_event e WHERE e.search LIKE %L %s LIMIT %s', pattern, within, most);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION provisioning_matching(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provisioning_matching(text, bigint) TO tenantry_web;
