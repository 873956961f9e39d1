-- +goose Up
-- What a process used of a tenant's limits a moment ago is told anew every few seconds and old before the next start, so that it is not worth
-- a line in the write-ahead log: after a crash the table is empty, and filled again by those who call. It is half of what a reading in which
-- nothing changed wrote there.
ALTER TABLE call_budget SET UNLOGGED;
