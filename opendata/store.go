package opendata

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// parseStamp reads what tx.Stamp wrote; empty is the zero time.
func parseStamp(s string) time.Time {
	t, err := time.Parse(db.StampLayout, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

type scanner interface{ Scan(...any) error }

const datasetColumns = `id, slug, agency, title_zh, title_en, description_zh, description_en, theme, keywords,
	licence, frequency, class, source_zh, source_en, made_up, revision, created_at, changed_at, published_at`

func scanDataset(r scanner) (Dataset, error) {
	var d Dataset
	var keywords, created, changed, published string
	err := r.Scan(&d.ID, &d.Slug, &d.Agency, &d.Title.ZhTW, &d.Title.En, &d.Description.ZhTW, &d.Description.En,
		&d.Theme, &keywords, &d.Licence, &d.Frequency, &d.Class, &d.Source.ZhTW, &d.Source.En, &d.MadeUp,
		&d.Revision, &created, &changed, &published)
	if err != nil {
		return Dataset{}, err
	}
	if err := json.Unmarshal([]byte(keywords), &d.Keywords); err != nil {
		return Dataset{}, err
	}
	d.CreatedAt, d.ChangedAt, d.PublishedAt = parseStamp(created), parseStamp(changed), parseStamp(published)
	return d, nil
}

func scanDatasets(r *db.Rows) (Dataset, error) { return scanDataset(r) }

func insertDataset(tx *db.Tx, d Dataset) error {
	keywords, err := jsonText(orEmpty(d.Keywords))
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO opendata_dataset (`+datasetColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, '')`,
		d.ID, d.Slug, d.Agency, d.Title.ZhTW, d.Title.En, d.Description.ZhTW, d.Description.En, d.Theme, keywords,
		d.Licence, d.Frequency, d.Class, d.Source.ZhTW, d.Source.En, d.MadeUp, tx.Stamp(), tx.Stamp())
	return err
}

// updateDataset writes what may change of d if its revision is still the one given.
func updateDataset(tx *db.Tx, d Dataset) (bool, error) {
	keywords, err := jsonText(orEmpty(d.Keywords))
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`UPDATE opendata_dataset SET title_zh = ?, title_en = ?, description_zh = ?, description_en = ?,
		theme = ?, keywords = ?, licence = ?, frequency = ?, source_zh = ?, source_en = ?, revision = revision + 1, changed_at = ?
		WHERE id = ? AND revision = ?`,
		d.Title.ZhTW, d.Title.En, d.Description.ZhTW, d.Description.En, d.Theme, keywords, d.Licence, d.Frequency,
		d.Source.ZhTW, d.Source.En, tx.Stamp(), d.ID, d.Revision)
	return n == 1, err
}

func touchDataset(tx *db.Tx, id string, published bool) error {
	if published {
		if _, err := tx.Exec(`UPDATE opendata_dataset SET published_at = ? WHERE id = ? AND published_at = ''`, tx.Stamp(), id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE opendata_dataset SET changed_at = ? WHERE id = ?`, tx.Stamp(), id)
	return err
}

func datasetBySlug(tx *db.Tx, slug string) (Dataset, error) {
	d, err := scanDataset(tx.QueryRow(`SELECT `+datasetColumns+` FROM opendata_dataset WHERE slug = ?`, slug))
	return d, orNotFound(err)
}

func datasetByID(tx *db.Tx, id string) (Dataset, error) {
	d, err := scanDataset(tx.QueryRow(`SELECT `+datasetColumns+` FROM opendata_dataset WHERE id = ?`, id))
	return d, orNotFound(err)
}

func publishedDatasets(tx *db.Tx) ([]Dataset, error) {
	rows, err := tx.Query(`SELECT ` + datasetColumns + ` FROM opendata_dataset WHERE published_at <> '' ORDER BY changed_at DESC, id`)
	return db.Collect(rows, err, scanDatasets)
}

func datasetsOfAgency(tx *db.Tx, agency civic.AgencyID) ([]Dataset, error) {
	rows, err := tx.Query(`SELECT `+datasetColumns+` FROM opendata_dataset WHERE agency = ? ORDER BY changed_at DESC, id`, agency)
	return db.Collect(rows, err, scanDatasets)
}

func deleteDataset(tx *db.Tx, id string) error {
	for _, q := range []string{`DELETE FROM opendata_resource WHERE dataset = ?`, `DELETE FROM opendata_dataset WHERE id = ?`} {
		if _, err := tx.Exec(q, id); err != nil {
			return err
		}
	}
	return nil
}

const resourceColumns = `id, dataset, position, name_zh, name_en`

func scanResource(r *db.Rows) (Resource, error) {
	var v Resource
	err := r.Scan(&v.ID, &v.Dataset, &v.Position, &v.Name.ZhTW, &v.Name.En)
	return v, err
}

func insertResource(tx *db.Tx, r Resource) error {
	_, err := tx.Exec(`INSERT INTO opendata_resource (id, dataset, position, name_zh, name_en, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		r.ID, r.Dataset, r.Position, r.Name.ZhTW, r.Name.En, tx.Stamp())
	return err
}

func resourcesOf(tx *db.Tx, dataset string) ([]Resource, error) {
	rows, err := tx.Query(`SELECT `+resourceColumns+` FROM opendata_resource WHERE dataset = ? ORDER BY position`, dataset)
	return db.Collect(rows, err, scanResource)
}

func resourceByID(tx *db.Tx, id string) (Resource, error) {
	var v Resource
	err := tx.QueryRow(`SELECT `+resourceColumns+` FROM opendata_resource WHERE id = ?`, id).
		Scan(&v.ID, &v.Dataset, &v.Position, &v.Name.ZhTW, &v.Name.En)
	return v, orNotFound(err)
}

const versionColumns = `id, resource, number, label, state, file_name, sha256, bytes, encoding, table_rows, table_bytes,
	findings, profile, recipe, areas, created_at, published_at, published_by, signed, withdrawn_at, reason_zh, reason_en`

func scanVersion(r scanner) (Version, error) {
	var v Version
	var areas, created, published, withdrawn string
	err := r.Scan(&v.ID, &v.Resource, &v.Number, &v.Label, &v.State, &v.FileName, &v.SHA256, &v.Bytes, &v.Encoding,
		&v.Rows, &v.TableBytes, &v.Findings, &v.Profile, &v.Recipe, &areas, &created, &published, &v.PublishedBy,
		&v.Signed, &withdrawn, &v.Reason.ZhTW, &v.Reason.En)
	if err != nil {
		return Version{}, err
	}
	if areas != "" {
		v.Areas = new(Areas)
		if err := json.Unmarshal([]byte(areas), v.Areas); err != nil {
			return Version{}, err
		}
	}
	v.CreatedAt, v.PublishedAt, v.WithdrawnAt = parseStamp(created), parseStamp(published), parseStamp(withdrawn)
	return v, nil
}

func scanVersions(r *db.Rows) (Version, error) { return scanVersion(r) }

func insertVersion(tx *db.Tx, v Version) error {
	areas := ""
	if v.Areas != nil {
		var err error
		if areas, err = jsonText(v.Areas); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`INSERT INTO opendata_version (`+versionColumns+`)
		VALUES (?, ?, 0, ?, 'draft', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '', '', '')`,
		v.ID, v.Resource, v.Label, v.FileName, v.SHA256, v.Bytes, v.Encoding, v.Rows, v.TableBytes, v.Findings,
		v.Profile, v.Recipe, areas, tx.Stamp())
	return err
}

func versionByID(tx *db.Tx, id string) (Version, error) {
	v, err := scanVersion(tx.QueryRow(`SELECT `+versionColumns+` FROM opendata_version WHERE id = ?`, id))
	return v, orNotFound(err)
}

// versionByNumber returns a published version; number 0 is the latest one.
func versionByNumber(tx *db.Tx, resource string, number int64) (Version, error) {
	q := `SELECT ` + versionColumns + ` FROM opendata_version WHERE resource = ? AND state = 'published' `
	if number == 0 {
		v, err := scanVersion(tx.QueryRow(q+`ORDER BY number DESC LIMIT 1`, resource))
		return v, orNotFound(err)
	}
	v, err := scanVersion(tx.QueryRow(q+`AND number = ?`, resource, number))
	return v, orNotFound(err)
}

// versionsOf lists what was ever published of a resource, newest first.
func versionsOf(tx *db.Tx, resource string) ([]Version, error) {
	rows, err := tx.Query(`SELECT `+versionColumns+` FROM opendata_version WHERE resource = ? AND number > 0 ORDER BY number DESC`, resource)
	return db.Collect(rows, err, scanVersions)
}

// fileNames lists how the files were called that a dataset was made from.
func fileNames(tx *db.Tx, dataset string) ([]string, error) {
	rows, err := tx.Query(`SELECT DISTINCT v.file_name FROM opendata_version v JOIN opendata_resource r ON r.id = v.resource WHERE r.dataset = ?`, dataset)
	return db.Collect(rows, err, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
}

// sameDelivery finds the published version that a delivery repeats: the one of
// the same label, bytes and recipe, or without a label the latest if it came
// from the same bytes and recipe. An earlier file without a label, delivered
// again, is a correction of what came after it.
func sameDelivery(tx *db.Tx, v Version) (Version, bool, error) {
	q, args := `state = 'published' ORDER BY number DESC LIMIT 1`, []any{v.Resource}
	if v.Label != "" {
		q, args = `state = 'published' AND label = ? AND sha256 = ? AND recipe = ? ORDER BY number DESC LIMIT 1`, append(args, v.Label, v.SHA256, v.Recipe)
	}
	was, err := scanVersion(tx.QueryRow(`SELECT `+versionColumns+` FROM opendata_version WHERE resource = ? AND `+q, args...))
	if errors.Is(err, db.ErrNoRows) {
		return Version{}, false, nil
	}
	return was, err == nil && was.SHA256 == v.SHA256 && was.Recipe == v.Recipe, err
}

// publishVersion gives the draft its number. The row is only touched while it is a draft.
func publishVersion(tx *db.Tx, id string, by civic.OfficerID, signed string) (int64, bool, error) {
	var n int64
	err := tx.QueryRow(`UPDATE opendata_version SET state = 'published', published_at = ?, published_by = ?, signed = ?,
		number = (SELECT coalesce(max(w.number), 0) + 1 FROM opendata_version w WHERE w.resource = opendata_version.resource)
		WHERE id = ? AND state = 'draft' RETURNING number`, tx.Stamp(), by, signed, id).Scan(&n)
	if errors.Is(err, db.ErrNoRows) {
		return 0, false, nil
	}
	return n, err == nil, err
}

func withdrawVersion(tx *db.Tx, id string, reason civic.Text) (bool, error) {
	n, err := tx.Exec(`UPDATE opendata_version SET state = 'withdrawn', withdrawn_at = ?, reason_zh = ?, reason_en = ?
		WHERE id = ? AND state = 'published'`, tx.Stamp(), reason.ZhTW, reason.En, id)
	return n == 1, err
}

func deleteDraft(tx *db.Tx, id string) error {
	_, err := tx.Exec(`DELETE FROM opendata_version WHERE id = ? AND state = 'draft'`, id)
	return err
}

func versionsLeft(tx *db.Tx, resource string) (n int64, err error) {
	return n, tx.QueryRow(`SELECT count(*) FROM opendata_version WHERE resource = ?`, resource).Scan(&n)
}

// keptFiles lists the digests and version ids that something still refers to.
func keptFiles(tx *db.Tx) (blobs, versions map[string]bool, err error) {
	blobs, versions = map[string]bool{}, map[string]bool{}
	rows, err := tx.Query(`SELECT id, sha256, profile FROM opendata_version`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, sha, profile string
		if err := rows.Scan(&id, &sha, &profile); err != nil {
			return nil, nil, err
		}
		blobs[sha], blobs[profile], versions[id] = true, true, true
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	// A refused file is kept for a month: its publisher may repair it.
	imports, err := tx.Query(`SELECT sha256 FROM opendata_import WHERE state IN ('waiting', 'working', 'review')
		OR state = 'refused' AND changed_at > ?`, tx.Now().AddDate(0, -1, 0).Format(db.StampLayout))
	list, err := db.Collect(imports, err, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
	for _, s := range list {
		blobs[s] = true
	}
	return blobs, versions, err
}

func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func orNotFound(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return fault.NotFound.Errorf("opendata.not-found", "there is no such dataset or version here; it may have another name now, so try the search")
	}
	return err
}
