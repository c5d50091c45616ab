-- +goose Up
CREATE TABLE atlas_topology (
	digest TEXT PRIMARY KEY,      -- SHA-256 of the blob that holds the arcs, as TopoJSON
	arcs BIGINT NOT NULL,
	points BIGINT NOT NULL,
	size BIGINT NOT NULL          -- bytes
);
CREATE TABLE atlas_layer (
	id TEXT PRIMARY KEY,          -- nation, county, town, village
	topology TEXT NOT NULL REFERENCES atlas_topology (digest),
	title TEXT NOT NULL,          -- civic.Text as JSON
	source TEXT NOT NULL,         -- civic.Text as JSON
	licence TEXT NOT NULL,        -- SPDX
	valid_from TEXT NOT NULL,     -- YYYY-MM-DD, the day the boundaries speak of
	crs TEXT NOT NULL,
	areas BIGINT NOT NULL,
	published_at TEXT NOT NULL
);
CREATE TABLE atlas_area (
	layer TEXT NOT NULL REFERENCES atlas_layer (id),
	code TEXT NOT NULL,
	parent TEXT NOT NULL,         -- code of the area one level up; empty for the nation
	name TEXT NOT NULL,           -- civic.Text as JSON
	km2 DOUBLE PRECISION NOT NULL,
	west DOUBLE PRECISION NOT NULL,
	south DOUBLE PRECISION NOT NULL,
	east DOUBLE PRECISION NOT NULL,
	north DOUBLE PRECISION NOT NULL,
	vertices BIGINT NOT NULL,
	PRIMARY KEY (layer, code)
);
