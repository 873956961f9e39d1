-- +goose Up
-- The devices of a customer that differ between two moments have moved; what people keep for that list goes along.
UPDATE saved_view  SET list = '/t/…/devices/changes' WHERE list = '/t/…/changes';
UPDATE list_choice SET list = '/t/…/devices/changes' WHERE list = '/t/…/changes';
