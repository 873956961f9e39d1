-- +goose Up
-- An index finds the groups of an account by its id, which all other readings have in lower case.
SELECT set_config('app.scope', 'all', true); -- the owner is bound by row-level security, too, unless it is a superuser
UPDATE directory_group_member SET id = lower(id) WHERE id <> lower(id) AND type <> 'group';
