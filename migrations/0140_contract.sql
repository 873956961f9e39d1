-- +goose Up
-- contract is a customer of the partner as Microsoft's older list of resellers has it: tenant_id is the partner's own tenant. Who may see a
-- customer may see it, by a second policy, as with relationships.
CREATE TABLE contract (
    tenant_id     uuid        NOT NULL,
    id            text        NOT NULL COLLATE "C",
    customer_id   uuid        NOT NULL,
    name          text        NOT NULL, -- a copy that Microsoft made with the contract, and never refreshes
    name_key      text        NOT NULL COLLATE "C", -- lower case
    domain        text        NOT NULL,
    type          text        NOT NULL, -- ResellerPartner, SyndicationPartner, BreadthPartner or another
    hash          bytea       NOT NULL,
    first_seen_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX contract_name ON contract (tenant_id, name_key, id);
SELECT isolate('contract');
CREATE POLICY customer_scope ON contract FOR SELECT
    USING (customer_id = ANY ((SELECT NULLIF(current_setting('app.tenants', true), '')::uuid[])::uuid[]));
