-- +goose Up
-- An agency (機關) by its object identifier.
CREATE TABLE identity_agency (
	id         TEXT NOT NULL PRIMARY KEY,
	short      TEXT NOT NULL UNIQUE,
	name_zh    TEXT NOT NULL,
	name_en    TEXT NOT NULL,
	created_at TEXT NOT NULL
);

-- A person, as this room alone knows her.
CREATE TABLE identity_person (
	id         TEXT NOT NULL PRIMARY KEY,
	name       TEXT NOT NULL,
	made_up    BOOLEAN NOT NULL, -- a person of the demonstration
	created_at TEXT NOT NULL
);

-- An officer is a person in an agency, for a time.
CREATE TABLE identity_officer (
	id         TEXT NOT NULL PRIMARY KEY,
	person     TEXT NOT NULL REFERENCES identity_person (id),
	agency     TEXT NOT NULL REFERENCES identity_agency (id),
	until      TEXT NOT NULL,    -- empty: no end date
	ended_at   TEXT NOT NULL,    -- empty: in office
	created_at TEXT NOT NULL
);
CREATE INDEX identity_officer_person ON identity_officer (person);
CREATE INDEX identity_officer_agency ON identity_officer (agency);

-- A duty is one role of an officer.
CREATE TABLE identity_duty (
	officer TEXT NOT NULL REFERENCES identity_officer (id),
	role    TEXT NOT NULL,
	PRIMARY KEY (officer, role)
);

-- An authenticator is a means of proving who one is.
CREATE TABLE identity_authenticator (
	id           TEXT NOT NULL PRIMARY KEY,
	person       TEXT NOT NULL REFERENCES identity_person (id),
	method       TEXT NOT NULL,        -- passkey
	handle       TEXT NOT NULL UNIQUE, -- credential id, base64url
	credential   TEXT NOT NULL,        -- JSON: public key, flags, counter
	label        TEXT NOT NULL,        -- what the person calls it
	created_at   TEXT NOT NULL,
	last_used_at TEXT NOT NULL,
	revoked_at   TEXT NOT NULL
);
CREATE INDEX identity_authenticator_person ON identity_authenticator (person);

-- A session is one browser's signed-in state. Only a hash of its token is kept.
CREATE TABLE identity_session (
	id         TEXT NOT NULL PRIMARY KEY,
	token_hash TEXT NOT NULL UNIQUE,
	person     TEXT NOT NULL REFERENCES identity_person (id),
	method     TEXT NOT NULL,
	device     TEXT NOT NULL,
	created_at TEXT NOT NULL,
	seen_at    TEXT NOT NULL,
	ends_at    TEXT NOT NULL,
	ended_at   TEXT NOT NULL
);
CREATE INDEX identity_session_person ON identity_session (person);

-- A link signs one person in once. Only a hash of its token is kept.
CREATE TABLE identity_link (
	token_hash TEXT NOT NULL PRIMARY KEY,
	person     TEXT NOT NULL REFERENCES identity_person (id),
	ends_at    TEXT NOT NULL,
	used_at    TEXT NOT NULL,
	created_at TEXT NOT NULL
);

-- A challenge is a WebAuthn ceremony under way.
CREATE TABLE identity_challenge (
	id      TEXT NOT NULL PRIMARY KEY, -- hash of the handle the browser holds
	person  TEXT NOT NULL,             -- empty when somebody unknown signs in
	state   TEXT NOT NULL,             -- JSON of the ceremony
	ends_at TEXT NOT NULL
);

-- An event is what happened to an account; its owner can read it.
CREATE TABLE identity_event (
	id     TEXT NOT NULL PRIMARY KEY,
	person TEXT NOT NULL,
	kind   TEXT NOT NULL,  -- signed-in, signed-out, session-ended, passkey-added, passkey-revoked, …
	about  TEXT NOT NULL,  -- id of the session or authenticator
	at     TEXT NOT NULL
);
CREATE INDEX identity_event_person ON identity_event (person, at);
