package identity

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

func parseStamp(s string) time.Time {
	t, err := time.Parse(db.StampLayout, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(db.StampLayout)
}

func orNotFound(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return notFound()
	}
	return err
}

func isNotFound(err error) bool { return errors.Is(err, fault.NotFound) }

func insertAgency(tx *db.Tx, a Agency) error {
	_, err := tx.Exec(`INSERT INTO identity_agency (id, short, name_zh, name_en, created_at) VALUES (?, ?, ?, ?, ?)`,
		a.ID, a.Short, a.Name.ZhTW, a.Name.En, tx.Stamp())
	return err
}

func agencyBy(tx *db.Tx, idOrShort string) (Agency, error) {
	var a Agency
	err := tx.QueryRow(`SELECT id, short, name_zh, name_en FROM identity_agency WHERE id = ? OR short = ?`, idOrShort, idOrShort).
		Scan(&a.ID, &a.Short, &a.Name.ZhTW, &a.Name.En)
	return a, orNotFound(err)
}

func agencies(tx *db.Tx) ([]Agency, error) {
	rows, err := tx.Query(`SELECT id, short, name_zh, name_en FROM identity_agency ORDER BY short`)
	return db.Collect(rows, err, func(r *db.Rows) (a Agency, err error) {
		return a, r.Scan(&a.ID, &a.Short, &a.Name.ZhTW, &a.Name.En)
	})
}

func insertPerson(tx *db.Tx, p Person) error {
	_, err := tx.Exec(`INSERT INTO identity_person (id, name, made_up, created_at) VALUES (?, ?, ?, ?)`, p.ID, p.Name, p.MadeUp, tx.Stamp())
	return err
}

func personByID(tx *db.Tx, id string) (Person, error) {
	var p Person
	err := tx.QueryRow(`SELECT id, name, made_up FROM identity_person WHERE id = ?`, id).Scan(&p.ID, &p.Name, &p.MadeUp)
	return p, orNotFound(err)
}

func madeUpPeople(tx *db.Tx) ([]Person, error) {
	rows, err := tx.Query(`SELECT id, name, made_up FROM identity_person WHERE made_up ORDER BY created_at, id`)
	return db.Collect(rows, err, func(r *db.Rows) (p Person, err error) { return p, r.Scan(&p.ID, &p.Name, &p.MadeUp) })
}

func insertOfficer(tx *db.Tx, o Officer) error {
	_, err := tx.Exec(`INSERT INTO identity_officer (id, person, agency, until, ended_at, created_at) VALUES (?, ?, ?, ?, '', ?)`,
		o.ID, o.Person, o.Agency, stamp(o.Until), tx.Stamp())
	if err != nil {
		return err
	}
	for _, r := range o.Roles {
		if _, err := tx.Exec(`INSERT INTO identity_duty (officer, role) VALUES (?, ?) ON CONFLICT (officer, role) DO NOTHING`, o.ID, r); err != nil {
			return err
		}
	}
	return nil
}

const officerQuery = `SELECT o.id, o.person, p.name, o.agency, o.until, o.ended_at, coalesce(d.role, '')
	FROM identity_officer o JOIN identity_person p ON p.id = o.person LEFT JOIN identity_duty d ON d.officer = o.id `

// officers folds one row a duty into one officer.
func officers(rows *db.Rows, err error) ([]Officer, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Officer
	for rows.Next() {
		var o Officer
		var until, ended, role string
		if err := rows.Scan(&o.ID, &o.Person, &o.Name, &o.Agency, &until, &ended, &role); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].ID != o.ID {
			o.Until, o.Ended = parseStamp(until), parseStamp(ended)
			out = append(out, o)
		}
		if role != "" {
			last := &out[len(out)-1]
			last.Roles = append(last.Roles, access.Role(role))
		}
	}
	return out, rows.Err()
}

func officersOfPerson(tx *db.Tx, person string) ([]Officer, error) {
	return officers(tx.Query(officerQuery+`WHERE o.person = ? ORDER BY o.created_at, o.id, d.role`, person))
}

func officersOf(tx *db.Tx, agency civic.AgencyID) ([]Officer, error) {
	return officers(tx.Query(officerQuery+`WHERE o.agency = ? ORDER BY o.ended_at, o.created_at, o.id, d.role`, agency))
}

func officerByID(tx *db.Tx, id civic.OfficerID) (Officer, error) {
	list, err := officers(tx.Query(officerQuery+`WHERE o.id = ? ORDER BY d.role`, id))
	if err == nil && len(list) == 0 {
		err = notFound()
	}
	if err != nil {
		return Officer{}, err
	}
	return list[0], nil
}

func endOfficer(tx *db.Tx, id civic.OfficerID) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_officer SET ended_at = ? WHERE id = ? AND ended_at = ''`, tx.Stamp(), id)
	return n == 1, err
}

const sessionColumns = `id, person, method, device, created_at, seen_at, ends_at, ended_at`

func scanSession(r interface{ Scan(...any) error }) (Session, error) {
	var v Session
	var created, seen, ends, ended string
	if err := r.Scan(&v.ID, &v.Person, &v.Method, &v.Device, &created, &seen, &ends, &ended); err != nil {
		return Session{}, orNotFound(err)
	}
	v.Created, v.Seen, v.Ends, v.Ended = parseStamp(created), parseStamp(seen), parseStamp(ends), parseStamp(ended)
	return v, nil
}

func insertSession(tx *db.Tx, v Session, hash string) error {
	_, err := tx.Exec(`INSERT INTO identity_session (`+sessionColumns+`, token_hash) VALUES (?, ?, ?, ?, ?, ?, ?, '', ?)`,
		v.ID, v.Person, v.Method, v.Device, tx.Stamp(), tx.Stamp(), stamp(v.Ends), hash)
	return err
}

func sessionByHash(tx *db.Tx, hash string) (Session, error) {
	return scanSession(tx.QueryRow(`SELECT `+sessionColumns+` FROM identity_session WHERE token_hash = ?`, hash))
}

func sessionByID(tx *db.Tx, id string) (Session, error) {
	return scanSession(tx.QueryRow(`SELECT `+sessionColumns+` FROM identity_session WHERE id = ?`, id))
}

func sawSession(tx *db.Tx, id string) error {
	_, err := tx.Exec(`UPDATE identity_session SET seen_at = ? WHERE id = ? AND seen_at < ?`, tx.Stamp(), id, tx.Stamp())
	return err
}

func liveSessions(tx *db.Tx, person string) ([]Session, error) {
	rows, err := tx.Query(`SELECT `+sessionColumns+` FROM identity_session WHERE person = ? AND ended_at = '' AND ends_at > ? ORDER BY created_at DESC, id`,
		person, tx.Stamp())
	return db.Collect(rows, err, func(r *db.Rows) (Session, error) { return scanSession(r) })
}

// endSessions ends one session of a person, or all of them without an id.
func endSessions(tx *db.Tx, person, id string) error {
	if id == "" {
		_, err := tx.Exec(`UPDATE identity_session SET ended_at = ? WHERE person = ? AND ended_at = ''`, tx.Stamp(), person)
		return err
	}
	_, err := tx.Exec(`UPDATE identity_session SET ended_at = ? WHERE person = ? AND id = ? AND ended_at = ''`, tx.Stamp(), person, id)
	return err
}

func insertLink(tx *db.Tx, hash, person string, ends time.Time) error {
	_, err := tx.Exec(`INSERT INTO identity_link (token_hash, person, ends_at, used_at, created_at) VALUES (?, ?, ?, '', ?)`,
		hash, person, stamp(ends), tx.Stamp())
	return err
}

func linkIsGood(tx *db.Tx, hash string) (bool, error) {
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM identity_link WHERE token_hash = ? AND used_at = '' AND ends_at > ?`, hash, tx.Stamp()).Scan(&n)
	return n == 1, err
}

// spendLink marks the link as used if it was not; one statement, so that of two
// that race one wins.
func spendLink(tx *db.Tx, hash string) (person string, ok bool, err error) {
	err = tx.QueryRow(`UPDATE identity_link SET used_at = ? WHERE token_hash = ? AND used_at = '' AND ends_at > ? RETURNING person`,
		tx.Stamp(), hash, tx.Stamp()).Scan(&person)
	if errors.Is(err, db.ErrNoRows) {
		return "", false, nil
	}
	return person, err == nil, err
}

// voidLinks makes the person's unused links worthless.
func voidLinks(tx *db.Tx, person string) error {
	_, err := tx.Exec(`UPDATE identity_link SET used_at = ? WHERE person = ? AND used_at = ''`, tx.Stamp(), person)
	return err
}

func insertChallenge(tx *db.Tx, id, person, state string, ends time.Time) error {
	_, err := tx.Exec(`INSERT INTO identity_challenge (id, person, state, ends_at) VALUES (?, ?, ?, ?)`, id, person, state, stamp(ends))
	return err
}

func takeChallenge(tx *db.Tx, id string) (state, person string, ok bool, err error) {
	err = tx.QueryRow(`DELETE FROM identity_challenge WHERE id = ? AND ends_at > ? RETURNING state, person`, id, tx.Stamp()).Scan(&state, &person)
	if errors.Is(err, db.ErrNoRows) {
		return "", "", false, nil
	}
	return state, person, err == nil, err
}

// spendChallenge keeps an answered challenge, if nobody answered it before.
func spendChallenge(tx *db.Tx, id string, ends time.Time) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_challenge (id, person, state, ends_at) VALUES (?, '', '', ?) ON CONFLICT (id) DO NOTHING`, id, stamp(ends))
	return n == 1, err
}

func dropOldChallenges(tx *db.Tx) error {
	_, err := tx.Exec(`DELETE FROM identity_challenge WHERE ends_at <= ?`, tx.Stamp())
	return err
}

func insertAuthenticator(tx *db.Tx, a Authenticator) error {
	b, err := json.Marshal(a.cred)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO identity_authenticator (id, person, method, handle, credential, label, created_at, last_used_at, revoked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, '', '')`, a.ID, a.Person, a.Method, a.handle, string(b), a.Label, tx.Stamp())
	return err
}

func authenticatorsOf(tx *db.Tx, person string) ([]Authenticator, error) {
	rows, err := tx.Query(`SELECT id, person, method, handle, credential, label, created_at, last_used_at, revoked_at
		FROM identity_authenticator WHERE person = ? ORDER BY revoked_at, created_at, id`, person)
	return db.Collect(rows, err, func(r *db.Rows) (Authenticator, error) {
		var a Authenticator
		var cred, created, used, revoked string
		if err := r.Scan(&a.ID, &a.Person, &a.Method, &a.handle, &cred, &a.Label, &created, &used, &revoked); err != nil {
			return a, err
		}
		a.Created, a.LastUsed, a.Revoked = parseStamp(created), parseStamp(used), parseStamp(revoked)
		return a, json.Unmarshal([]byte(cred), &a.cred)
	})
}

// handleTaken reports whether somebody has, or had, a credential of this id.
func handleTaken(tx *db.Tx, handle string) (bool, error) {
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM identity_authenticator WHERE handle = ?`, handle).Scan(&n)
	return n > 0, err
}

// saveCredential keeps what an authenticator's use changed: counter and flags.
func saveCredential(tx *db.Tx, a Authenticator) error {
	b, err := json.Marshal(a.cred)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE identity_authenticator SET credential = ?, last_used_at = ? WHERE id = ?`, string(b), stamp(a.LastUsed), a.ID)
	return err
}

// firstOfficer finds the officer who was appointed first, if any is in office,
// and whether some officer in office has a passkey.
func firstOfficer(tx *db.Tx) (person string, ready bool, err error) {
	list, err := officers(tx.Query(officerQuery + `WHERE o.ended_at = '' ORDER BY o.created_at, o.id, d.role`))
	if err != nil {
		return "", false, err
	}
	for _, o := range inOffice(list, tx.Now()) {
		keys, err := authenticatorsOf(tx, o.Person)
		if err != nil || len(keys) > 0 {
			return "", true, err
		}
		if person == "" && o.holds(access.Administrator) {
			person = o.Person
		}
	}
	return person, false, nil
}

// enrolled lists who of the agency's officers has, or had, a passkey.
func enrolled(tx *db.Tx, agency civic.AgencyID) (map[string]bool, error) {
	rows, err := tx.Query(`SELECT DISTINCT a.person FROM identity_authenticator a JOIN identity_officer o ON o.person = a.person WHERE o.agency = ?`, agency)
	list, err := db.Collect(rows, err, func(r *db.Rows) (p string, err error) { return p, r.Scan(&p) })
	set := make(map[string]bool, len(list))
	for _, p := range list {
		set[p] = true
	}
	return set, err
}

func revokeAuthenticator(tx *db.Tx, id, person string) (int64, error) {
	return tx.Exec(`UPDATE identity_authenticator SET revoked_at = ? WHERE id = ? AND person = ? AND revoked_at = ''`, tx.Stamp(), id, person)
}

func insertEvent(tx *db.Tx, person, kind, about string) error {
	_, err := tx.Exec(`INSERT INTO identity_event (id, person, kind, about, at) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), person, kind, about, tx.Stamp())
	return err
}

// event is one line of an account's history.
type event struct {
	Kind string
	At   time.Time
}

func eventsOf(tx *db.Tx, person string, limit int) ([]event, error) {
	rows, err := tx.Query(`SELECT kind, at FROM identity_event WHERE person = ? ORDER BY at DESC, id DESC LIMIT ?`, person, limit)
	return db.Collect(rows, err, func(r *db.Rows) (event, error) {
		var e event
		var at string
		err := r.Scan(&e.Kind, &at)
		e.At = parseStamp(at)
		return e, err
	})
}

func peopleBy(tx *db.Tx, nameOrID string) ([]Person, error) {
	rows, err := tx.Query(`SELECT id, name, made_up FROM identity_person WHERE id = ? OR name = ? ORDER BY created_at, id LIMIT 20`, nameOrID, nameOrID)
	return db.Collect(rows, err, func(r *db.Rows) (p Person, err error) { return p, r.Scan(&p.ID, &p.Name, &p.MadeUp) })
}

// prune deletes what no longer serves anybody: sessions and links that ended
// before the first time, challenges that have ended, events before the second.
func prune(tx *db.Tx, ended, events time.Time) error {
	for _, d := range []struct{ query, before string }{
		{`DELETE FROM identity_session WHERE ends_at < ?`, stamp(ended)},
		{`DELETE FROM identity_link WHERE ends_at < ?`, stamp(ended)},
		{`DELETE FROM identity_challenge WHERE ends_at < ?`, tx.Stamp()},
		{`DELETE FROM identity_event WHERE at < ?`, stamp(events)},
	} {
		if _, err := tx.Exec(d.query, d.before); err != nil {
			return err
		}
	}
	return nil
}
