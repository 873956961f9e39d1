package graphsync_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestSetUpOfProvisioning walks an application from the gallery to a job that works, as a person who may, each step as Microsoft tells it; and
// credentials show up nowhere on the way.
func TestSetUpOfProvisioning(t *testing.T) {
	t.Parallel()
	const canary = `c4nary"&<secret>`
	r := newRig(t, small, graphsync.Options{})
	tid, customer := r.customer(full)
	other, _ := tenant.ParseID("99999999-9999-4999-8999-999999999999")
	if _, err := r.pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING`, tid); err != nil {
		t.Fatal(err)
	}
	by := tenant.Person{Name: "Technician", UPN: "technician@firstup.example"}
	acts := func(u *world.User) *provisioning.Acts {
		return &provisioning.Acts{Who: signedIn{r, customer.ID, u.SignInName}, Graph: r.graph, Store: r.provisioning, Audit: audit.NewStore(r.pool), Now: time.Now}
	}
	a, nobody := acts(customer.Users[1]), acts(customer.Users[2])
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	refused := func(err error, kind error, says string) {
		t.Helper()
		sentence, next, _ := errs.Sentence(err)
		if !errors.Is(err, kind) || !strings.Contains(sentence+next, says) || strings.Contains(fmt.Sprint(err, sentence, next), "c4nary") {
			t.Fatalf("%v: %q %q, want %q", err, sentence, next, says)
		}
	}
	found, more, err := a.Gallery(ctx, tid, provisioning.GallerySearch{Name: "slack"})
	if err != nil || more || len(found) != 1 || !found[0].Automatic || found[0].Publisher != "Slack Technologies" {
		t.Fatalf("gallery: %+v, %v", found, err)
	}
	if list, more, err := a.Gallery(ctx, tid, provisioning.GallerySearch{Category: "security", Publisher: "zscaler"}); err != nil || more || len(list) != 2 {
		t.Errorf("by category and publisher: %+v, %v", list, err)
	}
	if _, err := a.Template(ctx, tid, "nothing"); !errors.Is(err, errs.NotFound) {
		t.Errorf("an unknown template: %v", err)
	}
	_, err = nobody.Add(ctx, by, "q", tid, found[0], "Slack Contoso", map[string]string{"BaseAddress": "https://slack.example"})
	refused(err, errs.Forbidden, "Microsoft says: “Insufficient privileges")
	s, err := a.Add(ctx, by, "q", tid, found[0], "Slack Contoso", map[string]string{"BaseAddress": "https://slack.example"})
	must(err)
	look := func(want provisioning.SetupStep) provisioning.State {
		t.Helper()
		s, err = r.provisioning.Setup(ctx, tid, s.SPID)
		must(err)
		st, err := a.Look(ctx, s)
		if err != nil || st.Step() != want {
			t.Fatalf("step %d, want %d: %+v, %v", st.Step(), want, st, err)
		}
		return st
	}
	if st := look(provisioning.Appearing); st.Gone(time.Now()) || !st.Gone(time.Now().Add(time.Hour)) {
		t.Error("a new application counts as deleted at once, or never")
	}
	refused(a.MakeJob(ctx, by, "q", s, "slackOutDelta"), errs.Conflict, "so new that it is not found")
	if same, err := a.Named(ctx, tid, "Slack Contoso"); err != nil || len(same) != 1 || same[0].ID != s.SPID {
		t.Errorf("of that name, though not found yet: %+v, %v", same, err)
	}
	if again, err := a.Adopt(ctx, by, tid, s.SPID); err != nil || again.SPID != s.SPID || again.Settings["BaseAddress"] == "" {
		t.Errorf("gone on with: %+v, %v", again, err)
	}
	if _, err := a.Adopt(ctx, by, tid, other.String()); !errors.Is(err, errs.NotFound) {
		t.Errorf("an application that nobody added: %v", err)
	}
	r.cloud.World.Clock.Advance(time.Minute)
	st := look(provisioning.NeedsJob)
	if len(st.Templates) != 1 || strings.Join(st.Fields(), " ") != "BaseAddress SecretToken" {
		t.Errorf("templates: %+v", st.Templates)
	}
	if same, err := a.Named(ctx, tid, "Slack Contoso"); err != nil || len(same) != 1 || same[0].ID != s.SPID {
		t.Errorf("of that name: %+v, %v", same, err)
	}
	must(a.MakeJob(ctx, by, "q", s, st.Templates[0].ID))
	refused(a.MakeJob(ctx, by, "q", s, st.Templates[0].ID), errs.Conflict, "exists already")
	job := look(provisioning.NeedsAccess).Job.ID
	wrong := []provisioning.Secret{{Key: "BaseAddress", Value: "https://slack.example"}, {Key: "SecretToken", Value: canary + "wrong"}}
	right := []provisioning.Secret{wrong[0], {Key: "SecretToken", Value: canary}}
	refused(a.Test(ctx, by, "q", s, job, wrong), errs.Invalid, "Unauthorized")
	must(a.Test(ctx, by, "q", s, job, right))
	must(a.Save(ctx, by, "q", s, right))
	must(a.Test(ctx, by, "q", s, job, nil))
	look(provisioning.NeedsStart)
	if open, err := r.provisioning.Setups(ctx, tid); err != nil || len(open) != 1 || open[0].SavedAt.IsZero() {
		t.Errorf("open set-ups: %+v, %v", open, err)
	}
	r.cloud.World.Faults.Add(world.Fault{Kind: "throttle", Host: "graph", Path: "/start", RetryAfter: 90})
	refused(a.Start(ctx, by, "q", s, job), errs.Unavailable, "Try again in 2 min")
	r.cloud.World.Faults.Add(world.Fault{Kind: "throttle", Host: "graph", Path: job, RetryAfter: 90})
	hurried, cancel := context.WithTimeout(ctx, 10*time.Second) // as a page is: it does not wait so long
	defer cancel()
	_, _, err = a.Live(hurried, s, job)
	refused(err, errs.Unavailable, "is left as it is. Microsoft has had too many requests")
	r.cloud.World.Faults.Clear()
	must(a.Start(ctx, by, "q", s, job))
	if st := look(provisioning.Watching); st.Job.Code != "Active" || len(st.Job.Progress) != 1 {
		t.Errorf("started: %+v", st.Job)
	}
	demanded, err := a.Demand(ctx, by, "q", s, job, customer.Users[10].ID)
	if err != nil || demanded.Result == "" || len(demanded.Steps) < 3 || demanded.Steps[0].Type != "import" {
		t.Errorf("on demand: %+v, %v", demanded, err)
	}
	_, err = a.Demand(ctx, by, "q", s, job, "stranger@contoso.example")
	refused(err, errs.Invalid, "Nobody of that name")
	mapped := provisioning.Job{Tenant: tid, SPID: s.SPID, ID: job, AppName: s.Name, Template: "slackOutDelta"}
	live, err := a.Mappings(ctx, mapped)
	must(err)
	file := provisioning.NewFile(live)
	file.Rules = []byte(strings.Replace(string(live.Rules), `"targetAttributeName":"title"`, `"targetAttributeName":"nickName"`, 1))
	plan := file.Preview(live)
	if len(plan.Faults) > 0 || len(plan.Differences) != 2 {
		t.Fatalf("plan: %+v", plan)
	}
	refused(nobody.TakeMappings(ctx, by, "q", mapped, file, plan.Shown), errs.Forbidden, "Cloud Application Administrator")
	refused(a.TakeMappings(ctx, by, "q", mapped, file, "another"), errs.Conflict, "not those any more")
	must(a.TakeMappings(ctx, by, "q", mapped, file, plan.Shown))
	live, err = a.Mappings(ctx, mapped)
	must(err)
	refused(a.TakeMappings(ctx, by, "q", mapped, file, file.Preview(live).Shown), errs.Conflict, "exactly so already")
	file.Rules = []byte(strings.Replace(string(file.Rules), "nickName", "shoeSize", 1))
	refused(a.TakeMappings(ctx, by, "q", mapped, file, file.Preview(live).Shown), errs.Invalid, "no attribute “shoeSize”")
	must(a.Pause(ctx, by, "q", s, job))
	if j, found, err := a.Live(ctx, s, job); err != nil || !found || j.Code != "Paused" {
		t.Errorf("paused: %+v, %v", j, err)
	}
	must(a.Restart(ctx, by, "q", s, job, []string{"Watermark", "Escrows"}))
	must(a.Delete(ctx, by, "q", s, job))
	look(provisioning.NeedsJob)
	refused(a.Pause(ctx, by, "q", s, job), errs.Conflict, "deleted meanwhile")

	for _, table := range []string{"audit", "provisioning_setup"} {
		var hits, rows int
		must(r.pool.In(tid).QueryRow(ctx, `SELECT count(*) FILTER (WHERE t::text LIKE '%c4nary%'), count(*) FROM `+table+` t`).Scan(&hits, &rows))
		if hits > 0 || rows == 0 {
			t.Errorf("%d of %d rows of %s hold a secret", hits, rows, table)
		}
	}
	if got := fmt.Sprintf("%v %+v %#v", right, right, right); strings.Contains(got, "c4nary") {
		t.Error("a secret prints")
	}
	if _, err := r.provisioning.Setup(ctx, other, s.SPID); !errors.Is(err, errs.NotFound) {
		t.Errorf("the set-up as another tenant: %v", err)
	}
	if open, err := r.provisioning.Setups(ctx, other); err != nil || len(open) != 0 {
		t.Errorf("set-ups of another tenant: %+v, %v", open, err)
	}
}
