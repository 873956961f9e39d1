-- +goose Up
-- session holds what a cookie leads to. The key is a hash of the cookie's value, so a copy of the table opens no session. An ended session
-- keeps its row until it expires: a slow request that still holds the old content cannot bring it back.
CREATE TABLE session (
    token_hash text        PRIMARY KEY,
    content    bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL DEFAULT now(),
    ended      boolean     NOT NULL DEFAULT false
);
CREATE INDEX session_expires ON session (expires_at);

-- signin_tx is a sign-in under way, found by the hash of its state and spent by the first callback that carries it. Its tenant may be one
-- that the portal does not know, so there is no reference.
CREATE TABLE signin_tx (
    tenant_id    uuid        NOT NULL,
    state_hash   bytea       NOT NULL,
    binding_hash bytea       NOT NULL, -- of the cookie of the browser that started it
    nonce        text        NOT NULL,
    verifier     bytea       NOT NULL, -- PKCE, as AEAD ciphertext
    scopes       text[]      NOT NULL DEFAULT '{}',
    return_path  text        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, state_hash)
);
CREATE UNIQUE INDEX signin_tx_state ON signin_tx (state_hash);
CREATE INDEX signin_tx_created ON signin_tx (created_at);
SELECT isolate('signin_tx');

-- signin_token is the newest refresh token of one sign-in of a session, as AEAD ciphertext bound to tenant and person.
CREATE TABLE signin_token (
    tenant_id  uuid        NOT NULL,
    session_id text        NOT NULL,
    object_id  uuid        NOT NULL,
    refresh    bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, session_id)
);
CREATE INDEX signin_token_session ON signin_token (session_id);
CREATE INDEX signin_token_expires ON signin_token (expires_at);
SELECT isolate('signin_token');
