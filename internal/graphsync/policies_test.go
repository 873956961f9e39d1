package graphsync_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestPoliciesArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	for _, d := range []string{graphsync.Policies, graphsync.NotificationTemplates, graphsync.AppProtection, graphsync.AppConfigurations} {
		if err := r.sync.ReadOnce(t.Context(), tid, d); err != nil {
			t.Fatal(err)
		}
		if st := r.status(tid, d); st.State != "ok" {
			t.Fatalf("%s: %+v", d, st)
		}
	}
	found, err := r.policies.List(t.Context(), tenant.Only(tid), configuration.Filter{Kind: configuration.Kinds, Limit: 500})
	if err != nil || found.Count == 0 {
		t.Fatalf("%d policies, %v", found.Count, err)
	}
	seen, types, reached := map[configuration.Kind]int{}, map[string]int{}, 0
	people, assigned, counted, acted := int64(0), 0, int64(0), 0
	for _, p := range found.Rows {
		seen[p.Kind]++
		_, doc, err := r.policies.Get(t.Context(), tid, p.ID)
		if err != nil || p.Name == "" || p.Type == "" || p.ModifiedAt.IsZero() && p.Kind != configuration.Catalogue && p.Kind != configuration.ScopeTag {
			t.Errorf("thin policy %+v, %v", p, err)
		}
		if lines := doc.SettingLines(); len(lines) == 0 {
			t.Errorf("%s %q has no settings: %s", p.Type, p.Name, doc.Settings)
		}
		if raw, _ := json.Marshal(doc); strings.Contains(string(raw), "tok-9f31c2") || strings.Contains(string(raw), "4711") || strings.Contains(string(raw), "dG9rLT") {
			t.Errorf("%s keeps a secret: %s", p.Name, raw)
		}
		if slices.Contains(configuration.AppPolicies, p.Kind) && (p.Unlisted || len(p.Apps) == 0 && !strings.HasSuffix(p.Type, "nformationProtectionPolicy") && p.Type != configuration.DefaultProtection) {
			t.Errorf("%s %q has no apps: %+v", p.Type, p.Name, p)
		}
		types[p.Type]++
		if p.Deployment != nil {
			reached++
		}
		if managed := p.Kind == configuration.AppConfiguration && p.Type != "targetedManagedAppConfiguration"; managed != (p.UserStatus != nil) || managed && p.UserStatus.At.IsZero() {
			t.Errorf("%s %q: users stand %+v", p.Type, p.Name, p.UserStatus)
		} else if managed {
			people += p.UserStatus.Succeeded
		}
		if raw, _ := json.Marshal(doc); strings.Contains(string(raw), "secretReferenceValueId") || strings.Contains(string(raw), `"****"`) {
			t.Errorf("%s keeps what leads to a secret: %s", p.Name, raw)
		}
		assigned, acted = assigned+len(doc.Assignments), acted+len(doc.Actions)
		if p.Status != nil {
			counted += p.Status.Succeeded
		}
	}
	for _, k := range configuration.Kinds {
		if seen[k] == 0 {
			t.Errorf("nothing of kind %s: %v", k, seen)
		}
	}
	if types["iosMobileAppConfiguration"] == 0 || types["iosManagedAppProtection"] == 0 || types["targetedManagedAppConfiguration"] == 0 || reached == 0 {
		t.Errorf("policies for apps: %v, %d with users counted", types, reached)
	}
	if people == 0 || assigned == 0 || counted == 0 || acted == 0 {
		t.Errorf("%d users, %d assignments, %d devices counted, %d scheduled actions", people, assigned, counted, acted)
	}
}

// TestHalfARoundOfPoliciesChangesNothing: the first two paths answer, the third does not.
func TestHalfARoundOfPoliciesChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	for name, fault := range map[string]world.Fault{
		"compliance refused": {Kind: "licenceMissing", Tenant: w.ID, Path: "deviceCompliancePolicies"},
		"settings cut off":   {Kind: "truncate", Tenant: w.ID, Path: "settings"},
	} {
		r.cloud.World.Faults.Clear()
		r.cloud.World.Faults.Add(fault)
		if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Policies); err != nil {
			t.Fatal(err)
		}
		if st := r.status(tid, graphsync.Policies); st.State != "failed" || st.Trouble.Sentence == "" {
			t.Errorf("%s: %+v", name, st)
		}
		if n, err := r.policies.Count(t.Context(), tenant.Only(tid), configuration.Filter{}); err != nil || n != 0 {
			t.Errorf("%s: %d policies were stored, %v", name, n, err)
		}
	}
	r.cloud.World.Faults.Clear()
	gone := func(req *http.Request) { // Intune counts nothing for some types: that is no failure
		for _, s := range []string{"/deviceStatusOverview", "/deviceStateSummary", "/runSummary"} {
			if strings.HasSuffix(req.URL.Path, s) {
				req.URL.Path += "x"
			}
		}
	}
	r.beforePage.Store(&gone)
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Policies); err != nil {
		t.Fatal(err)
	}
	all, err := r.policies.Count(t.Context(), tenant.Only(tid), configuration.Filter{})
	without, _ := r.policies.Count(t.Context(), tenant.Only(tid), configuration.Filter{Status: []string{"unknown"}})
	if err != nil || all == 0 || without != all {
		t.Errorf("%d policies, %d without an overview, %v", all, without, err)
	}
}

// TestAKindMayBeRefused: where one kind is not permitted the others are read, and what is held of it stays.
func TestAKindMayBeRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	drivers := configuration.Filter{Kind: []configuration.Kind{configuration.DriverUpdate}}
	for i, fault := range []world.Fault{{}, {Kind: "unavailable", Status: 403, Tenant: w.ID, Path: "windowsDriverUpdateProfiles"}} {
		if fault.Kind != "" {
			r.cloud.World.Faults.Add(fault)
		}
		if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Policies); err != nil {
			t.Fatal(err)
		}
		if st := r.status(tid, graphsync.Policies); st.State != "ok" {
			t.Errorf("round %d: %+v", i, st)
		}
		unread, err := r.policies.Unread(t.Context(), tenant.Only(tid))
		if err != nil || len(unread) != i {
			t.Fatalf("round %d: not read %+v, %v", i, unread, err)
		}
		if i == 1 && (unread[0].Kind != configuration.DriverUpdate || unread[0].Trouble != "permission" || unread[0].Sentence == "" || unread[0].ReadAt.IsZero()) {
			t.Errorf("not read: %+v", unread[0])
		}
		if n, err := r.policies.Count(t.Context(), tenant.Only(tid), drivers); err != nil || n != 1 {
			t.Errorf("round %d: %d driver profiles, %v", i, n, err)
		}
	}
}

func TestRolesArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.IntuneRoles); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.IntuneRoles); st.State != "ok" {
		t.Fatalf("%+v", st)
	}
	scope := tenant.Only(tid)
	can, err := r.roles.List(t.Context(), scope, intunerole.Filter{Can: []string{intunerole.Wipe}})
	if err != nil || can.Count == 0 {
		t.Fatalf("no role allows a wipe, %v", err)
	}
	all, _ := r.roles.Count(t.Context(), scope, intunerole.Filter{})
	if all <= can.Count {
		t.Errorf("all %d roles allow a wipe", all)
	}
	given, err := r.roles.Assignments(t.Context(), scope, intunerole.AssignmentFilter{Can: []string{intunerole.Wipe}})
	if err != nil || given.Count == 0 {
		t.Fatalf("nobody may wipe, %v", err)
	}
	for _, a := range given.Rows {
		role, err := r.roles.Get(t.Context(), tid, a.RoleID)
		if err != nil || !slices.Contains(role.Allowed, intunerole.Wipe) || len(a.Members) == 0 || a.RoleName != role.Name || a.ScopeType == "" {
			t.Errorf("%+v of %+v, %v", a, role, err)
		}
	}
	ops, err := r.roles.Operations(t.Context(), tid)
	if err != nil || !slices.ContainsFunc(ops, func(o intunerole.Operation) bool { return o.ID == intunerole.Wipe && o.Action != "" }) {
		t.Errorf("%d operations, %v", len(ops), err)
	}
}
