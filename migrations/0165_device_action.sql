-- +goose Up
-- device_action is one remote action on one device, from the moment that somebody asked for it. It outlives the device's record: the device is
-- told by its hardware.
CREATE TABLE device_action (
    tenant_id     uuid        NOT NULL,
    action_id     bigint      GENERATED ALWAYS AS IDENTITY,
    kind          text        NOT NULL COLLATE "C",
    options       jsonb       NOT NULL,
    reason        text        NOT NULL,             -- for the customer's log
    device_id     text        NOT NULL COLLATE "C", -- Intune's, when it was asked for
    device_name   text        NOT NULL,
    hardware      text        NOT NULL COLLATE "C", -- serial number, else IMEI, else Entra device id
    os            text        NOT NULL COLLATE "C",
    device_user   text        NOT NULL,
    destructive   boolean     NOT NULL,
    state         text        NOT NULL COLLATE "C", -- queued, sent, approval, pending, done, failed, cancelled, gone, unknown
    said          text        NOT NULL DEFAULT '',  -- what happened and what to do
    by_name       text        NOT NULL,             -- who asked, in words
    by_tenant     uuid        NOT NULL,
    by_object     text        NOT NULL COLLATE "C",
    as_name       text        NOT NULL,             -- who the customer's log names
    nonce         text        NOT NULL COLLATE "C", -- of the form
    asked_at      timestamptz NOT NULL,
    sent_at       timestamptz,
    ended_at      timestamptz,
    read_at       timestamptz,                      -- when Intune was last asked what became of it
    next_read_at  timestamptz,                      -- NULL: it is not read again
    request_id    text        NOT NULL DEFAULT '' COLLATE "C",
    client_id     text        NOT NULL DEFAULT '' COLLATE "C",
    approval_code text        NOT NULL DEFAULT '' COLLATE "C",
    PRIMARY KEY (tenant_id, action_id)
);
-- A form that is sent again asks for nothing more.
CREATE UNIQUE INDEX device_action_nonce ON device_action (tenant_id, nonce);
-- The same action is under way on a device once only; one that destroys something, also while it is not known whether it was done.
CREATE UNIQUE INDEX device_action_once ON device_action (tenant_id, device_id, kind)
    WHERE state IN ('queued', 'sent', 'approval', 'pending') OR (destructive AND state = 'unknown');
CREATE INDEX device_action_hardware ON device_action (tenant_id, hardware, asked_at DESC);
CREATE INDEX device_action_asked ON device_action (tenant_id, asked_at DESC);
CREATE INDEX device_action_due ON device_action (next_read_at) WHERE next_read_at IS NOT NULL;
SELECT isolate('device_action');
