package consent_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// A template changes for two customers that follow it: what was read at each stays what it was, and says what each lacks.
func TestTemplateIsFollowedByTwoCustomers(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	ctx := t.Context()
	c.grants[contoso] = whole(all()...)
	_, token := link(t, s, contoso)
	back(t, s, yes(begin(t, s, token), contoso))

	made, err := s.CreateTemplate(ctx, who, consent.Template{Name: "  Small \t office ", Features: []permission.Feature{permission.Devices, permission.Apps}})
	if err != nil || made.Name != "Small office" || !slices.Contains(made.Features, permission.Proof) {
		t.Fatalf("made %+v, %v", made, err)
	}
	for _, tid := range []tenant.ID{contoso, fabrikam, contoso} { // the third time says nothing new
		if err := s.Follow(ctx, who, tid, made.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(c.events, "consent.plan.changed"); n != 2 {
		t.Errorf("%d changes of plans are recorded, want 2", n)
	}
	drift := func(scope tenant.Scope) map[tenant.ID]string {
		t.Helper()
		now, err := s.Store.Template(ctx, scope, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		found, err := s.Store.Followers(ctx, scope, made.ID)
		if err != nil || int64(len(found)) != now.Followers {
			t.Fatalf("%d followers, counted %d, %v", len(found), now.Followers, err)
		}
		out := map[tenant.ID]string{}
		for _, f := range found {
			switch v, known := f.Drift(now); {
			case !known:
				out[f.Tenant.ID] = "unknown"
			case v.Complete():
				out[f.Tenant.ID] = "fits"
			default:
				out[f.Tenant.ID] = "lacks " + v.Missing[0].Name
			}
		}
		return out
	}
	if d := drift(tenant.Everything()); d[contoso] != "fits" || d[fabrikam] != "unknown" {
		t.Errorf("at first: %v", d)
	}
	made.Features = append(made.Features, permission.Roles)
	if err := s.ChangeTemplate(ctx, who, made); err != nil {
		t.Fatal(err)
	}
	if d := drift(tenant.Everything()); d[contoso] != "lacks DeviceManagementRBAC.Read.All" || d[fabrikam] != "unknown" {
		t.Errorf("after the change: %v", d)
	}
	if st := state(t, s, contoso); st != tenant.StateConnected {
		t.Errorf("changing a template made the customer %s", st)
	}
	if d := drift(tenant.Only(fabrikam)); len(d) != 1 || d[fabrikam] == "" {
		t.Errorf("in the scope of Fabrikam: %v", d)
	}
	if p, err := s.Store.Plan(ctx, contoso); err != nil || p == nil || p.ID != made.ID {
		t.Errorf("plan of Contoso: %+v, %v", p, err)
	}
	c.grants[contoso] = whole()
	if _, err := s.Reread(ctx, contoso); err != nil {
		t.Fatal(err)
	}
	if d := drift(tenant.Everything()); d[contoso] != "unknown" {
		t.Errorf("after the consent was taken back: %v", d)
	}
}

func TestTemplatesAreChecked(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	ctx := t.Context()
	made, err := s.CreateTemplate(ctx, who, consent.Template{Name: "Gold"})
	if err != nil {
		t.Fatal(err)
	}
	long := string(make([]rune, 61))
	for name, bad := range map[string]struct {
		t    consent.Template
		want error
	}{
		"no name":          {consent.Template{Name: " "}, errs.Invalid},
		"too long":         {consent.Template{Name: "x" + long}, errs.Invalid},
		"unknown feature":  {consent.Template{Name: "x", Features: []permission.Feature{"mail"}}, errs.Invalid},
		"name taken":       {consent.Template{Name: "GOLD"}, errs.Conflict},
		"name of another":  {consent.Template{ID: made.ID + 1, Name: "Silver"}, errs.NotFound},
		"change to a void": {consent.Template{ID: made.ID, Name: ""}, errs.Invalid},
	} {
		do := func() error { _, err := s.CreateTemplate(ctx, who, bad.t); return err }
		if bad.t.ID != 0 {
			do = func() error { return s.ChangeTemplate(ctx, who, bad.t) }
		}
		if err := do(); !errors.Is(err, bad.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Follow(ctx, who, contoso, made.ID+9); !errors.Is(err, errs.Invalid) {
		t.Errorf("to follow no template: %v", err)
	}
	if err := s.Follow(ctx, who, contoso, made.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteTemplate(ctx, who, made); !errors.Is(err, errs.Conflict) {
		t.Errorf("a template that is followed is deleted: %v", err)
	}
	if err := s.Follow(ctx, who, contoso, 0); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Store.Plan(ctx, contoso); err != nil || p != nil {
		t.Errorf("plan: %+v, %v", p, err)
	}
	if err := s.DeleteTemplate(ctx, who, made); err != nil {
		t.Error(err)
	}
	if err := s.DeleteTemplate(ctx, who, made); !errors.Is(err, errs.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if all, err := s.Store.Templates(ctx, tenant.Everything()); err != nil || len(all) != 0 {
		t.Errorf("left: %v, %v", all, err)
	}
	for _, action := range []string{"consent.template.created", "consent.template.deleted"} {
		if count(c.events, action) != 1 {
			t.Errorf("%s is recorded %d times: %v", action, count(c.events, action), c.events)
		}
	}
}

func count(events []string, action string) (n int) {
	for _, e := range events {
		if e == action {
			n++
		}
	}
	return n
}
