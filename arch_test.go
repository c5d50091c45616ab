package gongdao_test

import (
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/floorplan"
)

// law is the plan of the house: floors from the ground up, arrows only down,
// never sideways. A directory stands here as soon as it exists and no longer
// than it does. "x/..." is one subtree whose parts may import each other.
var law = [][]string{
	// 0, sealed: words every room shares. Standard library only.
	{"civic", "fault"},
	// 1, sealed: pure codecs, each alone.
	{"standards/..."},
	// 2: pipes that know nothing of the web or of background work.
	{
		"internal/access", "internal/blob/...", "internal/config", "internal/datadir", "internal/db/...",
		"internal/i18n/...", "internal/keys/...", "internal/olap/...", "internal/telemetry",
	},
	// 3: facts after commit, jobs, commands, pages.
	{"internal/bus/...", "internal/cli/...", "internal/jobs/...", "internal/web/..."},
	// 4: the rooms. What two of them need together goes through a port, a fact or a link.
	{
		"atlas/...",
		"identity/...",
		"opendata/...",
	},
	// 5: the composition.
	{"."},
	// 6: programs.
	{"cmd/..."},
	// 7: for tests alone; may import anything.
	{"conformance/...", "internal/testkit/..."},
}

// edges are the imports allowed between two codecs of floor 1.
var edges = []floorplan.Edge{}

// owner is a row of owners: module, who may import it, and why only they.
type owner floorplan.Owner

// owners gives every third-party module, and the parts of the standard library
// that are engines, to the few packages that may import it. The reason is what
// the next reader is told, and what makes leaving the module one package wide.
var owners = []owner{
	{"database/sql", []string{"internal/db/...", "internal/jobs"}, "rows have one door, which keeps the two engines alike"},
	{"github.com/jackc/pgx", []string{"internal/db/...", "internal/jobs"}, "rows have one door, which keeps the two engines alike"},
	{"modernc.org/sqlite", []string{"internal/db/..."}, "rows have one door, which keeps the two engines alike"},
	{"github.com/pressly/goose", []string{"internal/db/..."}, "migrations are the database's own business"},
	{"github.com/duckdb", []string{"internal/olap/..."}, "DuckDB runs in child processes that can be killed"},
	{"github.com/landlock-lsm/go-landlock", []string{"internal/olap/..."}, "the sandbox of the child processes is one piece of code"},
	{"github.com/riverqueue/river", []string{"internal/jobs/..."}, "jobs are inserted in the transaction that wants them"},
	{"github.com/klauspost/compress", []string{"internal/web/..."}, "bodies are compressed at the door"},
	{"github.com/nicksnyder/go-i18n", []string{"internal/i18n/..."}, "sentences come from i18n.T"},
	{"github.com/pelletier/go-toml", []string{"internal/config", "internal/i18n/..."}, "files are read strictly, with line numbers"},
	{"github.com/spf13", []string{"internal/cli/..."}, "commands are data"},
	{"github.com/lmittmann/tint", []string{"internal/telemetry"}, "logs without personal data have one maker"},
	{"github.com/prometheus/client_golang", []string{"internal/telemetry"}, "metrics are declared through telemetry"},
	{"github.com/danielgtaylor/huma", []string{"internal/web/..."}, "routes are data; huma stands behind the guard"},
	{"github.com/a-h/templ", []string{"internal/web/...", "atlas/...", "identity/...", "opendata/...", ".", "cmd/gongdao/bench"}, "pages belong to the shell, the rooms and the portal; a bench measures them"},
	{"github.com/go-webauthn/webauthn", []string{"identity/..."}, "passkeys are identity's"},
	{"golang.org/x/sync", []string{"atlas", "."}, "goroutines have one owner that waits for them"},
	{"golang.org/x/sys", []string{"internal/..."}, "the operating system is behind the pipes"},
	{"golang.org/x/text", []string{"internal/i18n/...", "standards/...", "opendata/...", "."}, "encodings and widths are the codecs' business"},
}

// TestFloorPlan is the law of the repository.
func TestFloorPlan(t *testing.T) {
	rows := make([]floorplan.Owner, 0, len(owners))
	for _, o := range owners {
		rows = append(rows, floorplan.Owner(o))
	}
	wrong, err := floorplan.Check(".", floorplan.Plan{
		Module: "github.com/gongdao/gongdao",
		Floors: law,
		Sealed: 1,
		Apart:  "standards",
		Edges:  edges,
		Rooms:  4,
		Open:   7,
		Owners: rows,
		// One clock per process, one reading of it per transaction. Programs own
		// the clock and hand it down; rooms and pipes never ask the machine.
		Clocks:    []string{"cmd/...", "internal/db/...", "internal/telemetry", "internal/testkit/..."},
		Markup:    []string{"internal/web/..."},
		FileLines: 600,
		SumLines:  map[string]int{"civic": 800},
		JunkNames: []string{
			"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "core", "lib",
			"models", "types", "handlers", "manager",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, sentence := range wrong {
		t.Error(sentence)
	}
}
