-- +goose Up
-- read_digest is a hash of the last read that was merged, of each kind of thing that a tenant has: a read that is the same is not compared
-- row by row. A migration that has rows written anew by taking their hash away deletes the digests, too.
CREATE TABLE read_digest (
    tenant_id uuid  NOT NULL,
    name      text  NOT NULL COLLATE "C",
    digest    bytea NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
SELECT isolate('read_digest');
