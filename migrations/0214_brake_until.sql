-- +goose Up
-- wanted_until is until when an act may be sent that is planned for later, such as in a maintenance window; NULL: it is sent at once.
ALTER TABLE brake_request ADD COLUMN wanted_until timestamptz;
-- Retention deletes a request with its devices.
ALTER TABLE brake_target DROP CONSTRAINT brake_target_request_id_fkey;
ALTER TABLE brake_target ADD FOREIGN KEY (request_id) REFERENCES brake_request ON DELETE CASCADE;
