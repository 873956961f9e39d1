-- +goose Up
-- page_size is how many rows a page of the read had at most, where Microsoft answered 503 or 504 to larger ones. 0: as the table of datasets says.
ALTER TABLE sync_state ADD COLUMN page_size bigint NOT NULL DEFAULT 0;
ALTER TABLE sync_run   ADD COLUMN page_size bigint NOT NULL DEFAULT 0;
