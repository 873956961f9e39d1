-- +goose Up
-- Apps by the intent of an assignment were sought in 72,000 assignments for each page, for 60 to 340 ms.
ALTER TABLE app ADD COLUMN intents text[] NOT NULL DEFAULT '{}'; -- of its assignments, each once
SELECT set_config('app.scope', 'all', true); -- the owner is bound by row-level security, too, unless it is a superuser
UPDATE app a SET intents = i.intents
FROM  (SELECT tenant_id, app_id, array_agg(DISTINCT intent ORDER BY intent) AS intents FROM app_assignment GROUP BY tenant_id, app_id) i
WHERE  i.tenant_id = a.tenant_id AND i.app_id = a.id;

-- Those no longer in Intune are few: none of the other indexes has them.
CREATE INDEX app_gone ON app (name_key, tenant_id, id) WHERE gone_at IS NOT NULL;
