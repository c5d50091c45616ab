package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
)

type ask1 struct {
	Once string `form:"once"`
	Name string `form:"name"`
	Age  int    `form:"age"`
}

// askForm draws what was typed, what is wrong, and the once field.
func askForm(in *ask1, err error) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		fmt.Fprintf(w, `<form><p>%s</p><input name="name" value="%s">`, wrong(ctx, err), templ.EscapeString(in.Name))
		if err := web.Once(in.Once).Render(ctx, w); err != nil {
			return err
		}
		_, werr := io.WriteString(w, "</form>")
		return werr
	})
}

// asking is a form that refuses an empty name, and keeps what it has done by
// the once id, as a room does in its tables.
func asking(done map[string]string) []web.Route {
	do := func(_ context.Context, in *ask1) (templ.SafeURL, error) {
		switch in.Name {
		case "":
			return "", fault.Invalid.Errorf("test.form", "see below").At("name", "test.name", "say your name")
		case "taken":
			return "", fault.Conflict.Errorf("test.taken", "taken")
		case "hidden":
			return "", fault.NotFound.Errorf("test.hidden", "not here")
		}
		if _, twice := done[in.Once]; !twice {
			done[in.Once] = in.Name
		}
		return templ.SafeURL("/done/" + url.PathEscape(done[in.Once])), nil
	}
	return []web.Route{
		{Name: "test.ask", Pattern: "GET /ask", Who: access.Anyone, Doc: "Ask.", Nav: web.Nav{Unlisted: "for the test"},
			Handler: web.Page(func(*http.Request) (templ.Component, error) { return askForm(new(ask1), nil), nil })},
		{Name: "test.asked", Pattern: "POST /ask", Who: access.Anyone, Doc: "Asked.",
			Handler: web.Form(do, func(_ *http.Request, in *ask1, err error) (templ.Component, error) { return askForm(in, err), nil })},
	}
}

func onceIn(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`name="once" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no once field in %s", body)
	}
	return m[1]
}

func TestFormKeepsInput(t *testing.T) {
	w := serve(t, web.Config{}, asking(map[string]string{})...)
	const once = "0190b7c2-8a3e-7d31-9c1e-2f6d5a4b3c21"
	for _, tt := range []struct {
		name, body string
		want       int
		kept       string
	}{
		{"refused", "name=&once=" + once, 422, `value=""`},
		{"in conflict", "name=taken&once=" + once, 409, `value="taken"`},
		{"a number that is none", "name=A%26B&age=x&once=" + once, 422, `value="A&amp;B"`},
		{"accepted", "name=A&once=" + once, 303, ""},
		{"no change of the form would help", "name=hidden", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := ask(t, w, "POST", "/ask", tt.body, "Content-Type", form)
			body := bodyOf(t, res)
			if res.StatusCode != tt.want || !strings.Contains(body, tt.kept) {
				t.Errorf("POST %s = %d, want %d with %s\n%s", tt.body, res.StatusCode, tt.want, tt.kept, body)
			}
			if tt.kept != "" && onceIn(t, body) != once {
				t.Errorf("the once id was %s, is %s", once, onceIn(t, body))
			}
			if res.Header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("Cache-Control %q", res.Header.Get("Cache-Control"))
			}
		})
	}
}

func TestPostTwiceIsOnce(t *testing.T) {
	done := map[string]string{}
	w := serve(t, web.Config{}, asking(done)...)
	res := ask(t, w, "GET", "/ask", "")
	if c := res.Header.Get("Cache-Control"); c != "private, no-store" {
		t.Errorf("a page with a once field is kept: %q", c)
	}
	once := onceIn(t, bodyOf(t, res))
	if !web.IsOnceID(once) {
		t.Errorf("%q is no once id", once)
	}
	if again := onceIn(t, bodyOf(t, ask(t, w, "GET", "/ask", ""))); again == once {
		t.Error("two readers get one id")
	}
	first := ask(t, w, "POST", "/ask", "name=A&once="+once, "Content-Type", form)
	second := ask(t, w, "POST", "/ask", "name=B&once="+once, "Content-Type", form)
	if first.Header.Get("Location") != "/done/A" || second.Header.Get("Location") != "/done/A" || len(done) != 1 {
		t.Errorf("sent twice: %q, %q, done %v", first.Header.Get("Location"), second.Header.Get("Location"), done)
	}
}

func TestFormForHtmx(t *testing.T) {
	w := serve(t, web.Config{}, asking(map[string]string{})...)
	htmx := []string{"Content-Type", form, "HX-Request", "true", "HX-Request-Type", "partial"}
	if res := ask(t, w, "POST", "/ask", "name=A", htmx...); res.StatusCode != 200 || res.Header.Get("HX-Redirect") != "/done/A" {
		t.Errorf("accepted: %d, HX-Redirect %q", res.StatusCode, res.Header.Get("HX-Redirect"))
	}
	if res := ask(t, w, "POST", "/ask", "name=", htmx...); res.StatusCode != 422 || !strings.Contains(bodyOf(t, res), "<form>") {
		t.Errorf("refused: %d", res.StatusCode)
	}
}

func TestFormRefusesWhatIsNoForm(t *testing.T) {
	w := serve(t, web.Config{}, asking(map[string]string{})...)
	for _, tt := range []struct {
		name, ct, body string
		want           int
	}{
		{"JSON", "application/json", "{}", 400},
		{"no content type", "", "name=A", 400},
		{"multipart", "multipart/form-data; boundary=x", "--x--", 400},
		{"NUL", form, "name=%00", 400},
		{"NUL in a name", form, "%00=1&name=A", 400},
		{"no UTF-8", form, "name=%ff", 400},
		{"a broken escape", form, "name=%zz", 400},
		{"10,000 fields", form, strings.Repeat("a=1&", 10_000) + "name=A", 413},
		{"over a megabyte", form, "name=" + strings.Repeat("a", 1<<20), 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if res := ask(t, w, "POST", "/ask", tt.body, "Content-Type", tt.ct); res.StatusCode != tt.want {
				t.Errorf("status %d, want %d", res.StatusCode, tt.want)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	type more struct {
		Embedded string `form:"embedded"`
	}
	type all struct {
		more
		S    string     `form:"s"`
		B    bool       `form:"b"`
		I    int64      `form:"i"`
		F    float64    `form:"f"`
		L    []string   `form:"l"`
		Date civic.Date `form:"date"`
		ID   string     `path:"id"`
		Q    string     `query:"q"`
	}
	var got all
	var gotErr error
	w := serve(t, web.Config{}, web.Route{Name: "test.d", Pattern: "POST /d/{id}", Who: access.Anyone, Doc: "D.",
		Handler: web.Plain(func(_ http.ResponseWriter, r *http.Request) error {
			got = all{}
			gotErr = web.Decode(r, &got)
			return gotErr
		})})
	for _, tt := range []struct {
		name, body string
		want       string
		status     int
	}{
		{"everything", "s= a &b=on&i=12&f=1.5&l=x&l=y&date=2026-11-23&embedded=e", "{{e}  a  true 12 1.5 [x y] 2026-11-23 7 z}", 200},
		{"nothing", "", "{{}  false 0 0 [] 0000-00-00 7 z}", 200},
		{"the last of several", "s=1&s=2&b=false&b=true", "{{} 2 true 0 0 [] 0000-00-00 7 z}", 200},
		{"what is no date", "date=23.11.", "", 422},
		{"what is no number", "i=1.5", "", 422},
		{"what is not finite", "f=NaN", "", 422},
		{"what is endless", "f=1e999", "", 422},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := ask(t, w, "POST", "/d/7?q=z", tt.body, "Content-Type", form)
			if res.StatusCode != tt.status {
				t.Fatalf("status %d, want %d: %v", res.StatusCode, tt.status, gotErr)
			}
			if s := fmt.Sprint(got); tt.status == 200 && s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}

func wrong(ctx context.Context, err error) string {
	var all []string
	for _, e := range ui.ErrorsOf(ctx, err) {
		all = append(all, templ.EscapeString(e.Text))
	}
	return strings.Join(all, " ")
}
