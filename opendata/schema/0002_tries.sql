-- +goose Up
-- How often an import was begun and did not end: a file that always stops the
-- program is reported after a while, not tried for ever.
ALTER TABLE opendata_import ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
