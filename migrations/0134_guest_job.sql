-- +goose Up
-- guest_job is one order of invitations: several people to several customers. Its lines are the customers'.
CREATE TABLE guest_job (
    job_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at  timestamptz NOT NULL,
    made_by  text        NOT NULL, -- in words
    language text        NOT NULL, -- of Microsoft's own words
    message  text        NOT NULL, -- instead of them; empty: none
    alive_at timestamptz NOT NULL  -- when a portal last worked on it
);
GRANT SELECT, INSERT, UPDATE, DELETE ON guest_job TO tenantry_web;

-- guest_invitation is one line of a job: one person to one customer, and what became of it.
CREATE TABLE guest_invitation (
    tenant_id  uuid        NOT NULL,
    job_id     bigint      NOT NULL REFERENCES guest_job,
    address    text        NOT NULL COLLATE "C", -- of the person at home, lower case
    state      text        NOT NULL COLLATE "C", -- waiting, sending, sent, there, failed, unknown
    said       text        NOT NULL DEFAULT '',  -- to the person: what happened, and what to do
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, job_id, address)
);
-- The same invitation is under way once only, whoever ordered it.
CREATE UNIQUE INDEX guest_invitation_once ON guest_invitation (tenant_id, address) WHERE state IN ('waiting', 'sending');
CREATE INDEX guest_invitation_job ON guest_invitation (job_id);
SELECT isolate('guest_invitation');

-- guest_awaited is an account that Microsoft made for an invitation. It may take a while until reads find it.
CREATE TABLE guest_awaited (
    tenant_id  uuid        NOT NULL,
    address    text        NOT NULL COLLATE "C",
    guest_id   text        NOT NULL COLLATE "C",
    invited_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, address)
);
SELECT isolate('guest_awaited');
