package opendata_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/opendata"
)

// TestFactGoldens: stored facts of every release decode; members are added,
// never renamed.
func TestFactGoldens(t *testing.T) {
	const id, dataset, resource, version = "0192f3a0-0000-7000-8000-000000000001", "0192f3a0-0000-7000-8000-000000000002",
		"0192f3a0-0000-7000-8000-000000000003", "0192f3a0-0000-7000-8000-000000000004"
	for _, fact := range []any{
		opendata.DatasetPublished{ID: id, Dataset: dataset, Slug: "shelters", Agency: mine},
		opendata.VersionPublished{ID: id, Dataset: dataset, Resource: resource, Version: version, Number: 3, Agency: mine,
			SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Rows: 1204},
		opendata.VersionWithdrawn{ID: id, Dataset: dataset, Version: version, Agency: mine},
		opendata.DatasetChanged{ID: id, Dataset: dataset},
	} {
		name := reflect.TypeOf(fact).Name()
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", "facts", name+".json")
			got, err := json.MarshalIndent(fact, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			back := reflect.New(reflect.TypeOf(fact))
			d := json.NewDecoder(bytes.NewReader(want))
			d.DisallowUnknownFields()
			if err := d.Decode(back.Interface()); err != nil {
				t.Fatalf("a stored fact does not decode: %v", err)
			}
			if diff := cmp.Diff(fact, back.Elem().Interface()); diff != "" {
				t.Errorf("%s of the golden differs:\n%s", name, diff)
			}
			if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
				t.Errorf("%s is written differently:\n%s", name, diff)
			}
		})
	}
}
