-- +goose Up
CREATE TABLE fact_head (
    room TEXT PRIMARY KEY,
    seq  BIGINT NOT NULL
);
CREATE TABLE fact (
    room  TEXT NOT NULL,
    seq   BIGINT NOT NULL,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL,
    at    TEXT NOT NULL,
    trace TEXT NOT NULL,
    PRIMARY KEY (room, seq)
);
CREATE TABLE heard (
    listener TEXT NOT NULL,
    source   TEXT NOT NULL,
    seq      BIGINT NOT NULL,
    holder   TEXT NOT NULL,
    until    TEXT NOT NULL,
    PRIMARY KEY (listener, source)
);
