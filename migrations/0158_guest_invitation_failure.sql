-- +goose Up
-- The failure that says what is behind an invitation which Microsoft refused; NULL: nothing was refused, or it is not known.
ALTER TABLE guest_invitation ADD COLUMN failure_id uuid;
