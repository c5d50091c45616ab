package opendata

import (
	"encoding/json"
	"errors"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/db"
)

const importColumns = `id, once, agency, officer, state, stage, done, total, file_name, sha256, bytes, wish, problem, version, tries, created_at, changed_at`

func scanImport(r scanner) (Import, error) {
	var i Import
	var wish, problem, created, changed string
	err := r.Scan(&i.ID, &i.Once, &i.Agency, &i.Officer, &i.State, &i.Stage, &i.Done, &i.Total, &i.FileName, &i.SHA256,
		&i.Bytes, &wish, &problem, &i.Version, &i.Tries, &created, &changed)
	if err != nil {
		return Import{}, err
	}
	if err := json.Unmarshal([]byte(wish), &i.Wish); err != nil {
		return Import{}, err
	}
	if problem != "" {
		i.Problem = new(Problem)
		if err := json.Unmarshal([]byte(problem), i.Problem); err != nil {
			return Import{}, err
		}
	}
	i.CreatedAt, i.ChangedAt = parseStamp(created), parseStamp(changed)
	return i, nil
}

// insertImport stores i unless a submit with the same once did already; then
// it returns that first import's id.
func insertImport(tx *db.Tx, i Import) (id string, first bool, err error) {
	wish, err := jsonText(i.Wish)
	if err != nil {
		return "", false, err
	}
	n, err := tx.Exec(`INSERT INTO opendata_import (`+importColumns+`)
		VALUES (?, ?, ?, ?, 'waiting', 'received', 0, 0, ?, ?, ?, ?, '', '', 0, ?, ?) ON CONFLICT (once) DO NOTHING`,
		i.ID, i.Once, i.Agency, i.Officer, i.FileName, i.SHA256, i.Bytes, wish, tx.Stamp(), tx.Stamp())
	if err != nil {
		return "", false, err
	}
	err = tx.QueryRow(`SELECT id FROM opendata_import WHERE once = ?`, i.Once).Scan(&id)
	return id, n == 1, err
}

func importByID(tx *db.Tx, id string) (Import, error) {
	i, err := scanImport(tx.QueryRow(`SELECT `+importColumns+` FROM opendata_import WHERE id = ?`, id))
	return i, orNotFound(err)
}

// importsOf lists an agency's newest imports.
func importsOf(tx *db.Tx, agency civic.AgencyID, limit int) ([]Import, error) {
	rows, err := tx.Query(`SELECT `+importColumns+` FROM opendata_import WHERE agency = ? ORDER BY created_at DESC, id DESC LIMIT ?`, agency, limit)
	return db.Collect(rows, err, func(r *db.Rows) (Import, error) { return scanImport(r) })
}

// unfinishedImports lists what a restart must go on with.
func unfinishedImports(tx *db.Tx) ([]string, error) {
	rows, err := tx.Query(`SELECT id FROM opendata_import WHERE state IN ('waiting', 'working') ORDER BY created_at, id`)
	return db.Collect(rows, err, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
}

// reviewedImports lists what waits for an officer.
func reviewedImports(tx *db.Tx) ([]Import, error) {
	rows, err := tx.Query(`SELECT ` + importColumns + ` FROM opendata_import WHERE state = 'review' AND version <> '' ORDER BY created_at, id`)
	return db.Collect(rows, err, func(r *db.Rows) (Import, error) { return scanImport(r) })
}

// importOfVersion finds the import that made a draft; false if there is none.
func importOfVersion(tx *db.Tx, version string) (Import, bool, error) {
	i, err := scanImport(tx.QueryRow(`SELECT `+importColumns+` FROM opendata_import WHERE version = ?`, version))
	if errors.Is(err, db.ErrNoRows) {
		return Import{}, false, nil
	}
	return i, err == nil, err
}

// moveImport changes the state of an import that is in one of the states from.
func moveImport(tx *db.Tx, i Import, from ...string) (bool, error) {
	problem := ""
	if i.Problem != nil {
		var err error
		if problem, err = jsonText(i.Problem); err != nil {
			return false, err
		}
	}
	wish, err := jsonText(i.Wish)
	if err != nil {
		return false, err
	}
	for _, state := range from {
		n, err := tx.Exec(`UPDATE opendata_import SET state = ?, stage = ?, done = ?, total = ?, wish = ?, problem = ?, version = ?, tries = ?, changed_at = ?
			WHERE id = ? AND state = ?`, i.State, i.Stage, i.Done, i.Total, wish, problem, i.Version, i.Tries, tx.Stamp(), i.ID, state)
		if err != nil || n == 1 {
			return n == 1, err
		}
	}
	return false, nil
}

// noteProgress says how far a working import is; it never changes its state.
func noteProgress(tx *db.Tx, id, stage string, done, total int64) error {
	_, err := tx.Exec(`UPDATE opendata_import SET stage = ?, done = ?, total = ?, changed_at = ? WHERE id = ? AND state = 'working'`,
		stage, done, total, tx.Stamp(), id)
	return err
}
