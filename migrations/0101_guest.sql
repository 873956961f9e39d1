-- +goose Up
-- guest is the account that one of the partner's people has in a customer's directory (Microsoft Entra B2B).
CREATE TABLE guest (
    tenant_id     uuid        NOT NULL,
    id            text        NOT NULL COLLATE "C", -- object id in the customer's directory
    name          text        NOT NULL,
    name_key      text        NOT NULL COLLATE "C", -- lower case
    upn           text        NOT NULL,
    address       text        NOT NULL COLLATE "C", -- at home, lower case
    redeemed      boolean,                          -- NULL: Microsoft does not say
    redeemed_at   timestamptz NOT NULL,             -- when that changed last; -infinity: not told
    enabled       boolean,                          -- NULL: not told
    roles         text[],                           -- template ids of directory roles over the whole tenant; NULL: could not be read
    intune        boolean,                          -- a service plan with Intune is assigned; NULL: not told
    invited_at    timestamptz NOT NULL,
    hash          bytea       NOT NULL,
    first_seen_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    gone_at       timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX guest_name ON guest (name_key, tenant_id, id) WHERE gone_at IS NULL;
SELECT isolate('guest');

-- guest_change is the history of guests.
CREATE TABLE guest_change (
    tenant_id uuid        NOT NULL,
    guest_id  text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    run       bigint      NOT NULL,
    field     text        NOT NULL COLLATE "C",
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, guest_id, run, field)
);
SELECT isolate('guest_change');
