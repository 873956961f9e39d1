-- +goose Up
-- What the list is called on its own page, and what the state narrows in the words of its filters: only the list knows both, and says them
-- when the view is saved. Views from before have neither. The list of a view is also a path in one tenant where there is no such list over
-- all: /t/…/changes.
ALTER TABLE saved_view ADD COLUMN title text NOT NULL DEFAULT '', ADD COLUMN words text NOT NULL DEFAULT '';
