package opendata_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

func TestImportReviewPublish(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("shelters.csv", shelters, opendata.Wish{Title: civic.Text{ZhTW: "收容所"}})
		if i.State != opendata.InReview {
			r.t.Fatalf("state = %s %+v, want review", i.State, i.Problem)
		}
		d, v, err := r.DraftOf(r.ctx, i)
		if err != nil || d.Slug != "shelters" || v.Rows != 3 || v.Number != 0 {
			r.t.Fatalf("draft = %s, %d rows, number %d, %v; want shelters with 3 rows and no number", d.Slug, v.Rows, v.Number, err)
		}
		if _, err := r.Show(t.Context(), "shelters"); !errors.Is(err, fault.NotFound) {
			r.t.Errorf("Show() of a draft for the public = %v, want not found", err)
		}
		if _, _, _, err := r.At(r.ctx, "shelters", 0); !errors.Is(err, fault.NotFound) {
			r.t.Errorf("At() of a draft = %v, want not found", err)
		}
		if v, err = r.Publish(r.ctx, v.ID); err != nil || v.Number != 1 {
			r.t.Fatalf("Publish() = number %d, %v; want 1", v.Number, err)
		}
		if again, err := r.Publish(r.ctx, v.ID); err != nil || again.Number != 1 {
			r.t.Errorf("Publish() twice = number %d, %v; want the same 1", again.Number, err)
		}
		if i, _ = r.Import(r.ctx, i.ID); i.State != opendata.Done {
			r.t.Errorf("state after publication = %s, want published", i.State)
		}
		w, err := r.Show(t.Context(), "shelters")
		if err != nil || w.Tables[0].Latest.ID != v.ID || w.Tables[0].Latest.PublishedBy != "o-1" {
			r.t.Errorf("Show() = %+v, %v; want version 1 by officer o-1", w.Tables, err)
		}
		if a := w.Tables[0].Latest.Areas; a == nil || a.Level != "town" || a.Matched != 2 || a.Keys != 2 {
			r.t.Errorf("areas = %+v, want two of two towns", a)
		}
		got := r.ask(v, query.Params{Select: "sum(人數) as n", Where: []string{`鄉鎮市區 = "安平區"`}})
		if got != "[[160]]" {
			r.t.Errorf("people in 安平區 = %s, want [[160]]", got)
		}
		kinds, _ := r.facts()
		if want := []string{"DatasetPublished", "VersionPublished"}; !slices.Equal(kinds, want) {
			r.t.Errorf("facts = %v, want %v", kinds, want)
		}
	})
}

func TestOriginalNeverChanges(t *testing.T) {
	each(t, func(r *rig) {
		body := "\xef\xbb\xbf編號,值\r\n'007,1\r\n'008,約 3\r\n"
		i := r.send("codes.csv", body, opendata.Wish{})
		if err := r.Repair(r.ctx, i.ID, profile.Fix{Kind: profile.TreatAsMissing, Column: "值", Values: []string{"約 3"}}); err != nil {
			r.t.Fatal(err)
		}
		i, err := r.Work(r.ctx, i.ID)
		if err != nil || i.State != opendata.InReview {
			r.t.Fatalf("repaired import = %s, %v", i.State, err)
		}
		_, v, _ := r.DraftOf(r.ctx, i)
		if _, err := r.Publish(r.ctx, v.ID); err != nil {
			r.t.Fatal(err)
		}
		f, err := r.blobs.Get(r.ctx, v.SHA256)
		if err != nil {
			r.t.Fatal(err)
		}
		defer f.Close()
		if got, _ := io.ReadAll(f); string(got) != body {
			r.t.Errorf("original = %q, want the bytes as sent %q", got, body)
		}
		if st, err := os.Stat(r.blobs.Path(v.SHA256)); err != nil || st.Mode().Perm()&0o222 != 0 {
			r.t.Errorf("the original can be written: %v, %v", st.Mode(), err)
		}
		if err := r.blobs.Verify(r.ctx, v.SHA256); err != nil {
			r.t.Error(err)
		}
	})
}

// TestNothingHalfPublished cuts the way of an import after every write: what
// is left is a whole version or none, and the next start carries on.
func TestNothingHalfPublished(t *testing.T) {
	each(t, func(r *rig) {
		i, err := r.Receive(r.ctx, strings.NewReader(shelters), opendata.Order{Agency: mine, FileName: "s.csv", Wish: opendata.Wish{Publish: true}})
		if err != nil {
			r.t.Fatal(err)
		}
		// As a killed program leaves it: claimed, a table without a version, scratch.
		if err := r.db.Write(r.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE opendata_import SET state = 'working', stage = 'load', tries = 1 WHERE id = ?`, i.ID)
			return err
		}); err != nil {
			r.t.Fatal(err)
		}
		for _, left := range []string{"table/0192-orphan.parquet", "scratch/import-1/table.csv"} {
			path := filepath.Join(r.dir, left)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("x"), 0o600)); err != nil {
				r.t.Fatal(err)
			}
		}
		orphan, err := r.blobs.Put(r.ctx, strings.NewReader("nobody asked for this"), 0)
		if err != nil {
			r.t.Fatal(err)
		}
		if n := r.count(`SELECT count(*) FROM opendata_version`); n != 0 {
			r.t.Errorf("%d versions before the end, want none", n)
		}
		if err := r.Close(); err != nil {
			r.t.Fatal(err)
		}
		next := openRig(r.t, r.db, r.dir, opendata.Config{})
		if err := next.Resume(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		if list := next.tables(); len(list) != 0 {
			r.t.Errorf("tables after the sweep = %v, want none", list)
		}
		if _, err := next.blobs.Stat(r.ctx, orphan.Digest); !errors.Is(err, fault.NotFound) {
			r.t.Errorf("file without an import: %v, want not found", err)
		}
		if err := next.jobs.Drain(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		i, err = next.Import(r.ctx, i.ID)
		if err != nil || i.State != opendata.Done {
			r.t.Errorf("import after the restart = %s, %v; want published", i.State, err)
		}
		if n := len(next.tables()); n != 1 {
			r.t.Errorf("%d tables, want one", n)
		}
		if left, _ := filepath.Glob(filepath.Join(r.dir, "scratch", "*")); len(left) != 0 {
			r.t.Errorf("scratch holds %v", left)
		}
	})
}

func TestVersionIsImmutable(t *testing.T) {
	each(t, func(r *rig) {
		v := r.published("s.csv", shelters, opendata.Wish{Slug: "ss"})
		snapshot := func() (out [][]byte) {
			for _, path := range []string{r.tables()[0], r.blobs.Path(v.SHA256), r.blobs.Path(v.Profile)} {
				b, err := os.ReadFile(path)
				if err != nil {
					r.t.Fatal(err)
				}
				out = append(out, b)
			}
			return out
		}
		before := snapshot()
		w, _ := r.Show(r.ctx, "ss")
		i := w.Tables[0].Versions[0]
		r.published("s.csv", shelters+"0004,豐濱鄉,9\n", opendata.Wish{Slug: "ss"})
		d := w.Dataset
		d.Title.En = "New title"
		d.Revision = r.count(`SELECT revision FROM opendata_dataset WHERE id = ?`, d.ID)
		if err := r.Describe(r.ctx, d); err != nil {
			r.t.Fatal(err)
		}
		for name, move := range map[string]func() error{
			"discard": func() error {
				return r.Discard(r.ctx, r.importOf(v.ID))
			},
			"repair": func() error {
				return r.Repair(r.ctx, r.importOf(v.ID), profile.Fix{Kind: profile.SetEncoding, Encoding: "big5"})
			},
		} {
			if err := move(); !errors.Is(err, fault.Conflict) {
				r.t.Errorf("%s of a published import = %v, want conflict", name, err)
			}
		}
		w, _ = r.Show(r.ctx, "ss")
		if diff := cmp.Diff(i, w.Tables[0].Versions[1]); diff != "" {
			r.t.Errorf("version 1 changed:\n%s", diff)
		}
		after, err := os.ReadFile(filepath.Join(r.dir, "table", v.ID+".parquet"))
		if err != nil || !bytes.Equal(after, before[0]) {
			r.t.Errorf("the table of version 1 changed: %v", err)
		}
	})
}

// importOf returns the import that made a version.
func (r *rig) importOf(version string) (id string) {
	r.t.Helper()
	err := r.db.Read(r.ctx, func(tx *db.Tx) error {
		return tx.QueryRow(`SELECT id FROM opendata_import WHERE version = ? ORDER BY id`, version).Scan(&id)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func TestOldVersionAnswers(t *testing.T) {
	each(t, func(r *rig) {
		for n := range 3 {
			r.published(fmt.Sprintf("%d.csv", n), shelters+strings.Repeat(fmt.Sprintf("000%d,安平區,1\n", n+4), n), opendata.Wish{Slug: "ss", Label: fmt.Sprint(2024 + n)})
		}
		for number, want := range map[int64]string{0: "[[162]]", 1: "[[160]]", 2: "[[161]]", 3: "[[162]]"} {
			_, _, v, err := r.At(t.Context(), "ss", number)
			if err != nil {
				r.t.Fatal(err)
			}
			if got := r.ask(v, query.Params{Select: "sum(人數) as n", Where: []string{`鄉鎮市區 = "安平區"`}}); got != want {
				r.t.Errorf("version %d answers %s, want %s", number, got, want)
			}
		}
		if _, _, _, err := r.At(t.Context(), "ss", 4); !errors.Is(err, fault.NotFound) {
			r.t.Errorf("At(4) = %v, want not found", err)
		}
	})
}

func TestCacheNeverCrossesVersion(t *testing.T) {
	each(t, func(r *rig) {
		one := r.published("1.csv", "a,b\n1,x\n2,y\n", opendata.Wish{Slug: "ss"})
		two := r.published("2.csv", "a,b\n3,x\n4,y\n", opendata.Wish{Slug: "ss"})
		for _, p := range []query.Params{{Select: "sum(a) as n"}, {Select: "a", OrderBy: "a", Limit: 1}, {Select: "b, a", Where: []string{`b = "x"`}}} {
			var first, second string
			for range 2 { // the second time from memory
				first, second = r.ask(one, p), r.ask(two, p)
			}
			if first == second {
				r.t.Errorf("%+v: version 1 and 2 both answer %s", p, first)
			}
		}
		q, err := r.Parse(r.ctx, one, query.Params{Select: "a"})
		if err != nil {
			r.t.Fatal(err)
		}
		if n, err := r.Count(r.ctx, one, q); n != 2 || err != nil {
			r.t.Errorf("Count() = %d, %v; want 2", n, err)
		}
	})
}

func TestOfficersActForTheirAgency(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("s.csv", "身分證,值\nA123456789,1\n", opendata.Wish{Slug: "ss"})
		d, v, err := r.DraftOf(r.ctx, i)
		if err != nil {
			r.t.Fatal(err)
		}
		other := as(t.Context(), theirs)
		public := t.Context()
		for name, do := range map[string]func() error{
			"receive for": func() error {
				_, err := r.Receive(other, strings.NewReader("a\n1\n"), opendata.Order{Agency: mine, FileName: "x"})
				return err
			},
			"look at":      func() error { _, err := r.Import(other, i.ID); return err },
			"list of":      func() error { _, err := r.Imports(other, mine, 5); return err },
			"publish":      func() error { _, err := r.Publish(other, v.ID); return err },
			"publish with": func() error { _, err := r.PublishWith(other, v.ID, "because"); return err },
			"discard":      func() error { return r.Discard(other, i.ID) },
			"repair":       func() error { return r.Repair(other, i.ID, profile.Fix{Kind: profile.SetEncoding, Encoding: "big5"}) },
			"describe":     func() error { return r.Describe(other, d) },
			"withdraw":     func() error { return r.Withdraw(other, v.ID, civic.Text{En: "x"}) },
			"show":         func() error { _, err := r.Show(other, "ss"); return err },
		} {
			if err := do(); !errors.Is(err, fault.NotFound) {
				r.t.Errorf("%s another agency's = %v, want not found", name, err)
			}
		}
		if _, err := r.Publish(public, v.ID); !errors.Is(err, fault.Unidentified) {
			r.t.Errorf("Publish() by the public = %v, want unidentified", err)
		}
		if _, err := r.PublishWith(r.ctx, v.ID, "made up for a test"); err != nil {
			r.t.Fatal(err)
		}
		// The slug stays with who has it.
		got, err := r.Receive(other, strings.NewReader("a\n1\n"), opendata.Order{Agency: theirs, FileName: "x.csv", Wish: opendata.Wish{Dataset: "ss"}})
		if err != nil {
			r.t.Fatal(err)
		}
		if got, err = r.Work(other, got.ID); err != nil || got.State != opendata.Refused || got.Problem.Code != "opendata.slug-taken" {
			r.t.Errorf("a version for another agency's dataset = %s %+v, %v; want refused", got.State, got.Problem, err)
		}
	})
}

func TestNationalIDsNeedASignature(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("people.csv", "姓名,身分證字號\n甲,A123456789\n乙,B223456781\n", opendata.Wish{Publish: true})
		if i.State != opendata.InReview {
			r.t.Fatalf("a file with national ids was taken as %s, want review although publication was asked", i.State)
		}
		for _, reason := range []string{"", "  "} {
			if _, err := r.PublishWith(r.ctx, i.Version, reason); !errors.Is(err, fault.Invalid) {
				r.t.Errorf("PublishWith(%q) = %v, want invalid", reason, err)
			}
		}
		v, err := r.PublishWith(r.ctx, i.Version, "公職人員財產申報法第 6 條")
		if err != nil || v.Number != 1 {
			r.t.Fatalf("PublishWith(reason) = %d, %v", v.Number, err)
		}
		if n := r.count(`SELECT count(*) FROM opendata_version WHERE signed = ?`, "公職人員財產申報法第 6 條"); n != 1 {
			r.t.Error("the signed reason was not kept")
		}
		if _, err := r.Publish(r.ctx, v.ID); err != nil {
			r.t.Errorf("Publish() again = %v, want nothing to change", err)
		}
	})
}

func TestSameDeliveryTwiceIsUnchanged(t *testing.T) {
	each(t, func(r *rig) {
		v := r.published("s.csv", shelters, opendata.Wish{Slug: "ss"})
		i := r.send("s.csv", shelters, opendata.Wish{Slug: "ss", Publish: true})
		if i.State != opendata.Done || i.Stage != "unchanged" || i.Version != v.ID {
			r.t.Errorf("second delivery = %s/%s of %s, want unchanged of %s", i.State, i.Stage, i.Version, v.ID)
		}
		if n := len(r.tables()); n != 1 { // the table of the second reading stayed for ever
			r.t.Errorf("%d tables, want one", n)
		}
		if kinds, _ := r.facts(); len(kinds) != 2 {
			r.t.Errorf("facts = %v, want two of the first delivery", kinds)
		}
	})
}

// An earlier file, delivered again, corrects the one after it.
func TestEarlierFileDeliveredAgainIsNew(t *testing.T) {
	each(t, func(r *rig) {
		r.published("a.csv", shelters, opendata.Wish{Slug: "ss"})
		r.published("b.csv", shelters+"0004,安平區,1\n", opendata.Wish{Slug: "ss"})
		if v := r.published("a.csv", shelters, opendata.Wish{Slug: "ss"}); v.Number != 3 || v.Rows != 3 {
			r.t.Errorf("the correction became version %d with %d rows, want 3 with 3", v.Number, v.Rows)
		}
	})
}

// A page that was left open sends its once again, with another file.
func TestSameFormOtherFileIsAnotherImport(t *testing.T) {
	each(t, func(r *rig) {
		send := func(name, body string) string {
			i, err := r.Receive(r.ctx, strings.NewReader(body), opendata.Order{Agency: mine, FileName: name, Once: "o"})
			if err != nil {
				r.t.Fatal(err)
			}
			return i.ID
		}
		one, again, other := send("a.csv", shelters), send("a.csv", shelters), send("b.csv", shelters+"0004,安平區,1\n")
		if one != again || one == other {
			r.t.Errorf("imports %s, %s, %s: want the first two alike and the third apart", one, again, other)
		}
	})
}

// A dataset that has nothing left says why.
func TestWithdrawnDatasetSaysWhy(t *testing.T) {
	each(t, func(r *rig) {
		v := r.published("a.csv", shelters, opendata.Wish{Slug: "ss"})
		if err := r.Withdraw(r.ctx, v.ID, civic.Text{ZhTW: "數字有誤", En: "wrong figures"}); err != nil {
			r.t.Fatal(err)
		}
		if _, _, _, err := r.At(t.Context(), "ss", 0); !errors.Is(err, fault.Gone) || !strings.Contains(err.Error(), "wrong figures") {
			r.t.Errorf("At() = %v, want gone with the reason", err)
		}
	})
}

func TestWithdraw(t *testing.T) {
	each(t, func(r *rig) {
		one := r.published("1.csv", "a,b\n1,x\n2,y\n", opendata.Wish{Slug: "ss"})
		two := r.published("2.csv", "a,b\n3,x\n4,y\n", opendata.Wish{Slug: "ss"})
		if err := r.Withdraw(r.ctx, two.ID, civic.Text{}); !errors.Is(err, fault.Invalid) {
			r.t.Errorf("Withdraw() without a reason = %v, want invalid", err)
		}
		if err := r.Withdraw(r.ctx, two.ID, civic.Text{ZhTW: "數字有誤"}); err != nil {
			r.t.Fatal(err)
		}
		if err := r.Withdraw(r.ctx, two.ID, civic.Text{ZhTW: "再一次"}); !errors.Is(err, fault.Conflict) {
			r.t.Errorf("Withdraw() twice = %v, want conflict", err)
		}
		if _, err := r.Publish(r.ctx, two.ID); !errors.Is(err, fault.Conflict) {
			r.t.Errorf("Publish() of what was withdrawn = %v, want conflict", err)
		}
		_, _, _, err := r.At(t.Context(), "ss", 2)
		if !errors.Is(err, fault.Gone) || !strings.Contains(err.Error(), "數字有誤") {
			r.t.Errorf("At(2) = %v, want gone with the reason", err)
		}
		if _, _, v, err := r.At(t.Context(), "ss", 0); err != nil || v.ID != one.ID {
			r.t.Errorf("At(0) = version %d, %v; want version 1", v.Number, err)
		}
		three := r.published("3.csv", "a,b\n5,x\n6,y\n", opendata.Wish{Slug: "ss"})
		if three.Number != 3 {
			r.t.Errorf("the next version is %d, want 3: a number is never given twice", three.Number)
		}
	})
}

// TestTwoImportsOneSlug: both chose the same free slug, and the second failed.
func TestTwoImportsOneSlug(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := openRig(t, d, t.TempDir(), opendata.Config{})
		const n = 6
		var all sync.WaitGroup
		got := make([]string, n)
		for k := range n {
			all.Go(func() {
				i, err := r.Receive(r.ctx, strings.NewReader(fmt.Sprintf("a\n%d\n", k)), opendata.Order{Agency: mine, FileName: "same.csv"})
				if err == nil {
					i, err = r.Work(r.ctx, i.ID)
				}
				if err != nil || i.State != opendata.InReview {
					t.Errorf("import %d = %s %+v, %v", k, i.State, i.Problem, err)
					return
				}
				d, _, err := r.DraftOf(r.ctx, i)
				if err != nil {
					t.Error(err)
				}
				got[k] = d.Slug
			})
		}
		all.Wait()
		slices.Sort(got)
		want := []string{"same", "same-2", "same-3", "same-4", "same-5", "same-6"}
		if !slices.Equal(got, want) {
			t.Errorf("slugs = %v, want %v", got, want)
		}
	})
}
