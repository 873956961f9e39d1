-- +goose Up
-- Groups that hold a directory role are few: they are looked for once for each guest of a list.
CREATE INDEX directory_role_assignment_group ON directory_role_assignment (tenant_id, principal_id) WHERE principal_type = 'group' AND gone_at IS NULL;
