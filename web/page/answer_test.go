package page_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

func TestWantsJSON(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "text/html": false, "application/json": true, "application/json;charset=utf-8": true,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": false,
		"application/json, text/html":                                     true,
		"text/html, application/json":                                     false,
		"text/html;q=0.5, application/json":                               true,
		"application/json;q=0.5, text/html":                               false,
		"application/json, */*":                                           true,
		"*/*, application/json":                                           false,
		"application/json;q=0":                                            false,
		"application/json;q=oops":                                         true,
		"APPLICATION/JSON":                                                true,
		"image/png, application/json":                                     true,
		"application/problem+json":                                        false,
		";;;,, application/json":                                          true,
		"/":                                                               false,
	} {
		r := httptest.NewRequest("GET", "/x", nil)
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		if got := page.WantsJSON(r); got != want {
			t.Errorf("Accept %q: %v, want %v", accept, got, want)
		}
	}
	r := httptest.NewRequest("GET", "/x", nil)
	r.Header["Accept"] = []string{"application/json;q=0.1", "text/html"}
	if page.WantsJSON(r) {
		t.Error("the second of two Accept headers does not count")
	}
}

func TestAnswerHasTwoForms(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page.Answer(w, r, map[string]string{"name": "DESK-1"}, templ.Raw("<h1>DESK-1</h1>"))
	}))
	t.Cleanup(srv.Close)
	for accept, want := range map[string][2]string{"text/html": {"text/html; charset=utf-8", "<h1>DESK-1</h1>"}, "application/json": {"application/json; charset=utf-8", `{"name":"DESK-1"}` + "\n"}} {
		for _, method := range []string{"GET", "HEAD"} {
			req, _ := http.NewRequestWithContext(t.Context(), method, srv.URL, nil)
			req.Header.Set("Accept", accept)
			res, err := srv.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			res.Body.Close()
			wantBody := want[1]
			if method == "HEAD" {
				wantBody = ""
			}
			if res.StatusCode != 200 || res.Header.Get("Content-Type") != want[0] || string(body) != wantBody || res.Header.Get("Content-Length") != strconv.Itoa(len(want[1])) {
				t.Errorf("%s as %s: %d %v %q", method, accept, res.StatusCode, res.Header, body)
			}
			if res.Header.Get("Vary") != "Accept" || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s as %s: Vary %q, Cache-Control %q", method, accept, res.Header.Get("Vary"), res.Header.Get("Cache-Control"))
			}
		}
	}
}

// TestRenderAllOrNothing holds that a component that fails half-way leaves nothing of a page behind.
func TestRenderAllOrNothing(t *testing.T) {
	broken := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		io.WriteString(w, "<h1>half")
		return errors.New("broken")
	})
	w := httptest.NewRecorder()
	if err := page.Render(w, httptest.NewRequest("GET", "/x", nil), 200, broken); err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("error %v, body %q, header %v", err, w.Body, w.Header())
	}
}

func TestDoneLeavesASentence(t *testing.T) {
	var said []page.Flash
	r := httptest.NewRequest("POST", "/x", nil)
	w := httptest.NewRecorder()
	page.Done(w, r, "/y", page.Flash{Title: "lost"}) // without a session
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/y" {
		t.Errorf("without a session: %d to %q", w.Code, w.Header().Get("Location"))
	}
	keep := func(_ context.Context, f page.Flash) error {
		said = append(said, f)
		return errors.New("the store is away")
	}
	w = httptest.NewRecorder()
	page.Done(w, r.WithContext(page.WithChrome(r.Context(), page.Chrome{Say: keep})), "/y", page.Flash{Title: "Reading now."})
	if w.Code != http.StatusSeeOther || len(said) != 1 || said[0].Title != "Reading now." {
		t.Errorf("%d, said %v", w.Code, said)
	}
}

type thing struct{ Name string }

var thingList = page.Spec{Sorts: []string{"name"}}

func serveThings(t *testing.T, target, accept, next string, live bool, each iter.Seq2[thing, error], things ...thing) (*httptest.ResponseRecorder, error) {
	t.Helper()
	r := httptest.NewRequest("GET", target, nil)
	r.Header.Set("Accept", accept)
	q, err := thingList.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	l := page.List[thing]{
		Title: "Things", One: "thing", Many: "things", Query: q, Spec: thingList, Rows: things, Count: int64(len(things)), Next: next, Live: live,
		M:       tenant.Membership{Person: tenant.Person{Role: tenant.RoleOwner}, Reach: tenant.Everything(), Scope: tenant.Everything()},
		Columns: []page.Column[thing]{{Key: "name", Label: "Name", Text: func(x thing) string { return x.Name }}},
		Empty:   ui.Empty{Kind: ui.EmptyNone, Title: "No things"},
	}
	if each != nil {
		l.Each = func(context.Context) iter.Seq2[thing, error] { return each }
	}
	w := httptest.NewRecorder()
	return w, l.Serve(w, r)
}

// TestFileSaysHowFarItGoes: what is taken away from a page says of when it is, and what is not in it because it was not read.
func TestFileSaysHowFarItGoes(t *testing.T) {
	at := time.Date(2026, 11, 21, 2, 51, 44, 0, time.FixedZone("", 3600))
	contosoID, err := tenant.ParseID("c0000000-0000-4000-8000-000000000001")
	if err != nil {
		t.Fatal(err)
	}
	contoso := tenant.Membership{Tenant: tenant.Tenant{ID: contosoID, DefaultDomain: "contoso.example"}, Scope: tenant.Only(contosoID)}
	for want, l := range map[string]page.List[thing]{
		"things":                      {},
		"things-as-of-20261121T0151Z": {AsOf: at, Freshness: ui.Freshness{Never: "Not read yet"}},
		"things-contoso.example-as-of-20261121T0151Z":       {AsOf: at, M: contoso},
		"things-contoso.example-not-read":                   {M: contoso, Freshness: ui.Freshness{Never: "Not read yet"}},
		"things-from-2-of-3-customers-as-of-20261121T0151Z": {AsOf: at, Freshness: ui.Freshness{Never: "Not read yet", Part: "from 2 of 3 customers"}},
	} {
		for _, kind := range []string{"csv", "xlsx"} {
			r := httptest.NewRequest("GET", "/things?format="+kind, nil)
			q, err := thingList.Parse(r.URL)
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			l.Many, l.Query, l.Spec = "things", q, thingList
			l.Columns = []page.Column[thing]{{Key: "name", Label: "Name", Text: func(x thing) string { return x.Name }}}
			if err := l.Serve(w, r); err != nil {
				t.Fatal(err)
			}
			if got := w.Header().Get("Content-Disposition"); got != "attachment; filename="+want+"."+kind {
				t.Errorf("%s, want %s.%s", got, want, kind)
			}
		}
	}
}

func TestListForms(t *testing.T) {
	hostile := []thing{{"=1+1"}, {"<script>x</script>"}, {"-5"}, {"@SUM(A1)"}, {"a,\"b\"\nc"}}
	w, err := serveThings(t, "/things?format=csv", "text/html", "", false, nil, hostile...)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(w.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var cells []string
	for _, r := range records {
		cells = append(cells, r...)
	}
	if got, want := strings.Join(cells, "|"), "Name|'=1+1|<script>x</script>|-5|'@SUM(A1)|a,\"b\"\nc"; got != want {
		t.Errorf("CSV: %q, want %q", got, want)
	}
	if w.Header().Get("Content-Disposition") != "attachment; filename=things.csv" || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Vary") != "Accept" {
		t.Errorf("CSV: %v", w.Header())
	}

	w, _ = serveThings(t, "/things", "application/json", "", false, nil)
	if got := w.Body.String(); got != `{"rows":[],"count":0,"next":"","as_of":null}`+"\n" {
		t.Errorf("empty twin: %s", got)
	}
	w, _ = serveThings(t, "/things?sort=-name", "application/json", "cursor", false, nil, hostile...)
	var twin struct {
		Rows []thing
		Next string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &twin); err != nil || len(twin.Rows) != len(hostile) || !strings.HasPrefix(twin.Next, "/things?after=") {
		t.Errorf("twin: %v %+v", err, twin)
	}
	w, _ = serveThings(t, "/things?sort=-name", "text/html", "cursor", false, nil, hostile...)
	if body := w.Body.String(); strings.Contains(body, "<script>x") || !strings.Contains(body, `rel="next" href="`+strings.ReplaceAll(twin.Next, "&", "&amp;")) || strings.Contains(body, "hx-trigger=\"every") {
		t.Error("the page shows a name as markup, lacks its next page, or renews itself for nothing")
	}
	w, _ = serveThings(t, twin.Next, "text/html", "", true, nil, hostile...)
	for _, want := range []string{"First page", `hx-get="` + strings.ReplaceAll(twin.Next, "&", "&amp;") + `"`, `hx-trigger="every 2s"`, `http-equiv="refresh"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("a later page of something under way lacks %q", want)
		}
	}
	if strings.Contains(w.Body.String(), `rel="prev"`) || strings.Contains(w.Body.String(), "data-refresh") {
		t.Error("a later page calls the first one the page before, or reloads itself beside renewing its rows")
	}
}

// TestExportThatFails holds that a failure before the first row is an error page, and one later breaks the connection.
func TestExportThatFails(t *testing.T) {
	failing := func(after int) iter.Seq2[thing, error] {
		return func(yield func(thing, error) bool) {
			for range after {
				if !yield(thing{"x"}, nil) {
					return
				}
			}
			yield(thing{}, errs.Unavailable)
		}
	}
	if w, err := serveThings(t, "/things?format=csv", "text/html", "", false, failing(0)); !errors.Is(err, errs.Unavailable) || w.Body.Len() > 0 {
		t.Errorf("before the first row: %v, %q", err, w.Body)
	}
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("after the first row: %v, want the connection to break", v)
		}
	}()
	serveThings(t, "/things?format=csv", "text/html", "", false, failing(3))
}
