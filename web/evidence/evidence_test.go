package evidence_test

import (
	"context"
	"encoding/json"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/withdrawal"
	"github.com/tenantry/tenantry/web/evidence"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
)

// cloud is two tenants as Microsoft would show them.
type cloud struct {
	tenants map[string]tenant.ID
	grants  map[tenant.ID]consent.Grants
}

func (c cloud) Discover(_ context.Context, s string) (tenant.ID, error)          { return c.tenants[s], nil }
func (c cloud) AdminConsentURL(tenant.ID, string, string, string, string) string { return "" }
func (c cloud) Forget(tenant.ID)                                                 {}
func (c cloud) ReadGrants(_ context.Context, tid tenant.ID, _ string) (consent.Grants, error) {
	if g, ok := c.grants[tid]; ok {
		return g, nil
	}
	return consent.Grants{}, errs.Unavailable
}

func (c cloud) ReadOther(context.Context, tenant.ID, string, string) (consent.Grants, error) {
	return consent.Grants{}, errs.Unavailable
}

type site struct {
	http.Handler
	as      tenant.Person
	err     error
	pool    *postgres.Pool
	service *withdrawal.Service
	admin   func() (bool, error) // what the tenant says of the person's role
	gone    bool
}

func id(t *testing.T, s string) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

func newSite(t *testing.T) (*site, tenant.ID, tenant.ID) {
	t.Helper()
	home := id(t, "3c4b5a69-7887-4655-8432-100000000009")
	contoso, fabrikam := id(t, "3c4b5a69-7887-4655-8432-100000000001"), id(t, "3c4b5a69-7887-4655-8432-100000000002")
	a, d := permission.Plan(permission.Suggested())
	c := cloud{
		tenants: map[string]tenant.ID{"contoso.example": contoso, "fabrikam.example": fabrikam},
		grants: map[tenant.ID]consent.Grants{contoso: {Held: append(append(a, d...), permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: "Mail.Read"}),
			ApplicationRead: true, DelegatedRead: true}},
	}
	pool := pgtest.New(t)
	chain := audit.NewStore(pool)
	now := func() time.Time { return time.Now().Add(time.Minute) }
	service := consent.NewService(consent.Deps{Store: consent.NewStore(pool), Authority: c, Reader: c, Journal: consent.AuditJournal{Audit: chain}, Program: func(context.Context) string { return "Tenantry for First Up" }})
	staff := tenant.Person{Name: "Technician", UPN: "tech@firstup.example"}
	for domain, tid := range c.tenants {
		if _, _, err := service.AddTenant(t.Context(), staff, domain); err != nil {
			t.Fatal(err)
		}
		if _, err := service.Reread(t.Context(), tid); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := service.CreateLink(t.Context(), staff, fabrikam, consent.Order{Language: permission.English}); err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	s := &site{Handler: r, pool: pool, admin: func() (bool, error) { return false, errs.Forbidden }}
	reads, err := graphsync.New(pool, graphsync.Table(), graphsync.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keeps := func(context.Context) (int, error) { return 90, nil }
	s.service = withdrawal.NewService(withdrawal.Deps{Store: withdrawal.NewStore(pool), Audit: chain, Stop: reads.StopTenant, Keeps: keeps,
		Gone: func(context.Context, tenant.ID) (bool, error) { return s.gone, nil }})
	h := &evidence.Handler{
		Consent: service, Audit: chain, Now: now, Sync: reads, Tenants: tenant.NewStore(pool, home, nil), Withdrawals: s.service, Keeps: keeps,
		IsAdmin: func(context.Context, tenant.ID, string) (bool, error) { return s.admin() },
		Frame: func(context.Context) lang.Frame {
			return lang.Frame{Partner: "First Up Consultants", PrivacyName: "Data protection", PrivacyMail: "privacy@firstup.example", Origin: "https://portal.example", Now: now()}
		},
	}
	h.Mount(r, func(r *http.Request) (tenant.Membership, error) {
		if s.err != nil || s.as.Tenant.IsZero() {
			return tenant.Membership{}, s.err
		}
		tn, err := service.Store.Tenant(r.Context(), s.as.Tenant)
		return tenant.Membership{Person: s.as, Tenant: tn}, err
	}, &page.Problems{Log: slog.New(slog.DiscardHandler)})
	return s, contoso, fabrikam
}

func (s *site) get(target string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", target, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestAdministratorSeesTheirOwnEvidence(t *testing.T) {
	s, contoso, fabrikam := newSite(t)
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	w := s.get("/evidence")
	text := html.UnescapeString(w.Body.String())
	for _, want := range []string{"First Up Consultants", contoso.String(), "DeviceManagementManagedDevices.Read.All", "Mail.Read", "Granted, and not needed", "added your company", "Technician (tech@firstup.example)", "Enterprise applications", "Tenantry for First Up"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if w.Code != 200 || strings.Count(text, "<h1") != 1 || strings.Contains(text, fabrikam.String()) || strings.Contains(text, "made a consent link") {
		t.Errorf("%d, or it shows Fabrikam", w.Code)
	}
	var twin struct {
		TenantID string `json:"tenant_id"`
		AsOf     *time.Time
		Grants   []any
		Surplus  []any
		Asked    []any
		Done     []struct{ Action string }
	}
	if err := json.Unmarshal(s.get("/evidence", "Accept", "application/json").Body.Bytes(), &twin); err != nil || twin.TenantID != contoso.String() || len(twin.Surplus) != 1 || len(twin.Done) != 2 || len(twin.Asked) != 0 {
		t.Errorf("twin = %+v, %v", twin, err)
	}
}

// A tenant that was never read shows no grant and no green.
func TestNothingIsAllowedUnread(t *testing.T) {
	s, _, fabrikam := newSite(t)
	s.as = tenant.Person{Tenant: fabrikam, Role: tenant.RoleCustomerAdmin}
	text := html.UnescapeString(s.get("/evidence").Body.String())
	if !strings.Contains(text, "was never read completely") || !strings.Contains(text, "Microsoft was not available") || strings.Contains(text, "What the program can read by itself") {
		t.Error(text)
	}
	if !strings.Contains(text, "Waits for your answer") {
		t.Error("the open link is not shown")
	}
}

func TestExportVerifies(t *testing.T) {
	s, contoso, _ := newSite(t)
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	w := s.get("/evidence?format=jsonl")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/x-ndjson") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	report, err := audit.Verify(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Errorf("the export does not verify: %+v, %v", report, err)
	}
	if _, err := audit.Verify(strings.NewReader(strings.Replace(w.Body.String(), "tenant.added", "tenant.wiped", 1))); err == nil {
		t.Error("a changed export verifies")
	}
}

func TestOthersAreRefused(t *testing.T) {
	s, contoso, _ := newSite(t)
	for _, role := range []tenant.Role{tenant.RoleOwner, tenant.RoleTechnician, tenant.RoleSupport, tenant.RoleCustomerUser, tenant.RoleStranger} {
		s.as = tenant.Person{Tenant: contoso, Role: role}
		for _, target := range []string{"/evidence", "/evidence?format=jsonl"} {
			if w := s.get(target); w.Code != 403 {
				t.Errorf("%q, %s: %d", role, target, w.Code)
			}
		}
	}
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	if w := s.get("/evidence?format=xml"); w.Code != 400 {
		t.Errorf("unknown format: %d", w.Code)
	}
	s.err = errs.Unauthorised
	if w := s.get("/evidence"); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/signin") {
		t.Errorf("signed out: %d", w.Code)
	}
}

// Six languages say the same facts, with no name left unfilled and no word of another language's page head.
func TestEveryLanguage(t *testing.T) {
	s, contoso, _ := newSite(t)
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	titles := map[string]bool{}
	for _, l := range permission.Languages {
		for _, path := range []string{"/evidence", "/evidence/withdraw"} {
			w := s.get(path + "?lang=" + string(l))
			text := html.UnescapeString(w.Body.String())
			_, title, _ := strings.Cut(text, "<h1")
			title, _, _ = strings.Cut(title, "</h1>")
			if w.Code != 200 || !strings.Contains(text, `<html lang="`+string(l)+`"`) || strings.ContainsAny(text[strings.Index(text, "<main"):], "{}") || titles[title] {
				t.Errorf("%s in %s: %d, title %q", path, l, w.Code, title)
			}
			titles[title] = true
		}
	}
	if text := s.get("/evidence", "Accept-Language", "el,en;q=0.5").Body.String(); !strings.Contains(text, "Τι μπορεί") {
		t.Error("the browser's language is not followed")
	}
}

// The page tells when each permission was last used, who may see the tenant, and who did something.
func TestUseAndPeople(t *testing.T) {
	s, contoso, fabrikam := newSite(t)
	if _, err := s.pool.Raw().Exec(t.Context(), `
		INSERT INTO sync_state (tenant_id, dataset, state, started_at) VALUES ($1, 'devices', 'ok', '2026-03-04 05:06:07Z'), ($2, 'apps', 'ok', '2026-03-05 05:06:07Z');
		`, contoso, fabrikam); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{`('lena@firstup.example', 'technician', 'all', false)`, `('sam@firstup.example', 'support', 'chosen', false)`, `('gone@firstup.example', 'owner', 'all', true)`} {
		if _, err := s.pool.Raw().Exec(t.Context(), `INSERT INTO staff (upn, role, reach, disabled) VALUES `+row); err != nil {
			t.Fatal(err)
		}
	}
	// Whoever did something before they first signed in is still one person, known by their words.
	if err := audit.NewStore(s.pool).Append(t.Context(), contoso, audit.Entry{Actor: "lena@firstup.example", ActorTenant: id(t, "3c4b5a69-7887-4655-8432-100000000009"), ActorObject: "1e4a0000-0000-4000-8000-000000000001", Action: "review.planned"}); err != nil {
		t.Fatal(err)
	}
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	var twin struct {
		Grants []struct {
			Name   string
			Kind   permission.Kind
			UsedAt *time.Time `json:"used_at"`
		}
		People []struct {
			Name string
			Role tenant.Role
			Acts int
		}
		HeadSeq  int64  `json:"head_seq"`
		HeadHash string `json:"head_hash"`
	}
	if err := json.Unmarshal(s.get("/evidence", "Accept", "application/json").Body.Bytes(), &twin); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, g := range twin.Grants {
		used[string(g.Kind)+" "+g.Name] = g.UsedAt != nil
	}
	if !used["application DeviceManagementManagedDevices.Read.All"] || used["application DeviceManagementApps.Read.All"] || used["delegated DeviceManagementManagedDevices.Read.All"] {
		t.Errorf("used = %v", used)
	}
	seen := map[string]int{}
	for _, p := range twin.People {
		seen[p.Name] = p.Acts
	}
	if acts, ok := seen["lena@firstup.example"]; !ok || acts != 1 || len(seen) != 3 || seen["Technician (tech@firstup.example)"] != 1 {
		t.Errorf("people = %v", seen)
	}
	if twin.HeadSeq != 3 || len(twin.HeadHash) != 64 {
		t.Errorf("head = %d %s", twin.HeadSeq, twin.HeadHash)
	}
}

// Who is no administrator any more is refused before the sign-in ends; the answer is asked for once in a while, and a tenant that gives
// none leaves it as it was.
func TestAdministratorsAreAskedAgain(t *testing.T) {
	s, contoso, _ := newSite(t)
	s.as = tenant.Person{Tenant: contoso, ObjectID: "aaaaaaaa-0000-4000-8000-000000000001", Role: tenant.RoleCustomerAdmin}
	if w := s.get("/evidence"); w.Code != 200 {
		t.Errorf("where the tenant does not say: %d", w.Code)
	}
	asked := 0
	s.admin = func() (bool, error) { asked++; return false, nil }
	s.as.ObjectID = "aaaaaaaa-0000-4000-8000-000000000002"
	for _, path := range []string{"/evidence", "/evidence/withdraw", "/evidence?format=jsonl"} {
		if w := s.get(path); w.Code != 403 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// What was granted to another registration of the partner's is shown in the reader's language; what could not be read is said so.
func TestOtherPrograms(t *testing.T) {
	s, contoso, _ := newSite(t)
	if _, err := s.pool.Raw().Exec(t.Context(), `
		INSERT INTO consent_other (tenant_id, client_id, app_id, application, first_seen, read_at, problem)
		VALUES ($1, 'old', 'app-old', '{00000003-0000-0000-c000-000000000000/Sites.Read.All}', now(), now(), ''), ($1, 'blind', '', '{}', NULL, NULL, 'Microsoft did not answer.')`, contoso); err != nil {
		t.Fatal(err)
	}
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	text := html.UnescapeString(s.get("/evidence?lang=de").Body.String())
	for _, want := range []string{"Andere Programme von First Up Consultants, die Sie kennen", "Ein früheres Programm app-old", "Sites.Read.All", "Wir konnten nicht lesen, ob es bei Ihnen noch da ist."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
}
