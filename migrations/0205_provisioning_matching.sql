-- +goose Up
-- Nothing has called the search with a bound since it was replaced by the one that takes days.
DROP FUNCTION provisioning_matching(text, bigint);
