-- +goose Up
-- What the portal did at Microsoft about a leaver's sign-ins, in the name of whoever asked for it: when, by whom, by which call, and from when on
-- sessions count as Microsoft told when the account was read back (NULL: it could not be).
ALTER TABLE leaver
    ADD COLUMN sessions_ended_at   timestamptz,
    ADD COLUMN sessions_ended_by   text,
    ADD COLUMN sessions_request    text,
    ADD COLUMN sessions_valid_from timestamptz;
