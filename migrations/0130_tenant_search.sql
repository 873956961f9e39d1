-- +goose Up
-- What a search for customers looks into, in lower case: making it anew of every customer cost more than finding one among a million devices.
CREATE FUNCTION tenant_search(display_name text, default_domain text, domains text[], tenant_id uuid) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog
    RETURN lower(concat_ws(E'\n', display_name, default_domain, array_to_string(domains, E'\n'), tenant_id::text));

ALTER TABLE tenant ADD COLUMN search text COLLATE "C" GENERATED ALWAYS AS (tenant_search(display_name, default_domain, domains, tenant_id)) STORED;
