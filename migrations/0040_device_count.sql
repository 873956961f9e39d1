-- +goose Up
-- device_count holds how many devices a tenant has of each combination of the fields that people filter by most, as of the last complete
-- read. So the count of a list with several filters over all tenants adds up some rows per tenant instead of walking through its devices.
CREATE TABLE device_count (
    tenant_id  uuid    NOT NULL,
    compliance text    NOT NULL COLLATE "C",
    os         text    NOT NULL COLLATE "C",
    checkin    text    NOT NULL COLLATE "C",
    ownership  text    NOT NULL COLLATE "C",
    encrypted  boolean NOT NULL,
    devices    bigint  NOT NULL,
    PRIMARY KEY (tenant_id, compliance, os, checkin, ownership, encrypted)
);
SELECT isolate('device_count');

-- device_value is the same for fields with many values, one by one.
CREATE TABLE device_value (
    tenant_id uuid   NOT NULL,
    field     text   NOT NULL COLLATE "C",
    value     text   NOT NULL COLLATE "C",
    devices   bigint NOT NULL,
    PRIMARY KEY (tenant_id, field, value)
);
CREATE INDEX device_value_all ON device_value (field, value, tenant_id) INCLUDE (devices);
SELECT isolate('device_value');

-- The devices that are there already. The owner is bound by row-level security, too, unless it is a superuser.
SELECT set_config('app.scope', 'all', true);
INSERT INTO device_count
SELECT tenant_id, compliance, os, checkin, ownership, encrypted, count(*)
FROM   device
WHERE  gone_at IS NULL
GROUP  BY tenant_id, compliance, os, checkin, ownership, encrypted;
INSERT INTO device_value
SELECT d.tenant_id, v.field, v.value, count(*)
FROM   device d
CROSS  JOIN LATERAL (VALUES ('os_version', d.os_version), ('category', d.category), ('model', d.model), ('manufacturer', d.manufacturer), ('state', d.state)) AS v (field, value)
WHERE  d.gone_at IS NULL
GROUP  BY d.tenant_id, v.field, v.value;

-- device_matching with a bound finds at most so many devices, of those that are there or those that are gone. It plans for the very pattern and scope at hand, and asks the index even
-- where much matches: whoever asks for few must not wait for a walk through the table. Otherwise it is as the function without a bound.
-- +goose StatementBegin
CREATE FUNCTION device_matching(pattern text, present boolean, most integer) RETURNS TABLE (tenant_id uuid, id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off ROWS 200 AS $$
DECLARE
    within text := '';
BEGIN
    IF current_setting('app.scope', true) IS DISTINCT FROM 'all' THEN
        within := format('AND d.tenant_id = ANY (%L::uuid[])', COALESCE(NULLIF(current_setting('app.tenants', true), ''), '{}'));
    END IF;
    RETURN QUERY EXECUTE format('SELECT d.tenant_id, d.id FROM device d WHERE d.search LIKE %L AND d.gone_at IS %s %s LIMIT %s',
        pattern, CASE WHEN present THEN 'NULL' ELSE 'NOT NULL' END, within, COALESCE(most::text, 'ALL'));
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION device_matching(text, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_matching(text, boolean, integer) TO tenantry_web;
