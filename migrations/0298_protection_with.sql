-- +goose Up
-- protection_with are the devices of the scope that have one of the problems. Row-level security keeps the index of problems from being asked
-- for them, so a function with the same scope asks it.
-- +goose StatementBegin
CREATE FUNCTION protection_with(wanted text[]) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 1000 AS $$
BEGIN
    IF current_setting('app.scope', true) = 'all' THEN
        RETURN QUERY SELECT d.tenant_id, d.id FROM device_protection d WHERE d.problems && wanted AND d.problems <> '{}';
    ELSE
        RETURN QUERY SELECT d.tenant_id, d.id FROM device_protection d WHERE d.problems && wanted AND d.problems <> '{}'
            AND d.tenant_id = ANY (NULLIF(current_setting('app.tenants', true), '')::uuid[]);
    END IF;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION protection_with(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protection_with(text[]) TO tenantry_web;
