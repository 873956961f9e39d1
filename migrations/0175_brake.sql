-- +goose Up
-- brake_state is one row. Whoever decides anything about destructive acts locks it first, so decisions come one after the other; at is the
-- latest time that any of them saw, so that a clock which is set back gives no budget a second time.
CREATE TABLE brake_state (
    one           boolean     PRIMARY KEY DEFAULT true CHECK (one),
    at            timestamptz NOT NULL DEFAULT now(),
    stopped_at    timestamptz,                     -- NULL: acts are not stopped
    stopped_by    text        NOT NULL DEFAULT '',
    stopped_why   text        NOT NULL DEFAULT ''
);
INSERT INTO brake_state DEFAULT VALUES;
GRANT SELECT, UPDATE ON brake_state TO tenantry_web;

-- brake_request is one destructive act that somebody asked for: on one device, or on a frozen set over several customers.
CREATE TABLE brake_request (
    request_id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    nonce          text        NOT NULL,
    kind           text        NOT NULL COLLATE "C",
    terms          text        NOT NULL, -- the options of the act, in words
    reason         text        NOT NULL,
    set_hash       bytea       NOT NULL, -- of kind, terms and targets
    devices        integer     NOT NULL CHECK (devices > 0),
    customers      integer     NOT NULL CHECK (customers > 0),
    person_tenant  uuid        NOT NULL,
    person_object  uuid        NOT NULL,
    person         text        NOT NULL, -- in words
    session_id     text        NOT NULL, -- names the session; opens nothing
    session_since  timestamptz NOT NULL,
    signed_in_at   timestamptz NOT NULL, -- when the person proved at Microsoft who they are, at the tenant where it is longest ago
    state          text        NOT NULL COLLATE "C" CHECK (state IN ('waiting', 'granted', 'refused', 'withdrawn')),
    why            text[]      NOT NULL, -- why a second person is needed
    asked_at       timestamptz NOT NULL,
    cool_until     timestamptz,          -- nobody may approve before
    live_until     timestamptz NOT NULL, -- after it nothing of this can be approved or sent, and what was not sent is given back
    begun_at       timestamptz,          -- when the first of it was sent
    decided_at     timestamptz,
    decided_by     text        NOT NULL DEFAULT '',
    decided_why    text        NOT NULL DEFAULT '',
    decided_tenant uuid,
    decided_object uuid,
    told_at        timestamptz,          -- when the contacts were told of the cool-off
    UNIQUE (person_tenant, person_object, nonce)
);
CREATE INDEX brake_request_live ON brake_request (live_until) WHERE state IN ('waiting', 'granted');
CREATE INDEX brake_request_untold ON brake_request (asked_at) WHERE cool_until IS NOT NULL AND told_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON brake_request TO tenantry_web;

-- brake_target is one device of a request. Its budget is reserved from the moment of asking, spent when the act is sent, and given back only
-- where nothing was sent.
CREATE TABLE brake_target (
    tenant_id    uuid        NOT NULL,
    request_id   bigint      NOT NULL REFERENCES brake_request,
    hardware     text        NOT NULL COLLATE "C", -- what outlives the record in Intune: the serial, or else another identity of the device itself
    device_id    text        NOT NULL,
    name         text        NOT NULL,
    owner        text        NOT NULL,
    last_sync_at timestamptz,
    state        text        NOT NULL DEFAULT 'reserved' COLLATE "C" CHECK (state IN ('reserved', 'spent', 'returned')),
    spent_at     timestamptz,
    PRIMARY KEY (tenant_id, request_id, hardware)
);
CREATE INDEX brake_target_request ON brake_target (request_id);
CREATE INDEX brake_target_spent ON brake_target (spent_at) WHERE state = 'spent';
SELECT isolate('brake_target');
