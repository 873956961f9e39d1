-- +goose Up
-- asked_at is when a person last asked for a read before its time. While it is after started_at, the read waits for its turn.
ALTER TABLE sync_state ADD COLUMN asked_at timestamptz;
