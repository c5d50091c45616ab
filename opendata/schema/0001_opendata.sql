-- +goose Up
-- A dataset is what an agency promises to keep publishing.
CREATE TABLE opendata_dataset (
	id             TEXT NOT NULL PRIMARY KEY,
	slug           TEXT NOT NULL UNIQUE,
	agency         TEXT NOT NULL,
	title_zh       TEXT NOT NULL,
	title_en       TEXT NOT NULL,
	description_zh TEXT NOT NULL,
	description_en TEXT NOT NULL,
	theme          TEXT NOT NULL,
	keywords       TEXT NOT NULL,    -- JSON list of words
	licence        TEXT NOT NULL,    -- SPDX identifier
	frequency      TEXT NOT NULL,    -- code of the EU frequency list
	class          TEXT NOT NULL,    -- open, applied, withheld
	source_zh      TEXT NOT NULL,    -- where the data came from, shown wherever it is shown
	source_en      TEXT NOT NULL,
	made_up        BOOLEAN NOT NULL, -- produced by a generator, labelled as such
	revision       BIGINT NOT NULL,  -- counts changes of this row, for If-Match
	created_at     TEXT NOT NULL,
	changed_at     TEXT NOT NULL,
	published_at   TEXT NOT NULL     -- empty until a first version is published
);
CREATE INDEX opendata_dataset_agency ON opendata_dataset (agency, changed_at);

-- A resource is one table of a dataset.
CREATE TABLE opendata_resource (
	id         TEXT NOT NULL PRIMARY KEY,
	dataset    TEXT NOT NULL REFERENCES opendata_dataset (id),
	position   BIGINT NOT NULL,      -- 1 is the dataset's own slug, k is slug~k
	name_zh    TEXT NOT NULL,
	name_en    TEXT NOT NULL,
	created_at TEXT NOT NULL,
	UNIQUE (dataset, position)
);

-- A version is one delivery of a resource; nothing of it changes after publication but its state.
CREATE TABLE opendata_version (
	id           TEXT NOT NULL PRIMARY KEY,
	resource     TEXT NOT NULL REFERENCES opendata_resource (id),
	number       BIGINT NOT NULL,    -- 1, 2, 3 … in order of publication; 0 while a draft
	label        TEXT NOT NULL,      -- what the delivery calls itself, such as 2019-03
	state        TEXT NOT NULL,      -- draft, published, withdrawn
	file_name    TEXT NOT NULL,
	sha256       TEXT NOT NULL,      -- of the bytes as they came
	bytes        BIGINT NOT NULL,
	encoding     TEXT NOT NULL,
	table_rows   BIGINT NOT NULL,
	table_bytes  BIGINT NOT NULL,
	findings     BIGINT NOT NULL,
	profile      TEXT NOT NULL,      -- digest of the profile in the blob store
	recipe       TEXT NOT NULL,      -- JSON list of fixes that were applied
	areas        TEXT NOT NULL,      -- JSON: which columns name official areas; empty if none
	created_at   TEXT NOT NULL,
	published_at TEXT NOT NULL,
	published_by TEXT NOT NULL,
	signed       TEXT NOT NULL,      -- the officer's reason, where the file holds national ids
	withdrawn_at TEXT NOT NULL,
	reason_zh    TEXT NOT NULL,      -- why it was withdrawn
	reason_en    TEXT NOT NULL
);
CREATE INDEX opendata_version_resource ON opendata_version (resource, number);
CREATE UNIQUE INDEX opendata_version_number ON opendata_version (resource, number) WHERE number > 0;
CREATE INDEX opendata_version_sha256 ON opendata_version (sha256);

-- An import is one file on its way to becoming a version.
CREATE TABLE opendata_import (
	id         TEXT NOT NULL PRIMARY KEY,
	once       TEXT NOT NULL UNIQUE, -- a second submit of one form is the first import
	agency     TEXT NOT NULL,
	officer    TEXT NOT NULL,
	state      TEXT NOT NULL,        -- waiting, working, review, published, refused, discarded
	stage      TEXT NOT NULL,        -- what is being done, for people who watch
	done       BIGINT NOT NULL,      -- of total, in the stage's unit
	total      BIGINT NOT NULL,
	file_name  TEXT NOT NULL,
	sha256     TEXT NOT NULL,
	bytes      BIGINT NOT NULL,
	wish       TEXT NOT NULL,        -- JSON: what the publisher asked for
	problem    TEXT NOT NULL,        -- JSON: why it was refused, in both languages
	version    TEXT NOT NULL,        -- the draft or published version; empty until loaded
	created_at TEXT NOT NULL,
	changed_at TEXT NOT NULL
);
CREATE INDEX opendata_import_agency ON opendata_import (agency, created_at);
CREATE INDEX opendata_import_state ON opendata_import (state);
