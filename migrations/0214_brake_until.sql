-- +goose Up
-- wanted_until is until when an act may be sent that is planned for later, such as in a maintenance window; NULL: it is sent at once.
ALTER TABLE brake_request ADD COLUMN wanted_until timestamptz;
