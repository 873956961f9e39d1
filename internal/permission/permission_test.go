package permission_test

import (
	"errors"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
)

func app(name string) permission.Permission {
	return permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: name}
}

func signedIn(name string) permission.Permission {
	return permission.Permission{Resource: permission.Graph, Kind: permission.Delegated, Name: name}
}

// The first promise: the machine only reads. Every name that an operation accepts counts, not only the first.
func TestNoApplicationPermissionInTheCatalogueCanWrite(t *testing.T) {
	seen := 0
	for _, e := range permission.Catalogue() {
		for _, o := range e.Operations {
			for _, p := range o.Accepts {
				if p.Kind != permission.Application {
					continue
				}
				seen++
				if p.Writes() {
					t.Errorf("%s: %s %s accepts %s, which can write", e.Feature, o.Method, o.Path, p.Name)
				}
				if !o.Reads() {
					t.Errorf("%s: %s %s is called without a person", e.Feature, o.Method, o.Path)
				}
			}
		}
	}
	if seen < 10 {
		t.Fatalf("only %d application permissions in the catalogue", seen)
	}
}

func TestWrites(t *testing.T) {
	for name, want := range map[string]bool{
		"Directory.Read.All": false, "Directory.ReadWrite.All": true, "RoleManagement.Read.Directory": false, "User.Invite.All": true,
		"DeviceManagementManagedDevices.PrivilegedOperations.All": true, "openid": false, "offline_access": false, "Incident.Read": false,
		"Sites.FullControl.All": true, "full_access_as_app": true, "user_impersonation": true, "CrossTenantInformation.ReadBasic.All": false,
		"Mail.Send": true, "Application.ReadWrite.OwnedBy": true,
	} {
		if got := app(name).Writes(); got != want {
			t.Errorf("Writes(%s) = %v, want %v", name, got, want)
		}
	}
}

func TestCatalogueIsWhole(t *testing.T) {
	for _, e := range permission.Catalogue() {
		if len(e.Operations) == 0 {
			t.Errorf("%s calls nothing", e.Feature)
			continue
		}
		for _, o := range e.Operations {
			for _, p := range o.Accepts {
				if p.Kind != e.Kind() {
					t.Errorf("%s mixes %s and %s", e.Feature, p.Kind, e.Kind())
				}
				if p.Resource == permission.Graph && len(p.ID()) != 36 {
					t.Errorf("%s: no GUID for %s %s", e.Feature, p.Kind, p.Name)
				}
			}
		}
		for _, l := range permission.Languages {
			text := e.Feature.In(l)
			if text.Name == "" || !strings.HasSuffix(string(text.Sentence), ".") || strings.Count(string(text.Sentence), "**")%2 != 0 {
				t.Errorf("%s in %s: %+v", e.Feature, l, text)
			}
			if l != permission.English && text.Sentence == e.Feature.In(permission.English).Sentence {
				t.Errorf("%s in %s is English", e.Feature, l)
			}
			if strings.ContainsAny(string(text.Sentence), "!") {
				t.Errorf("%s in %s shouts", e.Feature, l)
			}
		}
	}
}

func TestPlanAsksForTheLeast(t *testing.T) {
	for _, tc := range []struct {
		name     string
		features []string
		app, del []string
	}{
		{"nothing chosen still proves itself", nil,
			[]string{"Application.Read.All", "DelegatedPermissionGrant.Read.All", "Domain.Read.All", "Organization.Read.All"}, nil},
		{"devices only", []string{"devices"},
			[]string{"Application.Read.All", "DelegatedPermissionGrant.Read.All", "DeviceManagementManagedDevices.Read.All", "Domain.Read.All", "Organization.Read.All"}, nil},
		{"configuration opens the push certificate, so devices are not asked for", []string{"configuration", "services"},
			[]string{"Application.Read.All", "DelegatedPermissionGrant.Read.All", "DeviceManagementCloudCA.Read.All", "DeviceManagementConfiguration.Read.All",
				"DeviceManagementServiceConfig.Read.All", "Domain.Read.All", "Organization.Read.All"}, nil},
		{"what a person does is delegated", []string{"device-actions", "my-devices"},
			[]string{"Application.Read.All", "DelegatedPermissionGrant.Read.All", "Domain.Read.All", "Organization.Read.All"},
			[]string{"DeviceManagementManagedDevices.PrivilegedOperations.All", "DeviceManagementManagedDevices.Read.All"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			features, err := permission.ParseFeatures(tc.features)
			if err != nil {
				t.Fatal(err)
			}
			application, delegated := permission.Plan(features)
			if d := cmp.Diff(tc.app, names(application)); d != "" {
				t.Errorf("application (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tc.del, names(delegated)); d != "" {
				t.Errorf("delegated (-want +got):\n%s", d)
			}
		})
	}
}

// A plan opens every operation of its features, and no permission in it can be left out: for every choice among the features of one kind,
// without and with all of the other kind. Nothing of one kind opens what needs the other (Covers), so more choices across them say no more.
func TestPlanIsEnoughAndNotTooMuch(t *testing.T) {
	byKind := map[permission.Kind][]string{}
	for _, e := range permission.Catalogue() {
		if !e.Required { // those are in every plan
			byKind[e.Kind()] = append(byKind[e.Kind()], string(e.Feature))
		}
	}
	for kind, chosen := range byKind {
		other := byKind[permission.Application]
		if kind == permission.Application {
			other = byKind[permission.Delegated]
		}
		for mask := range uint(1) << len(chosen) {
			if n := bits.OnesCount(mask); n > 3 && n < len(chosen)-1 {
				continue // what features need adds up: pairs and threes find what does not, and the rest takes minutes
			}
			var names []string
			for i, f := range chosen {
				if mask&(1<<i) != 0 {
					names = append(names, f)
				}
			}
			planIsEnoughAndNotTooMuch(t, names)
			planIsEnoughAndNotTooMuch(t, slices.Concat(names, other))
		}
	}
}

func planIsEnoughAndNotTooMuch(t *testing.T, chosen []string) {
	t.Helper()
	features, err := permission.ParseFeatures(chosen)
	if err != nil {
		t.Fatal(err)
	}
	application, delegated := permission.Plan(features)
	plan := slices.Concat(application, delegated)
	if v := permission.Compare(features, plan); !v.Complete() || len(v.Surplus) > 0 {
		t.Fatalf("%v: plan %v leaves %v closed, has %v too much", features, plan, v.Missing, v.Surplus)
	}
	for i := range plan {
		less := slices.Delete(slices.Clone(plan), i, i+1)
		if permission.Compare(features, less).Complete() {
			t.Fatalf("%v: %s is asked for and not needed", features, plan[i].Name)
		}
	}
}

// The program's own permissions can only be asked for as a whole, what a person may do by name: never both on one page.
func TestRounds(t *testing.T) {
	features := func(names ...string) []permission.Feature {
		f, err := permission.ParseFeatures(names)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	application, registered := permission.Registered()
	all := slices.Concat(application, registered)
	invite := []permission.Permission{{Resource: permission.Graph, Kind: permission.Delegated, Name: "LicenseAssignment.ReadWrite.All"},
		{Resource: permission.Graph, Kind: permission.Delegated, Name: "RoleManagement.ReadWrite.Directory"}, {Resource: permission.Graph, Kind: permission.Delegated, Name: "User.Invite.All"}}
	whole := permission.Round{All: true, Resource: permission.Graph}
	named := permission.Round{Resource: permission.Graph, Names: invite}
	incidents := permission.Round{Resource: permission.Defender, Names: []permission.Permission{{Resource: permission.Defender, Kind: permission.Delegated, Name: "Incident.Read"}}}
	for _, tc := range []struct {
		name     string
		features []permission.Feature
		held     []permission.Permission
		want     []permission.Round
	}{
		{"nothing held", features("devices", "device-actions"), nil, []permission.Round{whole}},
		{"all held", features("devices", "device-actions"), all, nil},
		{"by name after the whole", features("devices", "guest-changes"), nil, []permission.Round{whole, named}},
		{"only what is missing", features("devices", "guest-changes"), all, []permission.Round{named}},
		{"a round for each service", features("guest-changes", "incidents"), all, []permission.Round{named, incidents}},
		{"one of three is missing: all three, for a request replaces", features("guest-changes"), append(slices.Clone(all), invite[0], invite[1]), []permission.Round{named}},
	} {
		if d := cmp.Diff(tc.want, permission.Rounds(tc.features, tc.held, registered)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, d)
		}
	}
	for _, p := range registered {
		if strings.HasSuffix(p.Name, "ReadWrite.All") || p.Name == "User.Invite.All" {
			t.Errorf("%s is asked of every customer", p.Name)
		}
	}
}

func TestParseFeatures(t *testing.T) {
	if _, err := permission.ParseFeatures([]string{"devices", "mailboxes"}); !errors.Is(err, errs.Invalid) {
		t.Errorf("error = %v, want Invalid", err)
	}
	got, err := permission.ParseFeatures([]string{"apps", "devices", "apps"})
	want := []permission.Feature{permission.Devices, permission.Apps, permission.Directory, permission.Proof}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("ParseFeatures = %v, %v; want %v", got, err, want)
	}
}

func TestFeaturesOf(t *testing.T) {
	granted := []permission.Permission{
		app("DeviceManagementManagedDevices.Read.All"), signedIn("DeviceManagementApps.Read.All"), app("Directory.Read.All"),
		app("DeviceManagementServiceConfig.Read.All"), app("DeviceManagementRBAC.ReadWrite.All"), app("DeviceManagementManagedDevices.PrivilegedOperations.All"),
	}
	state := map[permission.Feature]permission.State{}
	for _, s := range permission.FeaturesOf(granted) {
		state[s.Feature] = s
	}
	for _, f := range []permission.Feature{permission.Devices, permission.Roles, permission.Directory, permission.Proof} {
		if !state[f].Works || state[f].Because() != "" {
			t.Errorf("%s = %+v, want it to work", f, state[f])
		}
	}
	for f, because := range map[permission.Feature]string{
		permission.Apps:          "DeviceManagementApps.Read.All is granted as a delegated permission, but the program needs it as an application one.",
		permission.Services:      "DeviceManagementCloudCA.Read.All is not granted.",
		permission.Provisioning:  "Synchronization.Read.All is not granted.",
		permission.DeviceActions: "DeviceManagementManagedDevices.PrivilegedOperations.All is granted as an application permission, but a person needs it as a delegated one.",
	} {
		if state[f].Works || state[f].Because() != because {
			t.Errorf("%s: Works = %v, Because = %q, want %q", f, state[f].Works, state[f].Because(), because)
		}
	}
}

func TestCompare(t *testing.T) {
	features, _ := permission.ParseFeatures([]string{"devices", "apps"})
	granted := []permission.Permission{
		app("DeviceManagementManagedDevices.Read.All"), app("Application.Read.All"), app("Directory.Read.All"), app("Mail.Read"),
		signedIn("openid"), signedIn("User.Read"), signedIn("DeviceManagementApps.Read.All"),
	}
	v := permission.Compare(features, granted)
	// Directory.Read.All opens domains, organisation, licences and delegated grants, so it is of use; only apps stay closed.
	if d := cmp.Diff([]string{"Application.Read.All", "DeviceManagementManagedDevices.Read.All", "Directory.Read.All"}, names(v.Granted)); d != "" {
		t.Error("granted", d)
	}
	if d := cmp.Diff([]string{"DeviceManagementApps.Read.All"}, names(v.Missing)); d != "" {
		t.Error("missing", d)
	}
	if d := cmp.Diff([]string{"Mail.Read", "DeviceManagementApps.Read.All"}, names(v.Surplus)); d != "" {
		t.Error("surplus", d)
	}
}

// Whatever the portal asks for is explained: what it opens, what it does not, and its GUIDs as the catalogue has them.
func TestEveryPermissionIsExplained(t *testing.T) {
	application, delegated := permission.Plan(permission.All())
	for _, p := range slices.Concat(application, delegated) {
		s, ok := permission.ScopeOf(p.Name)
		if !ok || len(s.Opens) == 0 || len(s.Closed) == 0 || s.Setting == "" {
			t.Errorf("%s is not explained", p.Name)
			continue
		}
		id := s.ApplicationID
		if p.Kind == permission.Delegated {
			id = s.DelegatedID
		}
		if id != p.ID() {
			t.Errorf("%s %s: %q is explained, %q is asked for", p.Kind, p.Name, id, p.ID())
		}
	}
	for _, u := range permission.HomeUses() {
		if s, ok := permission.ScopeOf(u.Name); !ok || u.For == "" || len(s.Opens) == 0 || len(s.Closed) == 0 || len(s.DelegatedID) != 36 || len(s.ApplicationID) != 36 || len(s.AskedAs()) != 0 {
			t.Errorf("%s is not explained, or asked of customers: %+v", u.Name, s)
		}
		if u.Kind == permission.Application && u.Writes() {
			t.Errorf("%s lets the machine write", u.Name)
		}
	}
	if _, ok := permission.ScopeOf("Mail.Read"); ok {
		t.Error("Mail.Read is explained, and must never be asked for")
	}
}

func TestElevenIntuneScopes(t *testing.T) {
	scopes := permission.IntuneScopes()
	if len(scopes) != 11 {
		t.Fatalf("%d scopes, want 11", len(scopes))
	}
	for _, s := range scopes {
		if len(s.Opens) == 0 || len(s.Closed) == 0 || len(s.DelegatedID) != 36 || len(s.ApplicationID) != 36 || s.Setting == "" {
			t.Errorf("%s is not explained: %+v", s.Name, s)
		}
		for _, k := range s.AskedAs() {
			if k == permission.Application && app(s.Name).Writes() {
				t.Errorf("%s is asked for as application", s.Name)
			}
			want := s.DelegatedID
			if k == permission.Application {
				want = s.ApplicationID
			}
			if got := (permission.Permission{Resource: permission.Graph, Kind: k, Name: s.Name}).ID(); got != want {
				t.Errorf("%s: two GUIDs, %s and %s", s.Name, got, want)
			}
		}
	}
}

func names(ps []permission.Permission) []string {
	var n []string
	for _, p := range ps {
		n = append(n, p.Name)
	}
	return n
}
