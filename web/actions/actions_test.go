package actions

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician, ObjectID: "aaaaaaaa-0000-4000-8000-00000000000a"}

// held is an Intune that holds everything back, and then lets it through.
type held struct{ client *graph.Client }

func (held) Token(context.Context, tenant.ID) (string, error) { return "of the portal", nil }
func (held) Forget(tenant.ID)                                 {}

func (h held) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	return h.client.As(tid, "of the person"), nil
}

// TestPages: the list in all its forms and the page of an action, for who may see it.
func TestPages(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-msft-approval-code") == "" {
			w.Header().Set("x-msft-approval-code", "7d1c2b3a-0f9e-4d8c-b7a6-958473625140")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	client, err := graph.New(server.URL, held{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store := deviceaction.NewStore(f.Pool, audit.NewStore(f.Pool))
	acts := &deviceaction.Acts{Who: held{client}, Graph: client, Store: store, Now: func() time.Time { return f.Now }}
	sync, _ := deviceaction.KindOf("sync")
	for i, tid := range []tenant.ID{contoso.ID, fabrikam.ID} {
		d := deviceaction.Device{Tenant: tid, ID: "d/1", Name: []string{"CTO-1", "=FBK-1"}[i], Serial: "S1", OS: "Windows"}
		who := technician
		who.Tenant = contoso.ID
		if a, err := acts.Do(t.Context(), who, deviceaction.Ask{Kind: sync, Device: d, Nonce: "n", As: "d.kranz@firstup.example", Reason: "Slow"}); err != nil || a.State != deviceaction.Approval {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	runner := &deviceaction.Runner{Acts: acts, May: func(context.Context, tenant.Person, tenant.ID) error { return nil }, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	h := &Handler{Actions: store, Acts: acts, Runner: runner}
	mount := func(r page.Router) { h.Mount(r); h.MountPortal(r) }
	technician := technician
	technician.Tenant = contoso.ID
	both, one := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	support := f.Serve(t, tenant.Person{Name: "Support", Role: tenant.RoleSupport}, tenant.Only(contoso.ID), mount)
	var all, mine struct {
		Rows []struct {
			URL, State string
			DeviceName string `json:"device_name"`
		}
		Count int
	}
	both.JSON("/actions?sort=customer", http.StatusOK, &all)
	one.JSON("/actions", http.StatusOK, &mine)
	if all.Count != 2 || len(all.Rows) != 2 || all.Rows[0].DeviceName != "CTO-1" || mine.Count != 1 || mine.Rows[0].State != "approval" {
		t.Fatalf("all %+v, mine %+v", all, mine)
	}
	ours, theirs := all.Rows[0].URL, all.Rows[1].URL
	for _, path := range []string{theirs, "/t/" + fabrikam.ID.String() + "/actions", "/t/" + contoso.ID.String() + "/actions/999", "/t/" + contoso.ID.String() + "/actions/x", "/actions/1"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	if csv := both.Get("/actions?format=csv").Body.String(); !strings.Contains(csv, "'=FBK-1") || !strings.Contains(csv, "Slow") {
		t.Errorf("CSV:\n%s", csv)
	}
	for path, want := range map[string]int{"/actions?sort=x": 400, "/actions?state=x": 400, "/actions?after=x": 400, "/actions?kind=sync&state=done": 200, "/actions?q=fbk": 200} {
		if got := both.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	if got := support.Get(ours).Body.String(); strings.Contains(got, `action="/t/`) || !strings.Contains(got, "Intune holds it back") {
		t.Error("support is offered to send it, or not told how it stands")
	}
	if got := support.Post(ours, url.Values{}); got.Code != http.StatusForbidden {
		t.Errorf("support sends it again: %d", got.Code)
	}
	one.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: f.Now.Add(time.Hour)}}
	if got := one.Get(ours).Body.String(); !strings.Contains(got, "Send it, now that it is approved") {
		t.Error("nothing leads on from an approval")
	}
	if got := one.Post(ours, url.Values{}); got.Code != http.StatusSeeOther {
		t.Errorf("sent again: %d", got.Code)
	}
	if got := one.Post(ours, url.Values{}); got.Code != http.StatusConflict {
		t.Errorf("sent twice: %d", got.Code)
	}
	account, _ := deviceaction.KindOf("hub-account")
	hub := deviceaction.Device{Tenant: contoso.ID, ID: "h/1", Name: "CTO-HUB", Serial: "S3", OS: "Windows", Model: "Surface Hub 2S"}
	back, err := acts.Do(t.Context(), technician, deviceaction.Ask{Kind: account, Device: hub, Nonce: "hub", Options: deviceaction.Options{Email: "room@contoso.example", Secret: "c4nary"}})
	if err != nil || back.State != deviceaction.Approval {
		t.Fatalf("%+v, %v", back, err)
	}
	room := "/t/" + contoso.ID.String() + "/actions/" + strconv.FormatInt(back.ID, 10)
	if got := one.Get(room).Body.String(); !strings.Contains(got, `name="secret" class="input" type="password" value=""`) || !strings.Contains(got, "The password has to be entered again") || strings.Contains(got, "c4nary") {
		t.Error("once approved, the password is not asked for again")
	}
	for _, secret := range []string{"", strings.Repeat("x", 257)} {
		got := one.Post(room, url.Values{"secret": {secret}})
		if body := got.Body.String(); got.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "Enter the password of the account") || !strings.Contains(body, `aria-invalid="true"`) || strings.Contains(body, "xxx") {
			t.Errorf("sent with a password of %d characters: %d", len(secret), got.Code)
		}
	}
	for _, want := range []int{http.StatusSeeOther, http.StatusConflict} {
		if got := one.Post(room, url.Values{"secret": {"c4nary"}}); got.Code != want {
			t.Errorf("sent with the password: %d, want %d", got.Code, want)
		}
	}
	if got := one.Post(room, nil); got.Code != http.StatusConflict {
		t.Errorf("sent again without: %d", got.Code)
	}
	held := deviceaction.Device{Tenant: fabrikam.ID, ID: "d/2", Name: "FBK-2", Serial: "S2", OS: "Windows"}
	restart, _ := deviceaction.KindOf("restart")
	orderer := technician
	orderer.Tenant = fabrikam.ID
	id, err := runner.Order(t.Context(), orderer, deviceaction.Ask{Kind: restart, Nonce: "order"}, []deviceaction.Device{held}, nil)
	if err != nil {
		t.Fatal(err)
	}
	runner.Wait()
	at := deviceaction.JobPath(id)
	var job struct {
		Devices int64
		Held    int64 `json:"held_by_intune"`
	}
	if both.JSON(at, http.StatusOK, &job); job.Devices != 1 || job.Held != 1 {
		t.Errorf("the job: %+v", job)
	}
	var listed struct {
		Rows  []struct{ Devices, Customers int64 }
		Count int64
	}
	if both.JSON("/actions/jobs?customer="+fabrikam.ID.String(), http.StatusOK, &listed); listed.Count != 1 || len(listed.Rows) != 1 || listed.Rows[0].Devices != 1 || listed.Rows[0].Customers != 1 {
		t.Errorf("jobs: %+v", listed)
	}
	if csv := both.Get("/actions/jobs?format=csv").Body.String(); strings.Count(csv, "\n") != 2 || !strings.Contains(csv, "Technician") {
		t.Errorf("jobs as CSV:\n%s", csv)
	}
	if one.JSON("/actions/jobs", http.StatusOK, &listed); listed.Count != 0 {
		t.Errorf("jobs of another tenant are listed: %+v", listed)
	}
	var there struct{ Rows []struct{ URL string } }
	lines := "/t/" + fabrikam.ID.String() + "/actions?job=" + strconv.FormatInt(id, 10)
	if both.JSON("/t/"+fabrikam.ID.String()+"/actions/jobs", http.StatusOK, &there); len(there.Rows) != 1 || there.Rows[0].URL != lines {
		t.Errorf("inside a customer a job leads to %+v, want %s", there, lines)
	}
	if got := both.Get(lines).Body.String(); !strings.Contains(got, `href="`+at+`"`) {
		t.Error("the devices of a job do not lead to it")
	}
	for path, want := range map[string]int{"/actions/jobs?state=x": 400, "/actions/jobs?sort=x": 400, "/actions/jobs?after=x": 400, "/t/" + fabrikam.ID.String() + "/actions/jobs": 404, "/t/" + contoso.ID.String() + "/actions/jobs": 200} {
		if got := one.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	if get, post := one.Get(at), one.Post(at, url.Values{"do": {"again"}}); get.Code != http.StatusNotFound || post.Code != http.StatusNotFound {
		t.Errorf("a job of another tenant: %d, %d", get.Code, post.Code)
	}
	orderers := f.Serve(t, orderer, tenant.Only(contoso.ID, fabrikam.ID), mount)
	if got := both.Post(at, url.Values{"do": {"again"}}); got.Code != http.StatusConflict {
		t.Errorf("somebody else tries it again: %d", got.Code)
	}
	for do, want := range map[string]int{"again": http.StatusConflict, "stop": http.StatusSeeOther, "go": http.StatusSeeOther, "dance": http.StatusBadRequest} {
		if got := orderers.Post(at, url.Values{"do": {do}}); got.Code != want {
			t.Errorf("%s: %d, want %d", do, got.Code, want)
		}
	}
	runner.Wait()
	if got := support.Post(at, url.Values{"do": {"stop"}}); got.Code != http.StatusForbidden {
		t.Errorf("support steers a job: %d", got.Code)
	}
	var now struct{ State string }
	if one.JSON(ours, http.StatusOK, &now); now.State != "pending" {
		t.Errorf("it is %s", now.State)
	}
}

// TestWindow: a customer's maintenance window is set, changed and removed by who may act there, and read by who may see the customer.
func TestWindow(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	log := audit.NewStore(f.Pool)
	mount := (&Handler{Actions: deviceaction.NewStore(f.Pool, log), Windows: deviceaction.NewWindows(f.Pool, log)}).Mount
	c, support := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, tenant.Person{Name: "Support", Role: tenant.RoleSupport}, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/actions/window"
	if got := c.Get(at).Body.String(); !strings.Contains(got, "none is set") || strings.Contains(got, "Remove the window") {
		t.Error("without a window")
	}
	if got := support.Get(at).Body.String(); strings.Contains(got, `action="/t/`) || !strings.Contains(got, "can change it") {
		t.Error("support is offered to set a window")
	}
	good := url.Values{"days": {"0", "6"}, "opens": {"22:00"}, "closes": {"04:00"}, "zone": {"Europe/Berlin"}}
	but := func(name string, values ...string) url.Values {
		v := url.Values{}
		for k, x := range good {
			v[k] = x
		}
		v[name] = values
		return v
	}
	for words, form := range map[string]url.Values{
		"Choose at least one day.": but("days", "7", "x"), "Write the times as 22:00.": but("opens", "25:00"), "The time zone is not known.": but("zone", "<b>Mars"), "Choose at least one day": {},
	} {
		if got := c.Post(at, form); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), words) || strings.Contains(got.Body.String(), "<b>Mars") {
			t.Errorf("%v: %d without %q", form, got.Code, words)
		}
	}
	for path, want := range map[string]int{"/actions/window": 404, "/t/" + fabrikam.ID.String() + "/actions/window": 404} {
		if get, post := c.Get(path), c.Post(path, good); get.Code != want || post.Code != want {
			t.Errorf("%s: %d, %d, want %d", path, get.Code, post.Code, want)
		}
	}
	if got := support.Post(at, good); got.Code != http.StatusForbidden {
		t.Errorf("support sets a window: %d", got.Code)
	}
	if got := c.Post(at, good); got.Code != http.StatusSeeOther {
		t.Fatalf("set: %d", got.Code)
	}
	var v struct {
		Set    bool
		Window string
		Opens  time.Time `json:"opens_at"`
	}
	if c.JSON(at, http.StatusOK, &v); !v.Set || v.Window != "Sat and Sun, 22:00 to 04:00 (Europe/Berlin)" || v.Opens.IsZero() {
		t.Errorf("the twin: %+v", v)
	}
	if got := c.Get(at).Body.String(); !strings.Contains(got, "Change the window") || strings.Count(got, "checked") != 2 {
		t.Error("the window that is set is not in the form")
	}
	if got := c.Post(at, url.Values{"do": {"remove"}}); got.Code != http.StatusSeeOther {
		t.Errorf("removed: %d", got.Code)
	}
	if c.JSON(at, http.StatusOK, &v); v.Set {
		t.Error("it is still there")
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	for _, s := range deviceaction.States {
		a := deviceaction.Action{
			ID: 7, Tenant: contoso.ID, Kind: "scan", Options: deviceaction.Options{Full: true, Label: "Full scan"}, DeviceID: "d/1", DeviceName: `<b>"x"`, Hardware: "5CG1234XYZ", OS: "Windows", User: "j.mora@contoso.example",
			State: s, Said: "What happened, in words.", By: "Technician", As: "d.kranz@firstup.example", AskedAt: now.Add(-3 * time.Hour), SentAt: now.Add(-3 * time.Hour), RequestID: "r-1",
		}
		if !s.Open() && s != deviceaction.Queued && s != deviceaction.Approval {
			a.EndedAt, a.ReadAt = now.Add(-time.Hour), now.Add(-time.Hour)
		}
		t.Run(string(s), func(t *testing.T) { webtest.Golden(t, actionBody(newView(m, a, page.Chrome{Now: now}))) })
	}
}

// TestLineOfJob: a line says who sends it from where, and waits for a second person only where one has to approve.
func TestLineOfJob(t *testing.T) {
	t.Parallel()
	a := deviceaction.Action{ID: 7, Kind: "wipe", State: deviceaction.Queued, By: "Technician", BrakeID: 3, JobID: 4, Said: "A second person must approve all of the job first."}
	if got := newView(tenant.Membership{}, a, page.Chrome{}).steps()[1].Text; got != "A second person must approve all of the job first. Technician sends it then, from the page of the job." {
		t.Error(got)
	}
	a.Said = ""
	if steps := newView(tenant.Membership{}, a, page.Chrome{}).steps(); len(steps) != 3 {
		t.Errorf("one that was granted waits for a second person: %+v", steps)
	}
}

func TestGoldenJob(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	m := tenant.Membership{Person: technician}
	j := deviceaction.Job{ID: 7, Kind: "restart", Reason: "<b>patch day", By: "Technician", MadeAt: now.Add(-time.Hour), AliveAt: now, Lines: 12, Customers: 2, Done: 12}
	for name, of := range map[string]struct {
		change func(*deviceaction.Job)
		why    []deviceaction.Cause
	}{
		"ended":   {func(*deviceaction.Job) {}, nil},
		"running": {func(j *deviceaction.Job) { j.Done, j.Queued, j.Open = 4, 5, 3 }, nil},
		"stopped": {func(j *deviceaction.Job) { j.Done, j.Queued, j.AliveAt, j.Skipped = 4, 8, now.Add(-time.Hour), 1 }, nil},
		"held": {func(j *deviceaction.Job) {
			j.Kind, j.Choice, j.Done, j.Queued, j.BrakeID, j.AliveAt = "wipe", "nothing kept", 0, 12, 3, time.Time{}
		}, nil},
		"approved": {func(j *deviceaction.Job) {
			j.Kind, j.Done, j.Queued, j.BrakeID, j.AliveAt = "wipe", 0, 12, 4, time.Time{}
		}, nil},
		"intune": {func(j *deviceaction.Job) { j.Done, j.Approval = 10, 2 }, nil},
		"theirs": {func(j *deviceaction.Job) {
			j.Kind, j.Done, j.Queued, j.BrakeID, j.AliveAt = "wipe", 0, 12, 5, time.Time{}
		}, nil},
		"planned": {func(j *deviceaction.Job) { j.Done, j.Queued, j.Windows, j.OpensAt = 0, 12, true, now.Add(20*time.Hour) }, nil},
		"again":   {func(j *deviceaction.Job) { j.Kind, j.Done, j.Failed, j.BrakeID = "wipe", 10, 2, 4 }, []deviceaction.Cause{{Said: "Too many requests.", Lines: 2}}},
		"failed":  {func(j *deviceaction.Job) { j.Done, j.Failed, j.Unknown = 7, 4, 1 }, []deviceaction.Cause{{Said: "Microsoft has had too many requests; nothing was done.", Lines: 3}, {Said: "<script>", Lines: 1}}},
	} {
		job := j
		of.change(&job)
		v := newJobView(m, job, of.why, now)
		if job.BrakeID > 0 {
			v.take(brake.Approval{ID: job.BrakeID, State: map[int64]brake.State{3: brake.Waiting, 4: brake.Allowed, 5: brake.Allowed}[job.BrakeID], DecidedBy: "Owner", LiveUntil: now.Add(time.Hour), ByTenant: m.Person.Tenant, ByObject: map[bool]string{true: "colleague", false: m.Person.ObjectID}[job.BrakeID == 5]})
		}
		t.Run(name, func(t *testing.T) { webtest.Golden(t, jobBody(v)) })
	}
}
