package world

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

// outline is everything about a world that the seed and the quarter decide.
func outline(t *testing.T, w *World) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	for _, tn := range w.Tenants() {
		var roles []string
		if sp := w.PartnerApp(tn); sp != nil {
			roles = sp.RoleValues()
		}
		for _, u := range tn.Users {
			if err := enc.Encode(u); err != nil {
				t.Fatal(err)
			}
		}
		if err := enc.Encode([]any{tn.ID, tn.Domains, tn.Devices, tn.Consent, tn.Created, roles, w.gdap}); err != nil {
			t.Fatal(err)
		}
	}
	if err := enc.Encode(w.App); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSameSeedSameWorld(t *testing.T) {
	morning := time.Date(2026, 8, 12, 7, 1, 2, 3, time.UTC)
	at := func(when time.Time) Options { return Options{Seed: 7, Now: func() time.Time { return when }} }
	one, two := outline(t, New(at(morning))), outline(t, New(at(morning.Add(9*time.Hour+time.Nanosecond))))
	if one != two {
		t.Error("two worlds of one seed and one day differ")
	}
	if outline(t, New(Options{Seed: 8})) == one {
		t.Error("worlds of different seeds are the same")
	}
}

func TestWorldHoldsWhatTheContractPromises(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 12, 60} {
		w := New(Options{Tenants: n, Devices: 1000})
		if got := len(w.Tenants()); got != n+1 || !w.Home().Home {
			t.Fatalf("%d customers: %d tenants, home first %v", n, got, w.Home().Home)
		}
		devices := 0
		seen := map[Consent]int{}
		domains := map[string]bool{}
		for _, tn := range w.Tenants() {
			devices += tn.Devices
			seen[tn.Consent]++
			if tn.Consent == ConsentFull != w.Consented(tn) {
				t.Errorf("%s: consent %s, but Consented() = %v", tn.DisplayName, tn.Consent, w.Consented(tn))
			}
			for _, d := range tn.Domains {
				if domains[d] {
					t.Errorf("domain %s twice", d)
				}
				domains[d] = true
			}
			checkPeople(t, tn)
		}
		if devices != 1000 {
			t.Errorf("%d customers: %d devices, want 1000", n, devices)
		}
		if n >= 3 && (seen[ConsentFull] < 2 || seen[ConsentPartly] != 1 || seen[ConsentNone] != 1) {
			t.Errorf("%d customers: consent %v", n, seen)
		}
	}
}

func checkPeople(t *testing.T, tn *Tenant) {
	t.Helper()
	admin, plain := false, false
	names := map[string]bool{}
	for _, u := range tn.Users {
		key := strings.ToLower(u.UserPrincipalName)
		if names[key] {
			t.Errorf("%s: user %s twice", tn.DisplayName, u.UserPrincipalName)
		}
		names[key] = true
		if u.Password == "" || !regexp.MustCompile(`^[a-z0-9.]+@[a-z0-9.-]+$`).MatchString(u.SignInName) {
			t.Errorf("%s: odd account %q", tn.DisplayName, u.SignInName)
		}
		if u.AccountEnabled && !u.Guest() {
			admin = admin || u.Has("Global Administrator")
			plain = plain || len(u.Roles) == 0
		}
	}
	if !admin || !plain {
		t.Errorf("%s: Global Administrator %v, role-less user %v", tn.DisplayName, admin, plain)
	}
}

func TestRequiredRolesOnlyRead(t *testing.T) {
	w := New(Options{})
	for _, r := range append(w.App.RequiredRoles, partnerRoles...) {
		p, ok := GraphPermissions[r]
		if !ok || p.RoleID == "" || strings.Contains(r, "Write") || strings.Contains(r, "Privileged") {
			t.Errorf("%s: known %v, role %q", r, ok, p.RoleID)
		}
	}
	for _, s := range w.App.RequiredScope {
		if p, ok := GraphPermissions[s]; !ok || p.ScopeID == "" {
			t.Errorf("scope %s is not a delegated permission", s)
		}
	}
}

func TestReconsentReplaces(t *testing.T) {
	w := New(Options{})
	tn := w.Tenants()[1]
	sp := w.PartnerApp(tn)
	sp.Roles["Mail.Read"] = time.Now()
	w.GrantScopes(tn, &w.App, SecurityAppID, "", []string{"Incident.Read"}, time.Now())
	w.GrantScopes(tn, &w.App, SecurityAppID, "somebody", []string{"Incident.ReadWrite"}, time.Now())
	w.GrantAll(tn, &w.App, time.Now())
	if _, ok := sp.Roles["Mail.Read"]; ok {
		t.Error("a role that is no longer required survived new consent")
	}
	if got := sp.Scopes(SecurityAppID, "somebody"); len(got) != 1 || got[0] != "Incident.ReadWrite" {
		t.Errorf("scopes after new consent = %v, want only what the user granted", got)
	}
}

func TestFaultsMatchAndRunOut(t *testing.T) {
	var fs Faults
	fs.Add(Fault{Kind: "throttle", Tenant: "a", Path: "managedDevices", Count: 2})
	fs.Add(Fault{Kind: "unavailable", Host: "graph", PageSizeAbove: 20})
	for _, tc := range []struct {
		kind, tenant, path string
		want               bool
	}{
		{"throttle", "b", "/v1.0/deviceManagement/managedDevices", false},
		{"throttle", "a", "/v1.0/organization", false},
		{"throttle", "a", "/v1.0/deviceManagement/manageddevices", true},
		{"throttle", "a", "/v1.0/deviceManagement/managedDevices", true},
		{"throttle", "a", "/v1.0/deviceManagement/managedDevices", false},
	} {
		if _, got := fs.Take(tc.kind, tc.tenant, tc.path); got != tc.want {
			t.Errorf("Take(%s, %s, %s) = %v, want %v", tc.kind, tc.tenant, tc.path, got, tc.want)
		}
	}
	if _, got := fs.TakeOn("graph", "unavailable", "a", "/x", 20); got {
		t.Error("a page of 20 is not above 20")
	}
	if _, got := fs.TakeOn("graph", "unavailable", "a", "/x", 21); !got {
		t.Error("a page of 21 is above 20")
	}
	if _, got := fs.TakeOn("login", "unavailable", "a", "/x", 21); got {
		t.Error("a fault of graph hit login")
	}
	if (Fault{Kind: "nonsense"}).Check() == nil {
		t.Error("an unknown fault passed")
	}
}

func TestLogKeepsNoSecret(t *testing.T) {
	l := NewLog(2)
	for _, q := range []string{"", "code=abc&x=1", "CODE=canary&state=canary"} {
		l.Add(Entry{Query: q})
	}
	kept, total := l.Entries()
	if total != 3 || len(kept) != 2 || strings.Contains(kept[0].Query+kept[1].Query, "abc") || strings.Contains(kept[1].Query, "canary") {
		t.Errorf("log = %v (%d)", kept, total)
	}
}
