package consent

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

const narrowID = "6fbd5d4c-5f6e-4f39-9a5c-0d5b2a6c9e11"

// ours is the home tenant with one more registration, which lists what devices need.
type ours struct{}

func (ours) FindRegistration(_ context.Context, clientID, secret string) (domain.Registration, error) {
	if clientID != narrowID || secret == "wrong" {
		return domain.Registration{}, errs.ShowNext(errs.Invalid, "Microsoft does not take the credential (AADSTS7000215).", "Paste the secret's value, not its ID.")
	}
	features, _ := permission.ParseFeatures([]string{string(permission.Devices)})
	application, _ := permission.Plan(features)
	return domain.Registration{ClientID: clientID, Name: "Devices <b>only", Application: application}, nil
}

type unsealed struct{}

func (unsealed) Seal(b []byte, _ tenant.ID, column string) ([]byte, error) {
	return append([]byte(column+"|"), b...), nil
}

func (unsealed) Open(b []byte, _ tenant.ID, column string) ([]byte, error) {
	return []byte(strings.TrimPrefix(string(b), column+"|")), nil
}

// An owner adds a registration; a link then asks with whichever asks for least, unless told otherwise.
func TestRegistrationFromFormToLink(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	chain := audit.NewStore(f.Pool)
	store := domain.NewStore(f.Pool)
	store.Keys = unsealed{}
	service := domain.NewService(domain.Deps{Store: store, Journal: domain.AuditJournal{Audit: chain}, Home: f.Tenants.Home(), Finder: ours{}, Now: func() time.Time { return f.Now },
		Program: func(context.Context) string { return "Tenantry for First Up" }})
	h := &Handler{Consent: service, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return f.Now }, Origin: "https://portal.example", Partner: func(context.Context) Partner { return Partner{Name: "First Up Consultants"} }}
	if err := f.Tenants.Upsert(t.Context(), tenant.Only(f.Tenants.Home()), tenant.Tenant{ID: f.Tenants.Home(), Home: true}); err != nil {
		t.Fatal(err)
	}
	as := func(role tenant.Role) *webtest.Client {
		return f.Serve(t, tenant.Person{Name: string(role), UPN: string(role) + "@firstup.example", Role: role}, tenant.Only(contoso.ID), func(r page.Router) { h.MountPortal(r); h.Mount(r) })
	}
	owner, support := as(tenant.RoleOwner), as(tenant.RoleSupport)
	const list, add, at = "/settings/registrations", "/settings/registrations/new", "/settings/registrations/" + narrowID
	consentPage := "/t/" + contoso.ID.String() + "/consent"

	if body := owner.Get(consentPage).Body.String(); strings.Contains(body, `name="registration"`) {
		t.Error("with one registration there is nothing to choose")
	}
	for name, form := range map[string]url.Values{
		"This is no client ID.": {"client_id": {"devices"}}, "Microsoft does not take the credential": {"client_id": {narrowID}, "secret": {"wrong"}},
	} {
		w := owner.Post(add, form)
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, name) || strings.Contains(body, `value="wrong"`) {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := owner.Post(add, url.Values{"client_id": {" " + strings.ToUpper(narrowID)}, "secret": {"s3cret-canary"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != at {
		t.Fatalf("add: %d %.300s", w.Code, w.Body)
	}
	for path, want := range map[string]string{list: "Devices &lt;b&gt;only", at: "DeviceManagementManagedDevices.Read.All", list + "/first": "Tenantry for First Up"} {
		if w := owner.Get(path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "s3cret-canary") {
			t.Errorf("%s: %d without %q", path, w.Code, want)
		}
	}
	var rows struct {
		Rows  []registrationRow
		Count int
	}
	owner.JSON(list+"?sort=permissions", http.StatusOK, &rows)
	if rows.Count != 2 || rows.Rows[0].ID != narrowID || rows.Rows[1].ID != firstRegistration {
		t.Errorf("by permissions: %+v", rows)
	}
	for path, status := range map[string]int{list + "?sort=x": 400, list + "?after=x": 400, list + "/x": 404, list + "/3c4b5a69-7887-4655-8432-1000000000ff": 404} {
		owner.JSON(path, status, nil)
	}

	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `UPDATE tenant SET state = 'unconsented'`); err != nil { // one that is connected stays with what it knows
		t.Fatal(err)
	}
	link := func(form url.Values) string {
		form.Set("language", "en")
		w := owner.Post(consentPage, form)
		if w.Code != http.StatusOK {
			return w.Body.String()
		}
		var id string
		if err := f.Pool.In(contoso.ID).QueryRow(t.Context(), `SELECT coalesce(client_id::text, '') FROM consent_link ORDER BY link_id DESC LIMIT 1`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	for name, tc := range map[string]struct {
		form url.Values
		want string
	}{
		"least":           {url.Values{"features": {"devices"}}, narrowID},
		"least that fits": {url.Values{"features": {"devices", "apps"}}, ""},
		"the first":       {url.Values{"features": {"devices"}, "registration": {"first"}}, ""},
		"this one":        {url.Values{"features": {"devices"}, "registration": {narrowID}}, narrowID},
	} {
		if got := link(tc.form); got != tc.want {
			t.Errorf("%s: %.400q, want %q", name, got, tc.want)
		}
	}
	for want, form := range map[string]url.Values{
		"does not list all that the features need":  {"features": {"apps"}, "registration": {narrowID}},
		"One of the app registrations is not known": {"features": {"devices"}, "registration": {"x"}},
	} {
		if got := link(form); !strings.Contains(got, want) {
			t.Errorf("%s: %.200s", want, got)
		}
	}
	if w := owner.Post(at+"/remove", nil); w.Code != http.StatusConflict {
		t.Errorf("removed while a link is open: %d", w.Code)
	}
	if w := owner.Post(at+"/read", nil); w.Code != http.StatusSeeOther {
		t.Errorf("read again: %d", w.Code)
	}
	for _, path := range []string{add, at + "/read", at + "/remove"} {
		if w := support.Post(path, url.Values{"client_id": {narrowID}}); w.Code != http.StatusForbidden {
			t.Errorf("support posts %s: %d", path, w.Code)
		}
	}
	if w := support.Get(list); w.Code != http.StatusForbidden {
		t.Errorf("support reads the registrations: %d", w.Code)
	}
	if done, err := chain.List(t.Context(), f.Tenants.Home(), audit.Filter{}); err != nil || len(done) != 2 || done[1].Action != "registration.added" || strings.Contains(fmt.Sprint(done[1].Detail), "canary") {
		t.Errorf("the partner's chain: %+v, %v", done, err)
	}
}
