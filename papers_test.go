package gongdao_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/papers"
)

func tests(t *testing.T) map[string]bool {
	t.Helper()
	all, err := papers.Tests(".")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// named fails t unless every test that a cell of a paper names exists, and at
// least one is named.
func named(t *testing.T, all map[string]bool, where, cell string) {
	t.Helper()
	names := papers.Quoted(cell)
	if len(names) == 0 {
		t.Errorf("%s names no test: write it as `directory.TestName`", where)
	}
	for _, name := range names {
		if !all[name] {
			t.Errorf("%s names the test %s, which does not exist", where, name)
		}
	}
}

var (
	adrName   = regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.md$`)
	adrStatus = regexp.MustCompile(`^(Proposed|Accepted|Rejected|Superseded by (\d+))\.?( \(.*\))?$`)
)

func TestADRs(t *testing.T) {
	files, err := filepath.Glob("docs/adr/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob() = %d decisions, %v", len(files), err)
	}
	numbers := map[int]string{}
	for _, file := range files {
		m := adrName.FindStringSubmatch(filepath.Base(file))
		if m == nil {
			t.Errorf("%s is not named NNNN-title.md", file)
			continue
		}
		n, _ := strconv.Atoi(m[1])
		if other, ok := numbers[n]; ok {
			t.Errorf("%s and %s have the same number", file, other)
		}
		numbers[n] = file
	}
	for _, file := range files {
		text := read(t, file)
		if !strings.HasPrefix(text, "# ") {
			t.Errorf("%s does not begin with its title", file)
		}
		at := -1
		for _, part := range []string{"Status", "Context", "Decision", "Consequences"} {
			i := strings.Index(text, "\n## "+part+"\n")
			if i < 0 || i < at {
				t.Errorf("%s lacks %q in its place: Status, Context, Decision, Consequences", file, "## "+part)
			}
			at = max(at, i)
		}
		status := strings.TrimSpace(section(text, "Status"))
		m := adrStatus.FindStringSubmatch(status)
		if m == nil {
			t.Errorf("%s has the status %q, want Proposed, Accepted, Rejected or Superseded by N", file, status)
			continue
		}
		if n, _ := strconv.Atoi(m[2]); m[2] != "" && numbers[n] == "" {
			t.Errorf("%s is superseded by %d, which does not exist", file, n)
		}
	}
	for n := 1; n <= len(numbers); n++ {
		if numbers[n] == "" {
			t.Errorf("decision %04d is missing: numbers have no holes", n)
		}
	}
}

// section returns what stands below "## title".
func section(text, title string) string {
	_, text, _ = strings.Cut(text, "\n## "+title+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// TestPolicyMap: each phrase of the policy leads to a room, a route of that
// room, and a test.
func TestPolicyMap(t *testing.T) {
	const file = "docs/policy-map.md"
	table, ok := papers.With(papers.Tables(read(t, file)), "phrase", "in english", "room", "route", "test")
	if !ok || len(table.Rows) == 0 {
		t.Fatalf("%s has no table with phrase, in English, room, route and test", file)
	}
	routes, ok := papers.With(papers.Tables(read(t, "docs/reference/routes.md")), "route", "who")
	if !ok {
		t.Fatal("docs/reference/routes.md has no table of routes")
	}
	known := map[string]bool{}
	for _, row := range routes.Rows {
		known[strings.Trim(row["route"], "`")] = true
	}
	all := tests(t)
	for _, row := range table.Rows {
		where := file + ": " + row["phrase"]
		if row["phrase"] == "" || row["in english"] == "" {
			t.Errorf("%s: the phrase stands in both languages", where)
		}
		rooms := papers.Quoted(row["room"])
		if len(rooms) != 1 || !isDir(rooms[0]) {
			t.Errorf("%s names the room %q, which does not exist", where, row["room"])
			continue
		}
		if len(papers.Quoted(row["route"])) == 0 {
			t.Errorf("%s names no route", where)
		}
		for _, route := range papers.Quoted(row["route"]) {
			if !known[route] || !strings.HasPrefix(route, rooms[0]+".") {
				t.Errorf("%s names the route %s, which %s does not have", where, route, rooms[0])
			}
		}
		named(t, all, where, row["test"])
	}
	for room := range roomStatus(t) {
		if isDir(room) && !slices.ContainsFunc(table.Rows, func(r papers.Row) bool { return r["room"] == "`"+room+"`" }) {
			t.Errorf("%s does not name the room %s", file, room)
		}
	}
}

var createTable = regexp.MustCompile(`(?i)CREATE\s+(?:VIRTUAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_][a-z0-9_]*)`)

// tablesOfSchemas returns every table that a schema of ours creates.
func tablesOfSchemas(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, file := range sqlFiles(t) {
		for _, m := range createTable.FindAllStringSubmatch(read(t, file), -1) {
			found[m[1]] = file
		}
	}
	if len(found) == 0 {
		t.Fatal("no schema creates a table")
	}
	return found
}

func sqlFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*/schema/*.sql", "internal/*/schema/*.sql"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

// TestTrust: for each store, who may write it, what somebody who means ill
// could do with that, and what would notice.
func TestTrust(t *testing.T) {
	const file = "docs/trust.md"
	table, ok := papers.With(papers.Tables(read(t, file)), "store", "who may write", "what an ill-meaning writer can do", "what notices")
	if !ok {
		t.Fatalf("%s has no table of stores", file)
	}
	all, stores := tests(t), tablesOfSchemas(t)
	covered := map[string]bool{}
	for _, row := range table.Rows {
		where := file + ": " + row["store"]
		for _, column := range table.Columns {
			if row[column] == "" {
				t.Errorf("%s: %s is empty", where, column)
			}
		}
		for _, pattern := range papers.Quoted(row["store"]) {
			if strings.ContainsAny(pattern, "/.") { // a folder or file, not a table
				continue
			}
			hit := false
			for store := range stores {
				if ok, err := path.Match(pattern, store); ok && err == nil {
					hit, covered[store] = true, true
				}
			}
			if !hit {
				t.Errorf("%s names %s, which no schema creates", where, pattern)
			}
		}
		if !strings.HasPrefix(row["what notices"], "nothing") {
			named(t, all, where, row["what notices"])
		}
	}
	for store, schema := range stores {
		if !covered[store] {
			t.Errorf("%s says nothing about %s (%s)", file, store, schema)
		}
	}
}

var invariant = regexp.MustCompile(`(?m)^\s+- ([A-Z][A-Za-z0-9]+): `)

// TestInvariants: what a package comment promises by name, a test of that name shows.
func TestInvariants(t *testing.T) {
	comments, err := papers.Comments(".")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for name := range tests(t) {
		known[name[strings.LastIndex(name, ".")+1:]] = true
	}
	for dir, text := range comments {
		for _, m := range invariant.FindAllStringSubmatch(text, -1) {
			if !known["Test"+m[1]] && !known["Fuzz"+m[1]] {
				t.Errorf("%s promises %s: no test is called Test%s", dir, m[1], m[1])
			}
		}
	}
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// TestReadme: what README.md says of rooms, standards and commands is so.
func TestReadme(t *testing.T) {
	status := roomStatus(t)
	for room, is := range status {
		switch {
		case is != working && is != inWork && is != planned:
			t.Errorf("README.md says %s is %q, want working, in work or planned", room, is)
		case (is == planned) == isDir(room):
			t.Errorf("README.md says %s is %s, and its directory exists: %t", room, is, isDir(room))
		case is == working && !walked(room):
			t.Errorf("README.md says %s works, and no part of the story walks through it", room)
		}
	}
	for _, room := range law[4] {
		if room = strings.TrimSuffix(room, "/..."); status[room] == "" {
			t.Errorf("README.md does not list the room %s", room)
		}
	}
	times, ok := papers.With(papers.Tables(read(t, "README.md")), "cold", "warm")
	if !ok {
		t.Fatal("README.md does not say how long it takes, cold and warm")
	}
	for _, row := range times.Rows {
		if !strings.ContainsAny(row["cold"], "0123456789") || !strings.ContainsAny(row["warm"], "0123456789") {
			t.Errorf("README.md: %v lacks a measured time", row)
		}
	}
}

// TestShownBy: every table of the papers that says by which test a statement is
// shown names tests that exist, and standards with their versions.
func TestShownBy(t *testing.T) {
	all, seen := tests(t), 0
	for _, file := range paperFiles(t) {
		for _, table := range papers.Tables(read(t, file)) {
			for _, row := range table.Rows {
				where := file + ": " + row[table.Columns[0]]
				if cell, ok := row["shown by"]; ok {
					seen++
					named(t, all, where, cell)
				}
				if version, ok := row["version"]; ok && version == "" {
					t.Errorf("%s has no version", where)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("the papers name the tests of %d statements, want the standards of README at least", seen)
	}
}

// paperFiles lists what we wrote for people to read.
func paperFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

func walked(room string) bool {
	return slices.ContainsFunc(story, func(s step) bool {
		return slices.ContainsFunc(s.parts, func(p part) bool { return p.walk != nil && slices.Contains(p.rooms, room) })
	})
}

// TestCommands: every command that the papers show can be typed.
func TestCommands(t *testing.T) {
	program := "bin/gongdao"
	if _, err := os.Stat(program); err != nil {
		program = ""
	}
	typed := 0
	for _, file := range []string{"README.md", "CONTRIBUTING.md", "docs/guide/start.md", "docs/guide/publish.md", "docs/guide/use.md", "docs/guide/operate.md"} {
		for _, block := range papers.Blocks(read(t, file)) {
			if block.Lang != "sh" {
				continue
			}
			for _, line := range strings.Split(block.Text, "\n") {
				line, _, _ = strings.Cut(line, " #")
				words := strings.Fields(line)
				switch {
				case len(words) > 1 && words[0] == "make":
					typed++
					if out, err := exec.Command("make", "-n", words[1]).CombinedOutput(); err != nil {
						t.Errorf("%s: `%s`: %v\n%s", file, line, err, out)
					}
				case len(words) > 1 && words[0] == "bin/gongdao" && program != "":
					typed++
					if out, err := exec.Command(program, append(verb(words[1:]), "--help")...).CombinedOutput(); err != nil {
						t.Errorf("%s: `%s`: %v\n%s", file, line, err, out)
					}
				}
			}
		}
	}
	if typed == 0 {
		t.Error("the papers show no command")
	}
}

// verb returns the words of a command up to its first flag or operand.
func verb(words []string) []string {
	for i, w := range words {
		if !regexp.MustCompile(`^[a-z]+$`).MatchString(w) {
			return words[:i]
		}
	}
	return words
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: what the papers point to inside the repository exists.
func TestLinks(t *testing.T) {
	for _, file := range paperFiles(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			to, _, _ := strings.Cut(m[1], "#")
			if to == "" || strings.Contains(to, ":") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), to)); err != nil {
				t.Errorf("%s links %s, which does not exist", file, to)
			}
		}
	}
}

// TestStyleIsShort: a page that nobody reads to the end rules nobody.
func TestStyleIsShort(t *testing.T) {
	if n := strings.Count(read(t, "STYLE.md"), "\n"); n > 130 {
		t.Errorf("STYLE.md has %d lines, budget 130", n)
	}
}
