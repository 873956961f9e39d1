-- +goose Up
-- A job of what destroys something passes the brake as a whole; a job can be sent in the customers' maintenance windows.
ALTER TABLE device_job
    ADD COLUMN brake_id   bigint  NOT NULL DEFAULT 0,     -- of the request at the brake (brake_request); 0: it passes none
    ADD COLUMN in_windows boolean NOT NULL DEFAULT false, -- each customer's devices are sent in its maintenance window
    ADD COLUMN opens_at   timestamptz;                    -- when the first window opens that is waited for; NULL: none is
CREATE INDEX device_action_braked ON device_action (brake_id) WHERE brake_id > 0 AND state = 'queued';

-- maintenance_window is when a customer lets its devices be worked on.
CREATE TABLE maintenance_window (
    tenant_id  uuid        NOT NULL PRIMARY KEY,
    days       smallint[]  NOT NULL,             -- on which it opens; 0: Sunday
    opens      smallint    NOT NULL CHECK (opens BETWEEN 0 AND 1439),  -- minute of the day
    closes     smallint    NOT NULL CHECK (closes BETWEEN 0 AND 1439), -- not after opens: on the day after
    zone       text        NOT NULL COLLATE "C", -- IANA name of the time zone
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL
);
SELECT isolate('maintenance_window');
