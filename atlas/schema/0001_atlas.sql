-- +goose Up
-- The arcs themselves are a blob, TopoJSON on a grid of 1e-7 degrees; these
-- rows say what is in it.
CREATE TABLE atlas_topology (
	digest TEXT NOT NULL PRIMARY KEY,
	arcs BIGINT NOT NULL,
	points BIGINT NOT NULL,
	size BIGINT NOT NULL,
	imported_at TEXT NOT NULL
);

CREATE TABLE atlas_layer (
	id TEXT NOT NULL PRIMARY KEY,
	topology TEXT NOT NULL REFERENCES atlas_topology (digest),
	source_zh TEXT NOT NULL,
	source_en TEXT NOT NULL,
	licence TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	crs TEXT NOT NULL,
	areas BIGINT NOT NULL,
	published_at TEXT NOT NULL
);

CREATE TABLE atlas_area (
	layer TEXT NOT NULL REFERENCES atlas_layer (id),
	code TEXT NOT NULL,
	parent TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	km2 DOUBLE PRECISION NOT NULL,
	west DOUBLE PRECISION NOT NULL,
	south DOUBLE PRECISION NOT NULL,
	east DOUBLE PRECISION NOT NULL,
	north DOUBLE PRECISION NOT NULL,
	vertices BIGINT NOT NULL,
	PRIMARY KEY (layer, code)
);
