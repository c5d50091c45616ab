package gongdao_test

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/internal/cli"
)

// opened opens a house with the settings in an empty folder.
func opened(t *testing.T, cfg gongdao.Config, quiet bool) *gongdao.App {
	t.Helper()
	cfg.Data = filepath.Join(t.TempDir(), "data")
	app, err := gongdao.New(t.Context(), cfg, gongdao.Needs{Now: time.Now, Quiet: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	return app
}

// TestBehindProxy: links carry the name that people type, or, where none is
// set, what a trusted proxy says of the request.
func TestBehindProxy(t *testing.T) {
	for _, tt := range []struct {
		name, origin string
		proxies      []string
		host, want   string
	}{
		{"the origin is set", "https://gov.example", nil, "gov.example", "https://gov.example/"},
		{"by another name", "https://gov.example", nil, "localhost", "https://gov.example/"},
		{"a proxy is believed", "", []string{"192.0.2.0/24", " ::1/128"}, "localhost", "https://localhost/"},
		{"a stranger is not", "", []string{"10.0.0.0/8"}, "localhost", "http://localhost/"},
		{"nobody is trusted", "", nil, "localhost", "http://localhost/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := gongdao.Config{Listen: "127.0.0.1:0", Proxies: tt.proxies}
			cfg.Identity.Origin = tt.origin
			app := opened(t, cfg, false)
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil) // from 192.0.2.1
			r.Host = tt.host
			r.Header.Set("X-Forwarded-Proto", "https")
			w := httptest.NewRecorder()
			app.Web().ServeHTTP(w, r)
			want := `<link rel="canonical" href="` + tt.want + `"`
			if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("GET / of %s = %d, without %s", tt.host, w.Code, want)
			}
		})
	}
}

func TestProxyThatIsNoRange(t *testing.T) {
	cfg := gongdao.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Proxies: []string{"10.0.0.0/8", "10.0.0.1"}}
	_, err := gongdao.New(t.Context(), cfg, gongdao.Needs{Now: time.Now})
	if err == nil || !strings.Contains(err.Error(), `trusted_proxies: "10.0.0.1"`) {
		t.Errorf("New() = %v, want the setting and its value named", err)
	}
}

// TestLinkIsAbsolute: a command without a running program prints a whole address.
func TestLinkIsAbsolute(t *testing.T) {
	for _, tt := range []struct{ listen, origin, want string }{
		{"", "", "http://localhost:8080/signin/link/"},
		{"127.0.0.1:9000", "", "http://localhost:9000/signin/link/"},
		{"127.0.0.1:9000", "https://gov.example", "https://gov.example/signin/link/"},
	} {
		cfg := gongdao.Config{Listen: tt.listen}
		cfg.Identity.Origin = tt.origin
		link, err := opened(t, cfg, true).Enrol(t.Context())
		if err != nil || !strings.HasPrefix(link, tt.want) {
			t.Errorf("link at %q with origin %q = %q, %v; want %s…", tt.listen, tt.origin, link, err, tt.want)
		}
	}
}

// TestBackupsToOnePath: of two backups at once to one path, one is there, whole.
func TestBackupsToOnePath(t *testing.T) {
	app := empty(t, false)
	var backup cli.Command
	for _, c := range gongdao.Commands(func(ctx context.Context, do func(context.Context, *gongdao.App) error) error { return do(ctx, app) }) {
		if c.Name == "backup" {
			backup = c
		}
	}
	keyPath, err := app.Backup(t.Context(), new(bytes.Buffer)) // makes the key
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := backup.Run(t.Context(), &cli.Call{Dir: dir, Args: []string{"b.gongdao"}, Stdout: new(bytes.Buffer)}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 || list[0].Name() != "b.gongdao" {
		t.Fatalf("the folder holds %v, %v; want b.gongdao alone", list, err)
	}
	if st, err := list[0].Info(); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v; want 0600", st.Mode(), err)
	}
	sealed, err := os.Open(filepath.Join(dir, "b.gongdao"))
	if err != nil {
		t.Fatal(err)
	}
	defer sealed.Close()
	key, err := os.ReadFile(keyPath)
	if err != nil {
		t.Fatal(err)
	}
	if err := gongdao.Restore(t.Context(), gongdao.Config{Data: filepath.Join(t.TempDir(), "there")}, sealed, key); err != nil {
		t.Errorf("the backup cannot be restored: %v", err)
	}
}
