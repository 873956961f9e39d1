package changes

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/change"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Sana Aydin", UPN: "sana@partner.example", Role: tenant.RoleTechnician}

func words() map[change.Kind]page.History {
	said := func(_, v string) string { return "the " + v }
	return map[change.Kind]page.History{
		change.Device: {Labels: map[string]string{"name": "Name", "compliance": "Compliance", "gone": "Presence in Intune"}, Said: said},
		change.Policy: {Labels: map[string]string{"settings": "Settings"}, Said: said},
		change.App:    {Labels: map[string]string{"name": "Name", "version": "Version"}, Other: func(string) string { return "Something" }, Said: said},
	}
}

// fleet has changes of devices and apps of two customers, and days on which nothing was read.
func fleet(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant, h *Handler) {
	f = webtest.NewFleet(t)
	contoso, fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	on := func(d int) time.Time { return time.Date(2026, 11, d, 2, 0, 0, 0, time.UTC) }
	first, second := device.Device{ID: "d1", Name: "CTO-1", OS: "Windows", Compliance: "compliant"}, device.Device{ID: "d2", Name: "=cmd<script>x", OS: "Windows", Compliance: "compliant"}
	f.ReadDevices(t, contoso.ID, on(10), first, second)
	first.Compliance, first.Name = "noncompliant", "CTO-1-NEW"
	f.ReadDevices(t, contoso.ID, on(12), first)
	f.ReadDevices(t, fabrikam.ID, on(12), first)
	first.Compliance = "compliant"
	f.ReadDevices(t, contoso.ID, on(21), first, second)
	f.ReadDevices(t, fabrikam.ID, on(21), first)
	a := app.App{ID: "a/1", Name: "Reader", Type: "win32LobApp", Version: "1.0"}
	f.ReadApps(t, contoso.ID, on(10), nil, a)
	a.Version, a.Name, a.Publisher = "2.0", "Reader Pro", "Contoso"
	f.ReadApps(t, contoso.ID, on(20), nil, a)
	return f, contoso, fabrikam, &Handler{Changes: change.NewStore(f.Pool), Sync: f.Sync, Grants: consent.NewStore(f.Pool), Words: words()}
}

func TestChanges(t *testing.T) {
	f, contoso, fabrikam, h := fleet(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), h.Mount)
	type twin struct {
		Rows  []row
		Count int64
		AsOf  *time.Time `json:"as_of"`
	}
	list := func(c *webtest.Client, at string) (l twin) {
		t.Helper()
		if c.JSON(at, http.StatusOK, &l); int64(len(l.Rows)) != l.Count {
			t.Errorf("%s: %d rows, counted %d", at, len(l.Rows), l.Count)
		}
		return l
	}
	count := func(query string) int64 { t.Helper(); return list(c, "/changes"+query).Count }
	all := list(c, "/changes")
	if all.Count != 9 || all.AsOf == nil {
		t.Fatalf("%+v", all)
	}
	for i, r := range all.Rows {
		under := map[string]string{"device": "/devices/" + r.ID + "/history", "app": "/apps/a%2F1"}[r.Kind]
		if i > 0 && r.At.After(all.Rows[i-1].At) || r.Tenant.Name == "" || r.Label == "" || r.URL != "/t/"+r.Tenant.ID.String()+under {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	if one, other := count("?customer="+contoso.ID.String()), count("?customer="+fabrikam.ID.String()); one != 8 || other != 1 {
		t.Errorf("%d of Contoso, %d of Fabrikam", one, other)
	}
	if devices, apps := count("?kind=device"), count("?kind=app"); devices != 6 || apps != 3 || count("?kind=device&kind=app") != 9 || count("?kind=guest") != 0 {
		t.Errorf("%d of devices, %d of apps", devices, apps)
	}
	if names, gone := count("?field=name"), count("?field=presence"); names != 2 || gone != 2 || count("?field=name&kind=app") != 1 || count("?field=version&field=compliance") != 4 {
		t.Errorf("%d of names, %d of presence", names, gone)
	}
	if day, before, after := count("?from=2026-11-12&to=2026-11-12"), count("?to=2026-11-11"), count("?from=2026-11-13"); day != 3 || before != 0 || after != 6 {
		t.Errorf("%d before the day, %d on it and %d after", before, day, after)
	}
	if offered := c.Get("/changes?kind=app").Body.String(); !strings.Contains(offered, `value="version"`) || strings.Contains(offered, `value="compliance"`) || count("?kind=app&field=compliance") != 0 {
		t.Error("of apps, what can change of devices is offered, or what was asked for is refused")
	}
	csv := c.Get("/changes?format=csv").Body.String()
	if n := strings.Count(csv, "\r\n") - 1; n != 9 || strings.Contains(csv, "\n=cmd") || !strings.Contains(csv, "the 1.0,the 2.0") {
		t.Errorf("CSV of %d rows:\n%s", n, csv)
	}
	if sheet := c.Get("/changes?format=xlsx"); sheet.Code != http.StatusOK || sheet.Body.Len() == 0 {
		t.Errorf("workbook: status %d", sheet.Code)
	}
	html := c.Get("/changes").Body.String()
	for _, want := range []string{"Presence: gone → there", "Compliance: the compliant → the noncompliant", "Something: the  → the Contoso", "Not read: 13–20 Nov, 11 Nov.", "from 2 of 2 datasets"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if html := c.Get("/changes?kind=policy&kind=app").Body.String(); !strings.Contains(html, "Not read: 11–19 Nov.") || !strings.Contains(html, "no complete reading of apps of") {
		t.Error("of apps and policies, the days without a reading are not said, or as another kind's")
	}
	if strings.Contains(html, "<script>x") {
		t.Error("a name is printed as HTML")
	}

	own := f.Serve(t, technician, tenant.Only(fabrikam.ID), h.Mount)
	if l := list(own, "/changes"); l.Count != 1 || list(own, "/t/"+fabrikam.ID.String()+"/changes").Count != 1 {
		t.Errorf("who may see Fabrikam only sees %d changes", l.Count)
	}
	if got := own.Get("/t/" + contoso.ID.String() + "/changes"); got.Code != http.StatusNotFound {
		t.Errorf("a customer out of reach: status %d", got.Code)
	}
	inside := c.Get("/t/" + contoso.ID.String() + "/changes").Body.String()
	if !strings.Contains(inside, "/t/"+contoso.ID.String()+"/devices/changes") || !strings.Contains(inside, "CTO-1-NEW") {
		t.Error("the list of a customer has no rows, or does not lead to the devices between two moments")
	}
	for _, query := range []string{"?from=x", "?to=2026-11-99", "?from=2026-11-14&to=2026-11-12", "?from=2026-11-22", "?from=2026-11-12&from=2026-11-13", "?after=x", "?format=xml", "?sort=name", "?customer=x", "?field=secret", "?kind=x"} {
		if got := c.Get("/changes" + query); got.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", query, got.Code)
		}
	}
	h.Keeps = func(context.Context) (int, error) { return 8, nil }
	if got := c.Get("/changes?from=2026-11-12"); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "History is kept since 13 Nov 2026 only.") {
		t.Errorf("a day before the history that is kept: status %d", got.Code)
	}
}

func TestWhatWasNotReadDidNotStayTheSame(t *testing.T) {
	f := webtest.NewFleet(t)
	northwind := f.Tenant(t, 3, "Northwind", "northwind.example")
	c := f.Serve(t, technician, tenant.Everything(), (&Handler{Changes: change.NewStore(f.Pool), Sync: f.Sync, Grants: consent.NewStore(f.Pool), Words: words()}).Mount)
	if html := c.Get("/changes").Body.String(); !strings.Contains(html, "read yet") || strings.Contains(html, "No changes") {
		t.Error("what was not read seems to be none")
	}
	f.ReadDevices(t, northwind.ID, f.Now)
	if html := c.Get("/changes").Body.String(); !strings.Contains(html, "No changes") {
		t.Error("devices that were read once have no changes, and the page does not say so")
	}
	if html := c.Get("/changes?kind=guest").Body.String(); !strings.Contains(html, "read yet") || strings.Contains(html, "No change") {
		t.Error("guests that were not read seem to have no changes")
	}
}

func TestPoliciesChangeFromTheirSecondVersionOn(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	c := f.Serve(t, technician, tenant.Everything(), (&Handler{Changes: change.NewStore(f.Pool), Sync: f.Sync, Grants: consent.NewStore(f.Pool), Words: words()}).Mount)
	p := webtest.Policy{Policy: configuration.Policy{ID: "p1", Kind: configuration.Compliance, Name: "Windows 11"}, Document: configuration.Document{Name: "Windows 11", Settings: []byte(`{"pin":4}`)}}
	for i, want := range []string{"", "Settings changed", "Settings changed|Presence: there → gone", "Settings changed|Presence: there → gone|Settings changed"} {
		switch i {
		case 0, 3:
			f.ReadPolicies(t, contoso.ID, f.Now.Add(time.Duration(i)*time.Hour), p)
		case 1:
			p.Document.Settings = []byte(`{"pin":6}`)
			f.ReadPolicies(t, contoso.ID, f.Now.Add(time.Hour), p)
		case 2:
			f.ReadPolicies(t, contoso.ID, f.Now.Add(2*time.Hour))
		}
		var list struct{ Rows []row }
		c.JSON("/changes?kind=policy", http.StatusOK, &list)
		var got []string
		for _, r := range slices.Backward(list.Rows) {
			if got = append(got, r.words()); r.Name != "Windows 11" || r.URL != "/t/"+contoso.ID.String()+"/configuration/p1" {
				t.Errorf("%+v", r)
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("after reading %d: %q, want %q", i+1, got, want)
		}
	}
}

// TestWhatWasGrantedAndWhoHoldsRoles: what a customer granted and took back, and who got and lost a directory role, are listed with the rest;
// not what the first readings found.
func TestWhatWasGrantedAndWhoHoldsRoles(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	h := &Handler{Changes: change.NewStore(f.Pool), Sync: f.Sync, Grants: consent.NewStore(f.Pool), Words: map[change.Kind]page.History{
		change.Grant:         {Own: true, Labels: map[string]string{"application": "Application permission", "delegated": "Delegated permission"}, Said: func(_, v string) string { return "<" + v + ">" }, Called: func(id, of string) (string, string) { return id + "!", "the " + of }},
		change.DirectoryRole: {Own: true, Labels: map[string]string{"gone": "Directory role"}, Said: func(_, v string) string { return map[string]string{"false": "held"}[v] }, Where: func(part, guest string) string { return strings.Replace(guest, "ben", "/guests/ben", 1) }},
	}}
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), h.Mount)
	for _, at := range []string{"/changes", "/t/" + contoso.ID.String() + "/changes"} {
		if html := c.Get(at + "?kind=grant").Body.String(); !strings.Contains(html, "read yet") || strings.Contains(html, "No change") || strings.Contains(html, "/sync?dataset=App") {
			t.Errorf("%s: what was granted was not read, and there seems to be none, or the sync to know of it", at)
		}
	}
	for _, sql := range []string{`
		INSERT INTO consent_reading (tenant_id, at, application_read, delegated_read, state, held, missing, surplus, personal)
		SELECT $1, $2::timestamptz - make_interval(days => n), true, true, 'connected', 1, 0, 0, 0 FROM unnest(ARRAY[0, 1, 4]) n`, `
		INSERT INTO consent_grant_change VALUES ($1, 'application', 'Graph', 'Device.Read', $2, '', 'granted'), ($1, 'delegated', 'Graph', 'User.Read', $2, 'granted', '')`, `
		INSERT INTO guest (tenant_id, id, name, name_key, upn, address, redeemed_at, invited_at, hash, first_seen_at, changed_at) VALUES ($1, 'ben', 'Ben', 'ben', '', '', $2, $2, '', $2, $2)`,
	} {
		if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), sql, contoso.ID, f.Now); err != nil {
			t.Fatal(err)
		}
	}
	eve := directoryrole.Assignment{ID: "a1", Role: "ga", RoleName: "Global Administrator", Principal: "eve", Type: "user", Name: "Eve", Scope: "/"}
	ben := directoryrole.Assignment{ID: "a2", Role: "gr", RoleName: "Global Reader", Principal: "ben", Type: "user", Name: "Ben", Scope: "/administrativeUnits/1"}
	f.ReadDirectoryRoles(t, contoso.ID, f.Now.Add(-2*time.Hour), eve)
	f.ReadDirectoryRoles(t, fabrikam.ID, f.Now.Add(-2*time.Hour), eve)
	f.ReadDirectoryRoles(t, contoso.ID, f.Now.Add(-time.Hour), ben)
	list := func(at string) (said []string) {
		t.Helper()
		var l struct{ Rows []row }
		c.JSON(at, http.StatusOK, &l)
		for _, r := range l.Rows {
			r.kind = kindOf(change.Kind(r.Kind))
			r.of = r.Kind == "grant"
			said = append(said, r.Name+" | "+r.words()+" | "+strings.TrimPrefix(r.URL, "/t/"+contoso.ID.String()))
		}
		return said
	}
	granted := []string{"User.Read! | Delegated permission of the Graph: <granted> → <> | /consent#history", "Device.Read! | Application permission of the Graph: <> → <granted> | /consent#history"}
	held := []string{"Ben | Directory role “Global Reader over a part”: empty → held | /guests/ben", "Eve | Directory role “Global Administrator”: held → empty | "}
	for at, want := range map[string][]string{
		"/changes": slices.Concat(granted, held), "/changes?kind=grant": granted, "/changes?kind=directoryRole": held, "/changes?field=directory-role": held,
		"/changes?field=delegated-permission": granted[:1], "/changes?field=presence": nil, "/t/" + fabrikam.ID.String() + "/changes": nil, "/t/" + contoso.ID.String() + "/changes": slices.Concat(granted, held),
	} {
		if got := list(at); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", at, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	for at, want := range map[string][]string{
		"/changes?kind=grant":                               {"from 1 of 2 customers", "Not read: 18–19 Nov.", "no complete reading of app permissions of", "App permission<"},
		"/t/" + contoso.ID.String() + "/changes?kind=grant": {"App permissions, read completely", `href="/t/` + contoso.ID.String() + `/consent">where this comes from`},
		"/changes":                                               {"from 1 of 1 dataset", "app permissions from 1 of 2 customers", "Directory role", "&lt;granted&gt;"},
		"/t/" + contoso.ID.String() + "/changes":                 {"and app permissions"},
		"/changes?kind=directoryRole":                            {"from 2 of 2 customers"},
		"/changes?format=csv&kind=grant&kind=directoryRole":      {"User.Read!,App permission,", "Eve,Directory role,"},
		"/t/" + fabrikam.ID.String() + "/changes?kind=grant":     {"read yet", `href="/t/` + fabrikam.ID.String() + `/consent"`},
		"/changes?kind=grant&customer=" + fabrikam.ID.String():   {"matches"},
		"/changes?kind=grant&kind=directoryRole&from=2026-11-20": {"Eve"},
	} {
		html := c.Get(at).Body.String()
		for _, w := range want {
			if !strings.Contains(html, w) {
				t.Errorf("%s does not say %q", at, w)
			}
		}
		if strings.Contains(html, "<granted>") && !strings.Contains(at, "csv") || strings.Contains(html, "/sync?dataset=App") {
			t.Errorf("%s: a value is printed as HTML, or the sync is said to know of grants", at)
		}
	}
	own := f.Serve(t, technician, tenant.Only(fabrikam.ID), h.Mount)
	if html := own.Get("/changes").Body.String(); strings.Contains(html, "User.Read") || strings.Contains(html, "Eve") {
		t.Error("who may see Fabrikam only sees what is Contoso’s")
	}
}

// TestEveryKindHasItsPlace holds the table of kinds against the histories.
func TestEveryKindHasItsPlace(t *testing.T) {
	h := &Handler{Words: words()}
	for _, k := range change.Kinds() {
		r := h.newRow(change.Change{Kind: k, Subject: "x", Part: "p", Field: "gone", Old: "false", New: "true"})
		if r.kind.label == "" || r.kind.dataset == "" && k != change.Grant || r.words() != "Presence: there → gone" {
			t.Errorf("%s: %+v", k, r)
		}
	}
	if len(change.Kinds()) != len(kinds) {
		t.Errorf("the page has %d kinds, %d keep history", len(kinds), len(change.Kinds()))
	}
}
