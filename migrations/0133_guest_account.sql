-- +goose Up
-- What is kept of a guest besides what the directory says: who deleted the account by the portal, and when it signed in last anywhere in the
-- tenant.
ALTER TABLE guest
    ADD COLUMN revoked_at timestamptz,                   -- the portal deleted the account then; NULL: it did not
    ADD COLUMN revoked_by text        NOT NULL DEFAULT '',
    ADD COLUMN active_at  timestamptz;                   -- Microsoft's last sign-in; -infinity: none is told; NULL: not read
