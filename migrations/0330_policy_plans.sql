-- +goose Up
-- As of devices: the planner takes "the scope is all, or the tenant is one of these" for one or two rows in a hundred, and then rather sorts what it
-- takes for few policies than follows the index of the order; of a CASE it assumes nothing. Policies of a platform took 100 ms of 1,000 customers
-- and now take 15 to 35, those aimed at all devices 190 and now 40, device categories by their devices 140 and now 20. What it lets through is the same.
ALTER POLICY tenant_scope ON policy USING (
    CASE WHEN (SELECT current_setting('app.scope', true)) = 'all' THEN true
         ELSE tenant_id = ANY ((SELECT NULLIF(current_setting('app.tenants', true), '')::uuid[])::uuid[]) END);
ALTER POLICY tenant_scope ON policy_assignment USING (
    CASE WHEN (SELECT current_setting('app.scope', true)) = 'all' THEN true
         ELSE tenant_id = ANY ((SELECT NULLIF(current_setting('app.tenants', true), '')::uuid[])::uuid[]) END);
ALTER POLICY tenant_scope ON device_category USING (
    CASE WHEN (SELECT current_setting('app.scope', true)) = 'all' THEN true
         ELSE tenant_id = ANY ((SELECT NULLIF(current_setting('app.tenants', true), '')::uuid[])::uuid[]) END);

-- Policies that are gone are few among all.
CREATE INDEX policy_gone ON policy (name_key, tenant_id, kind, id) WHERE gone_at IS NOT NULL;
