package opendata_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/profile"
)

func TestDiscard(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("ss.csv", shelters, opendata.Wish{})
		for range 2 { // twice is once
			if err := r.Discard(r.ctx, i.ID); err != nil {
				r.t.Fatal(err)
			}
		}
		for table, want := range map[string]int64{"opendata_dataset": 0, "opendata_resource": 0, "opendata_version": 0} {
			if n := r.count(`SELECT count(*) FROM ` + table); n != want {
				r.t.Errorf("%s holds %d rows after discard, want %d", table, n, want)
			}
		}
		if list := r.tables(); len(list) != 0 {
			r.t.Errorf("tables after discard: %v", list)
		}
		// The import's page is still there and names no draft that is gone.
		got, err := r.Import(r.ctx, i.ID)
		if err != nil || got.State != opendata.Discarded || got.Version != "" {
			r.t.Errorf("Import() = %s, version %q, %v; want discarded without a version", got.State, got.Version, err)
		}
		if err := r.Resume(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		if _, err := r.blobs.Stat(r.ctx, i.SHA256); !errors.Is(err, fault.NotFound) {
			r.t.Errorf("the file after the next start: %v, want not found", err)
		}
	})
}

func TestDiscardWhileWaiting(t *testing.T) {
	each(t, func(r *rig) {
		i, err := r.Receive(r.ctx, strings.NewReader(shelters), opendata.Order{Agency: mine, FileName: "x.csv"})
		if err != nil {
			r.t.Fatal(err)
		}
		if err := r.Discard(r.ctx, i.ID); err != nil {
			r.t.Fatal(err)
		}
		if err := r.jobs.Drain(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		if n := r.count(`SELECT count(*) FROM opendata_version`); n != 0 {
			r.t.Errorf("%d versions of a discarded import", n)
		}
	})
}

func TestRepairKeepsTheDescription(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("v.csv", "名稱,值\n甲,1\n乙,約 3\n", opendata.Wish{Slug: "values", Label: "2024", MadeUp: true})
		d, _, err := r.DraftOf(r.ctx, i)
		if err != nil {
			r.t.Fatal(err)
		}
		d.Title, d.Description = civic.Text{ZhTW: "數值", En: "Values"}, civic.Text{ZhTW: "寫好的說明"}
		d.Theme, d.Keywords, d.Frequency, d.Source = "life", []string{"甲", "乙"}, "MONTHLY", civic.Text{ZhTW: "本機關"}
		if err := r.Describe(r.ctx, d); err != nil {
			r.t.Fatal(err)
		}
		if err := r.Repair(r.ctx, i.ID, profile.Fix{Kind: "guess"}); !errors.Is(err, fault.Invalid) {
			r.t.Errorf("Repair(unknown) = %v, want invalid, and the recipe stays as it is", err)
		}
		fix := profile.Fix{Kind: profile.TreatAsMissing, Column: "值", Values: []string{"約 3"}}
		if err := r.Repair(r.ctx, i.ID, fix); err != nil {
			r.t.Fatal(err)
		}
		if i, err = r.Work(r.ctx, i.ID); err != nil || i.State != opendata.InReview {
			r.t.Fatalf("repaired = %s %+v, %v", i.State, i.Problem, err)
		}
		got, v, err := r.DraftOf(r.ctx, i)
		if err != nil {
			r.t.Fatal(err)
		}
		d.ID, d.Revision, d.CreatedAt, d.ChangedAt = got.ID, got.Revision, got.CreatedAt, got.ChangedAt
		if diff := cmp.Diff(d, got); diff != "" {
			r.t.Errorf("what the officer wrote, after the repair:\n%s", diff)
		}
		p, err := r.Profile(r.ctx, v)
		if err != nil || p.Columns[1].Type != profile.TypeInt || v.Label != "2024" {
			r.t.Errorf("column 值 is %s, label %s, %v; want int and 2024", p.Columns[1].Type, v.Label, err)
		}
		if n := len(r.tables()); n != 1 {
			r.t.Errorf("%d tables, want that of the second reading only", n)
		}
	})
}

// TestRepairNeverJoinsAnother: between two readings somebody else's file took
// the slug, and the repaired one became a version of that.
func TestRepairNeverJoinsAnother(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("same.csv", "a,b\n1,2\n", opendata.Wish{})
		if err := r.Repair(r.ctx, i.ID, profile.Fix{Kind: profile.SetType, Column: "a", Type: profile.TypeText}); err != nil {
			r.t.Fatal(err)
		}
		other := r.send("same.csv", "x\n9\n", opendata.Wish{})
		i, err := r.Work(r.ctx, i.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		one, _, _ := r.DraftOf(r.ctx, i)
		two, _, _ := r.DraftOf(r.ctx, other)
		if one.ID == two.ID || one.Slug != "same-2" {
			r.t.Errorf("the repaired file is in %s, the other in %s; want same-2 and same", one.Slug, two.Slug)
		}
	})
}

// TestRepairIsReviewed: a refused file of the command line was published
// unseen when an officer repaired it.
func TestRepairIsReviewed(t *testing.T) {
	each(t, func(r *rig) {
		body := "\xa5\xd2,\xad\xc8\n\xa4\x40\xff\xff,1\n" // Big5 with bytes that are none
		i := r.send("x.csv", body, opendata.Wish{Publish: true})
		if i.State != opendata.Refused {
			r.t.Fatalf("state = %s, want refused", i.State)
		}
		if err := r.Repair(r.ctx, i.ID, profile.Fix{Kind: profile.SetEncoding, Encoding: "big5"}); err != nil {
			r.t.Fatal(err)
		}
		if i, _ = r.Work(r.ctx, i.ID); i.State != opendata.Refused && i.State != opendata.InReview {
			r.t.Errorf("repaired = %s, want review (or refused again)", i.State)
		}
	})
}

func TestDescribe(t *testing.T) {
	each(t, func(r *rig) {
		r.published("ss.csv", shelters, opendata.Wish{Slug: "ss"})
		w, err := r.Show(r.ctx, "ss")
		if err != nil {
			r.t.Fatal(err)
		}
		for _, tt := range []struct {
			name string
			edit func(*opendata.Dataset)
			want error
		}{
			{"an older state", func(d *opendata.Dataset) { d.Revision-- }, fault.Stale},
			{"no title", func(d *opendata.Dataset) { d.Title = civic.Text{} }, fault.Invalid},
			{"a title that is too long", func(d *opendata.Dataset) { d.Title.ZhTW = strings.Repeat("長", 256) }, fault.Invalid},
			{"an unknown theme", func(d *opendata.Dataset) { d.Theme = "nonsense" }, fault.Invalid},
			{"fifty-one keywords", func(d *opendata.Dataset) { d.Keywords = make([]string, 51) }, fault.Invalid},
			{"a good title", func(d *opendata.Dataset) { d.Title.En = "Shelters" }, nil},
			{"the state before the last change", func(d *opendata.Dataset) {}, fault.Stale},
		} {
			d := w.Dataset
			tt.edit(&d)
			if err := r.Describe(r.ctx, d); !errors.Is(err, tt.want) {
				r.t.Errorf("Describe() with %s = %v, want %v", tt.name, err, tt.want)
			}
		}
		d := w.Dataset
		d.ID = "0192-nothing"
		if err := r.Describe(r.ctx, d); !errors.Is(err, fault.NotFound) {
			r.t.Errorf("Describe() of nothing = %v, want not found", err)
		}
	})
}

func TestMadeUpStaysLabelled(t *testing.T) {
	each(t, func(r *rig) {
		r.published("ss.csv", shelters, opendata.Wish{Slug: "ss", MadeUp: true})
		w, _ := r.Show(r.ctx, "ss")
		d := w.Dataset
		d.MadeUp, d.Title.En = false, "Real, honestly"
		if err := r.Describe(r.ctx, d); err != nil {
			r.t.Fatal(err)
		}
		if w, _ = r.Show(r.ctx, "ss"); !w.Dataset.MadeUp {
			r.t.Error("made-up figures lost their label")
		}
	})
}

func TestOnceIsOneImport(t *testing.T) {
	each(t, func(r *rig) {
		var ids []string
		for range 2 {
			i, err := r.Receive(r.ctx, strings.NewReader(shelters), opendata.Order{Agency: mine, FileName: "x.csv", Once: "o-1/form-7"})
			if err != nil {
				r.t.Fatal(err)
			}
			ids = append(ids, i.ID)
		}
		if ids[0] != ids[1] {
			r.t.Errorf("two submits of one form are imports %v, want one", ids)
		}
		if n := r.count(`SELECT count(*) FROM river_job WHERE kind = 'opendata.import'`); n != 1 {
			r.t.Errorf("%d jobs, want one", n)
		}
	})
}

// TestEveryImportEnds: an import whose reading always failed on our side stayed
// "working" for ever.
func TestEveryImportEnds(t *testing.T) {
	each(t, func(r *rig) {
		i, err := r.Receive(r.ctx, strings.NewReader(shelters), opendata.Order{Agency: mine, FileName: "x.csv"})
		if err != nil {
			r.t.Fatal(err)
		}
		if err := os.Remove(r.blobs.Path(i.SHA256)); err != nil { // as a damaged disk might
			r.t.Fatal(err)
		}
		for n := range 4 {
			if err := r.jobs.Drain(r.ctx); err == nil {
				r.t.Fatalf("try %d succeeded without the file", n+1)
			}
			if i, _ = r.Import(r.ctx, i.ID); i.State != opendata.Working {
				r.t.Fatalf("after try %d the import is %s, want working", n+1, i.State)
			}
		}
		if err := r.jobs.Drain(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		i, _ = r.Import(r.ctx, i.ID)
		if i.State != opendata.Refused || i.Problem == nil || i.Problem.Code != "opendata.import-given-up" {
			r.t.Fatalf("after the last try the import is %s %+v, want refused with a reason", i.State, i.Problem)
		}
		if strings.Contains(i.Problem.Text.En, r.dir) || i.Problem.Text.ZhTW == "" {
			r.t.Errorf("the problem is %+v, want sentences without internals", i.Problem.Text)
		}
	})
}

func TestImportThatKillsTheProgramIsReported(t *testing.T) {
	each(t, func(r *rig) {
		i, err := r.Receive(r.ctx, strings.NewReader(shelters), opendata.Order{Agency: mine, FileName: "x.csv"})
		if err != nil {
			r.t.Fatal(err)
		}
		if err := r.db.Write(r.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE opendata_import SET state = 'working', tries = 10 WHERE id = ?`, i.ID)
			return err
		}); err != nil {
			r.t.Fatal(err)
		}
		if i, err = r.Work(r.ctx, i.ID); err != nil || i.State != opendata.Refused {
			r.t.Errorf("begun ten times = %s, %v; want refused", i.State, err)
		}
	})
}

// TestStoppedImportWaits: a graceful stop is no failure of the import.
func TestStoppedImportWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := openRig(t, d, t.TempDir(), opendata.Config{})
		i, err := r.Receive(r.ctx, strings.NewReader(big(200_000)), opendata.Order{Agency: mine, FileName: "x.csv"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := withStop(r.ctx, 150*time.Millisecond)
		defer stop()
		if _, err := r.Work(ctx, i.ID); err == nil {
			t.Fatal("the import ended before it was stopped; make the file larger")
		}
		if i, _ = r.Import(r.ctx, i.ID); i.State != opendata.Waiting || i.Tries != 0 {
			t.Errorf("stopped import = %s after %d tries, want waiting after none", i.State, i.Tries)
		}
	})
}

// TestLostDraftIsReadAgain: a draft that was discarded while a backup was
// written comes back without its table.
func TestLostDraftIsReadAgain(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("x.csv", shelters, opendata.Wish{Slug: "xx"})
		if err := os.Remove(filepath.Join(r.dir, "table", i.Version+".parquet")); err != nil {
			r.t.Fatal(err)
		}
		if err := r.Resume(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		if err := r.jobs.Drain(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		got, err := r.Import(r.ctx, i.ID)
		if err != nil || got.State != opendata.InReview || got.Version == i.Version {
			r.t.Fatalf("after the start the import is %s of %s, %v; want a new draft", got.State, got.Version, err)
		}
		if _, err := r.Publish(r.ctx, got.Version); err != nil {
			r.t.Error(err)
		}
	})
}

func TestFindAfterPublish(t *testing.T) {
	each(t, func(r *rig) {
		r.published("ss.csv", shelters, opendata.Wish{Slug: "ss", Title: civic.Text{ZhTW: "臺南市收容所", En: "Shelters"}})
		w, _ := r.Show(r.ctx, "ss")
		for range 2 { // idempotent
			if err := r.Reindex(r.ctx, w.Dataset.ID); err != nil {
				r.t.Fatal(err)
			}
		}
		for _, words := range []string{"台南", "收容", "shelters", "人數", "我們"} {
			found, err := r.Find(r.ctx, opendata.Find{Words: words})
			if err != nil || found.Total != 1 || len(found.Cards) != 1 || found.Cards[0].Dataset.Slug != "ss" {
				r.t.Errorf("Find(%s) = %d, %v; want the one dataset", words, found.Total, err)
			}
		}
		if err := r.Withdraw(r.ctx, w.Tables[0].Latest.ID, civic.Text{En: "wrong"}); err != nil {
			r.t.Fatal(err)
		}
		if err := r.Reindex(r.ctx, w.Dataset.ID); err != nil {
			r.t.Fatal(err)
		}
		if found, err := r.Find(r.ctx, opendata.Find{Words: "收容"}); err != nil || found.Total != 0 {
			r.t.Errorf("Find() after everything was withdrawn = %d, %v; want none", found.Total, err)
		}
	})
}

// TestDamagedDatasetHidesNoOther: one missing profile kept the program from starting.
func TestDamagedDatasetHidesNoOther(t *testing.T) {
	each(t, func(r *rig) {
		bad := r.published("bad.csv", "a,b\n1,2\n", opendata.Wish{Slug: "bad"})
		r.published("good.csv", shelters, opendata.Wish{Slug: "good"})
		if err := os.Remove(r.blobs.Path(bad.Profile)); err != nil {
			r.t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			r.t.Fatal(err)
		}
		next := openRig(r.t, r.db, r.dir, opendata.Config{})
		if err := next.Resume(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		found, err := next.Find(r.ctx, opendata.Find{})
		if err != nil || found.Total != 1 || found.Cards[0].Dataset.Slug != "good" {
			r.t.Errorf("Find() = %d, %v; want the good dataset", found.Total, err)
		}
	})
}

// TestRefusedFileIsKeptAMonth: its publisher may repair it.
func TestRefusedFileIsKeptAMonth(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("page.csv", "<!DOCTYPE html><html></html>", opendata.Wish{})
		for _, tt := range []struct {
			age  time.Duration
			kept bool
		}{{0, true}, {20 * 24 * time.Hour, true}, {40 * 24 * time.Hour, false}} {
			if err := r.db.Write(r.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE opendata_import SET changed_at = ? WHERE id = ?`, tx.Now().Add(-tt.age).Format(db.StampLayout), i.ID)
				return err
			}); err != nil {
				r.t.Fatal(err)
			}
			if err := r.Resume(r.ctx); err != nil {
				r.t.Fatal(err)
			}
			if _, err := r.blobs.Stat(r.ctx, i.SHA256); (err == nil) != tt.kept {
				r.t.Errorf("refused %v ago: %v, want kept %t", tt.age, err, tt.kept)
			}
		}
	})
}

func TestImportsAreListedNewestFirst(t *testing.T) {
	each(t, func(r *rig) {
		var want []string
		for _, name := range []string{"a.csv", "b.csv", "c.csv"} {
			i, err := r.Receive(r.ctx, strings.NewReader(shelters), opendata.Order{Agency: mine, FileName: name})
			if err != nil {
				r.t.Fatal(err)
			}
			want = append(want, i.ID)
		}
		slices.Reverse(want)
		list, err := r.Imports(r.ctx, mine, 2)
		var got []string
		for _, i := range list {
			got = append(got, i.ID)
		}
		if err != nil || !slices.Equal(got, want[:2]) {
			r.t.Errorf("Imports(2) = %v, %v; want %v", got, err, want[:2])
		}
	})
}
