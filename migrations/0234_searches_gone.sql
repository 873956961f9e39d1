-- +goose Up
-- device_holding and searched took their places; no portal that knows those calls them.
DROP FUNCTION device_matching(text);
DROP FUNCTION device_matching(text, boolean, integer);
DROP FUNCTION device_found(text, boolean, integer);
DROP FUNCTION autopilot_matching(text);
