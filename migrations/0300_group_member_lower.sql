-- +goose Up
-- An index finds the groups of an account by its id, which all other readings have in lower case.
UPDATE directory_group_member SET id = lower(id) WHERE id <> lower(id) AND type <> 'group';
