package activity

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

var support = tenant.Person{Name: "Support", UPN: "support@firstup.example", Role: tenant.RoleSupport}

type twin struct {
	Rows []struct {
		TenantID                  string `json:"tenant_id"`
		TenantName                string `json:"tenant_name"`
		Seq                       int64
		Actor, Action, What, Hash string
		Object                    string
		Detail                    map[string]any
	}
	Count int64
	Next  string
}

// some is 80 records of Contoso, 45 of Fabrikam and one of a customer out of reach.
func some(t *testing.T) (contoso, fabrikam, foreign tenant.Tenant, c *webtest.Client) {
	t.Helper()
	f := webtest.NewFleet(t)
	store := audit.NewStore(f.Pool)
	contoso, fabrikam, foreign = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example"), f.Tenant(t, 3, "Foreign", "foreign.example")
	add := func(tid tenant.ID, n int, actor, action string) {
		t.Helper()
		if err := store.Append(t.Context(), tid, audit.Entry{Actor: actor, Action: action, Object: fmt.Sprintf("object-%d", n), Detail: map[string]any{"n": n}}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 80 {
		add(contoso.ID, n, []string{"Adele Vance (adele@contoso.example)", "=cmd()<script>"}[n/79], []string{"consent.link.created", "signin", "something.quite_new"}[n%3])
		if n < 45 {
			add(fabrikam.ID, n, "Tenantry", "consent.read")
		}
	}
	add(foreign.ID, 0, "Tenantry", "consent.read")
	return contoso, fabrikam, foreign, f.Serve(t, support, tenant.Only(contoso.ID, fabrikam.ID), (&Handler{Audit: store, Tenants: f.Tenants}).Mount)
}

// TestList follows each list from page to page: every record in reach once, page, twin and CSV alike.
func TestList(t *testing.T) {
	contoso, fabrikam, foreign, c := some(t)
	for start, want := range map[string]int64{
		"/activity": 125, "/activity?action=consent": 27 + 45, "/activity?action=signin": 27, "/activity?action=staff": 0, "/activity?action=device": 0, "/activity?action=hunting": 0, "/activity?actor=adele": 79, "/activity?q=object-44": 2,
		"/t/" + contoso.ID.String() + "/activity": 80, "/t/" + fabrikam.ID.String() + "/activity": 45,
	} {
		seen := map[string]bool{}
		for next := start; next != ""; {
			var x twin
			c.JSON(next, http.StatusOK, &x)
			html := c.Get(next).Body.String()
			if x.Count != want || strings.Count(html, `scope="row"`) != len(x.Rows) {
				t.Errorf("%s: count %d, want %d; %d rows in the page, %d in the twin", next, x.Count, want, strings.Count(html, `scope="row"`), len(x.Rows))
			}
			if strings.Contains(html, "cmd()<script>") {
				t.Errorf("%s prints an actor as markup", next)
			}
			for _, r := range x.Rows {
				key := fmt.Sprint(r.TenantID, r.Seq)
				if seen[key] || r.TenantID == foreign.ID.String() || r.TenantName == "" || len(r.Hash) != 64 || r.What == "" {
					t.Errorf("%s: %+v comes twice, is out of reach, or lacks something", next, r)
				}
				seen[key] = true
			}
			next = x.Next
		}
		if int64(len(seen)) != want {
			t.Errorf("%s: %d records over all pages, want %d", start, len(seen), want)
		}
		sep := map[bool]string{true: "&", false: "?"}[strings.Contains(start, "?")]
		records, err := csv.NewReader(c.Get(start + sep + "format=csv").Body).ReadAll()
		if err != nil || int64(len(records)-1) != want {
			t.Errorf("%s as CSV: %d lines (%v), want %d", start, len(records)-1, err, want)
		}
		if one := strings.HasPrefix(start, "/t/"); one == strings.Contains(strings.Join(records[0], ","), "Customer") {
			t.Errorf("%s as CSV has the columns %v", start, records[0])
		}
	}
	body := c.Get("/activity?format=csv").Body.String()
	if strings.Contains(body, ",=cmd()") || !strings.Contains(body, ",'=cmd()") {
		t.Error("CSV leaves a formula")
	}
	if w := c.Get("/t/" + foreign.ID.String() + "/activity"); w.Code != http.StatusNotFound {
		t.Errorf("the records of a customer out of reach: %d, want 404", w.Code)
	}
	if html := c.Get("/activity?q=object-79").Body.String(); !strings.Contains(html, "=cmd()&lt;script&gt;") || !strings.Contains(html, "Signed in") {
		t.Error("a record is not shown in words, or its actor is lost")
	}
	if html := c.Get("/activity?action=staff").Body.String(); !strings.Contains(html, "No record matches") {
		t.Error("a filter that matches nothing does not say so")
	}
}

func TestRefuses(t *testing.T) {
	_, _, _, c := some(t)
	for _, query := range []string{"sort=actor", "action=everything", "after=!!!", "after=eyJzIjoiIiwibiI6MSwiYyI6ImdvbmUifQ", "after=eyJzIjoiIiwibiI6MSwiYyI6IngxIHgyIHgzIn0", "format=xml", "q=%00", "actor=%ff"} {
		if w := c.Get("/activity?" + query); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "<h1") {
			t.Errorf("%s: %d, want 400 with a heading", query, w.Code)
		}
		c.JSON("/activity?"+query, http.StatusBadRequest, nil)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("2026-11-21T02:51:44Z c0000000-0000-4000-8000-000000000001 7")
	f.Add("  ")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCursor(s)
		if err != nil || s == "" {
			return
		}
		if again, err := parseCursor(cursor(c)); err != nil || !again.At.Equal(c.At) || again.Tenant != c.Tenant || again.Seq != c.Seq {
			t.Errorf("%q: %+v, then %+v (%v)", s, c, again, err)
		}
	})
}
