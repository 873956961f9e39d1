-- +goose Up
-- tenant_licence has had no reader and no writer since licence (0275) took its rows and its place.
DROP TABLE tenant_licence;
