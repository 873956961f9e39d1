package deviceaction_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	cloud "github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// desk is a technician at a customer of the simulated cloud, whose clock is the portal's.
type desk struct {
	t        *testing.T
	world    *world.World
	customer *world.Tenant
	token    world.Token // of the technician
	pool     *postgres.Pool
	client   *graph.Client
	store    *deviceaction.Store
	acts     *deviceaction.Acts
	reader   *deviceaction.Reader
	tid, fab tenant.ID
	by       tenant.Person
	forms    int
	lost     tenant.ID // where the technician may not act any more
	account  string    // that the technician is signed in with at the customer; empty: the one of the form
}

func (k *desk) Token(context.Context, tenant.ID) (string, error) { return "h.portal.s", nil }
func (k *desk) Forget(tenant.ID)                                 {}

func (k *desk) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	if tid != k.tid {
		return graph.Person{}, tenant.NeedSignIn(tid, "You are not signed in there.", "Sign in there first.")
	}
	return k.client.As(tid, "h.person.s").By(k.account), nil
}

func (k *desk) may(_ context.Context, _ tenant.Person, tid tenant.ID) error {
	if tid == k.lost {
		return errs.Show(errs.Forbidden, "You may not act at this customer any more.")
	}
	return nil
}

func (k *desk) verify(token, _ string) (world.Token, error) {
	if token == "h.portal.s" {
		return world.Token{TenantID: k.customer.ID, AppID: k.world.App.ClientID, AppOnly: true, Roles: k.world.App.RequiredRoles, ObjectID: k.world.ServicePrincipalID(k.customer, k.world.App.ClientID)}, nil
	}
	return k.token, nil
}

func newDesk(t *testing.T) *desk {
	t.Parallel()
	noon := time.Date(2026, 8, 12, 12, 0, 0, 0, time.UTC)
	k := &desk{t: t, pool: pgtest.New(t)}
	k.world = world.New(world.Options{Now: func() time.Time { return noon }})
	k.customer = k.world.Tenants()[1]
	i := slices.IndexFunc(k.customer.Users, func(u *world.User) bool { return u.Has("Intune Administrator") })
	u := k.customer.Users[i]
	k.token = world.Token{TenantID: k.customer.ID, AppID: k.world.App.ClientID, ObjectID: u.ID, HomeTenantID: u.HomeTenantID, UPN: u.UserPrincipalName,
		Scopes: []string{deviceaction.Privileged, deviceaction.ReadWrite}, WIDs: []string{world.RoleTemplates["Intune Administrator"]}}
	server := httptest.NewServer(cloud.Handler(k.world, k.verify))
	t.Cleanup(server.Close)
	var err error
	if k.client, err = graph.New(server.URL, k, graph.Options{}); err != nil {
		t.Fatal(err)
	}
	k.tid, _ = tenant.ParseID(k.customer.ID)
	k.fab, _ = tenant.ParseID(k.world.Tenants()[2].ID)
	for _, tid := range []tenant.ID{k.tid, k.fab} {
		if _, err := k.pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, 'Customer')`, tid); err != nil {
			t.Fatal(err)
		}
	}
	now := k.world.Clock.Now
	k.store = deviceaction.NewStore(k.pool, audit.NewStore(k.pool))
	k.acts = &deviceaction.Acts{Who: k, Graph: k.client, Store: k.store, Now: now}
	k.reader = &deviceaction.Reader{Graph: k.client, Store: k.store, Now: now}
	k.by = tenant.Person{Tenant: k.fab, ObjectID: "aaaaaaaa-0000-4000-8000-00000000000a", Name: "Technician", UPN: "technician@firstup.example"}
	return k
}

// device finds one at the customer.
func (k *desk) device(fits func(graph.ManagedDevice) bool) deviceaction.Device {
	k.t.Helper()
	for d, err := range graph.List[graph.ManagedDevice](k.t.Context(), k.client, k.tid, "/deviceManagement/managedDevices", graph.Query{}) {
		if err != nil {
			k.t.Fatal(err)
		}
		if fits(d) {
			return deviceaction.Device{Tenant: k.tid, ID: d.ID, Name: d.DeviceName, Serial: d.Serial, OS: d.OS, Ownership: "company", Supervised: d.Supervised, LastSyncAt: d.LastSync.Time}
		}
	}
	k.t.Fatal("no device fits")
	return deviceaction.Device{}
}

func (k *desk) awake(os string) deviceaction.Device {
	return k.device(func(d graph.ManagedDevice) bool {
		return d.OS == os && k.world.Clock.Now().Sub(d.LastSync.Time) < 12*time.Hour
	})
}

func (k *desk) ask(kind string, d deviceaction.Device) deviceaction.Ask {
	k.t.Helper()
	kd, ok := deviceaction.KindOf(kind)
	if !ok {
		k.t.Fatalf("no kind %s", kind)
	}
	k.forms++
	return deviceaction.Ask{Kind: kd, Device: d, Nonce: strings.Repeat("n", k.forms), As: "technician at the customer", RequestID: "q-1"}
}

func (k *desk) do(kind string, d deviceaction.Device, want deviceaction.State) deviceaction.Action {
	k.t.Helper()
	got, err := k.acts.Do(k.t.Context(), k.by, k.ask(kind, d))
	if err != nil || got.State != want {
		k.t.Fatalf("%s: %+v, %v, want %s", kind, got, err, want)
	}
	return got
}

// after lets time go by and reads what is due.
func (k *desk) after(wait time.Duration, a deviceaction.Action) deviceaction.Action {
	k.t.Helper()
	k.world.Clock.Advance(wait)
	if err := k.reader.RunDue(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
	got, err := k.store.Get(k.t.Context(), a.Tenant, a.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return got
}

func (k *desk) recorded() (list []string) {
	k.t.Helper()
	found, err := audit.NewStore(k.pool).List(k.t.Context(), k.tid, audit.Filter{Limit: 100})
	if err != nil {
		k.t.Fatal(err)
	}
	for _, r := range slices.Backward(found) {
		list = append(list, r.Actor[:4]+" "+r.Action)
	}
	return list
}

// TestAnActionIsFollowedToItsEnd: sent once for each form, in the person's name; read back until it is final; each step a record.
func TestAnActionIsFollowedToItsEnd(t *testing.T) {
	k := newDesk(t)
	pc := k.awake("Windows")
	ask := k.ask("restart", pc)
	first, err := k.acts.Do(t.Context(), k.by, ask)
	if err != nil || first.State != deviceaction.Pending || first.RequestID == "" || first.By != "Technician (technician@firstup.example)" {
		t.Fatalf("sent: %+v, %v", first, err)
	}
	again, err := k.acts.Do(t.Context(), k.by, ask)
	if err != nil || again.ID != first.ID {
		t.Errorf("the same form again: %+v, %v", again, err)
	}
	if _, err := k.acts.Do(t.Context(), k.by, k.ask("restart", pc)); !errors.Is(err, errs.Conflict) {
		t.Errorf("another form while it is under way: %v", err)
	}
	if got := k.after(10*time.Minute, first); got.State != deviceaction.Done || got.EndedAt.IsZero() || got.ReadAt.IsZero() {
		t.Errorf("in the end: %+v", got)
	}
	if want := []string{"Tech device.restart.asked", "Tech device.restart.sent", "Tena device.restart.result.done"}; !slices.Equal(k.recorded(), want) {
		t.Errorf("recorded %v", k.recorded())
	}
	if _, err := k.store.Get(t.Context(), k.fab, first.ID); !errors.Is(err, errs.NotFound) {
		t.Errorf("another tenant: %v", err)
	}
	hub := k.device(func(d graph.ManagedDevice) bool { return strings.Contains(d.Model, "Surface Hub") })
	for _, tc := range []struct {
		kind    string
		device  deviceaction.Device
		options deviceaction.Options
		want    deviceaction.State
	}{
		{"notify", k.awake("iOS"), deviceaction.Options{Title: "Office closed", Message: "Work from home tomorrow."}, deviceaction.Done},
		{"notify", k.awake("iOS"), deviceaction.Options{Title: strings.Repeat("x", 51), Message: "x"}, deviceaction.Failed},
		{"client", k.device(func(d graph.ManagedDevice) bool { return d.ManagementAgent == "configurationManagerClientMdm" }), deviceaction.Options{Client: "appEvaluation"}, deviceaction.Pending},
		{"lost-sound", k.awake("iOS"), deviceaction.Options{Minutes: 2}, deviceaction.Pending},
		{"revoke-licences", k.awake("macOS"), deviceaction.Options{}, deviceaction.Pending},
		{"hub-account", hub, deviceaction.Options{Email: "boardroom@contoso.example", SIP: "sip:boardroom@contoso.example"}, deviceaction.Failed},
		{"hub-account", hub, deviceaction.Options{Email: "boardroom@contoso.example", SIP: "sip:boardroom@contoso.example", Secret: "secret"}, deviceaction.Pending},
	} {
		ask := k.ask(tc.kind, tc.device)
		ask.Options = tc.options
		if got, err := k.acts.Do(t.Context(), k.by, ask); err != nil || got.State != tc.want {
			t.Errorf("%s with %+v: %+v, %v", tc.kind, tc.options, got, err)
		}
	}
	elsewhere := pc
	elsewhere.Tenant = k.fab
	if _, err := k.acts.Do(t.Context(), k.by, k.ask("restart", elsewhere)); !errors.Is(err, errs.Unauthorised) {
		t.Errorf("not signed in there: %v", err)
	}
	if list, _, n, err := k.store.List(t.Context(), tenant.Only(k.tid, k.fab), deviceaction.Filter{Sort: "asked", State: []string{"done"}, Q: pc.Name}); err != nil || n != 1 || list[0].ID != first.ID {
		t.Errorf("listed: %v, %d, %v", list, n, err)
	}
	if list, _, n, err := k.store.List(t.Context(), tenant.Only(k.fab), deviceaction.Filter{Sort: "customer"}); err != nil || n != 0 || len(list) != 0 {
		t.Errorf("listed for another tenant: %v, %v", list, err)
	}
	if of, err := k.store.Of(t.Context(), elsewhere, 10); err != nil || len(of) != 0 {
		t.Errorf("the same hardware at another tenant: %v, %v", of, err)
	}
}

// TestDiagnosticsAreFollowedAndFetched: how far a collection is Intune tells in a list of its own; the address to download from is made as the
// person, and stands in no record.
func TestDiagnosticsAreFollowedAndFetched(t *testing.T) {
	k := newDesk(t)
	pc := k.awake("Windows")
	asked := k.do(deviceaction.Diagnostics, pc, deviceaction.Pending)
	if got := k.after(9*time.Second, asked); got.State != deviceaction.Pending {
		t.Errorf("at first: %+v", got)
	}
	if got := k.after(2*time.Hour, asked); got.State != deviceaction.Done {
		t.Errorf("in the end: %+v", got)
	}
	logs, err := graph.ListAs[graph.DeviceLog](t.Context(), k.client.As(k.tid, "h.person.s"), "/deviceManagement/managedDevices/"+pc.ID+"/logCollectionRequests", graph.Query{})
	if err != nil || len(logs) == 0 {
		t.Fatalf("read: %+v, %v", logs, err)
	}
	log := logs[len(logs)-1]
	if log.State != "completed" || log.SizeInKB == 0 || log.By != k.token.UPN {
		t.Errorf("collected: %+v", log)
	}
	at, err := k.acts.LogAddress(t.Context(), k.by, pc, log.ID, "q-9")
	if err != nil || !strings.Contains(at, "sig=") {
		t.Errorf("the address: %q, %v", at, err)
	}
	if _, err := k.acts.LogAddress(t.Context(), k.by, pc, "no such", "q-9"); !errors.Is(err, errs.Conflict) {
		t.Errorf("of what is not there: %v", err)
	}
	if got := k.recorded(); !slices.Contains(got, "Tech diagnostics.downloaded") || !slices.Contains(got, "Tech diagnostics.downloaded.failed") {
		t.Errorf("recorded %v", got)
	}
	var kept int
	if err := k.pool.In(k.tid).QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE detail::text LIKE '%sig=%' OR detail::text LIKE '%/blob/%'`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d records hold the address, %v", kept, err)
	}
	k.token.WIDs = nil
	if _, err := k.acts.LogAddress(t.Context(), k.by, pc, log.ID, "q-9"); !errors.Is(err, errs.Forbidden) {
		t.Errorf("without a role: %v", err)
	}
}

// TestWhatGoesWrong: a refusal is final, a lost answer is read back and never repeated, a held action waits for its approval, a device that
// left is gone.
func TestWhatGoesWrong(t *testing.T) {
	k := newDesk(t)
	pc, mac := k.awake("Windows"), k.awake("macOS")
	calls := func() (n int) {
		entries, _ := k.world.Log.Entries()
		for _, e := range entries {
			if e.Method == "POST" {
				n++
			}
		}
		return n
	}
	k.world.Faults.Add(world.Fault{Kind: "unavailable", Path: "rebootNow"})
	lost := k.do("restart", pc, deviceaction.Unknown)
	if got := k.after(5*time.Minute, lost); got.State != deviceaction.Unknown || got.ReadAt.IsZero() {
		t.Errorf("five minutes after a lost answer: %+v", got)
	}
	if got := k.after(20*time.Minute, lost); got.State != deviceaction.Unknown || got.EndedAt.IsZero() || !strings.Contains(got.Said, "no trace") {
		t.Errorf("later: %+v", got)
	}
	if n := calls(); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
	k.world.Faults.Clear()
	k.world.Faults.Add(world.Fault{Kind: "approvalRequired"})
	held := k.do("sync", pc, deviceaction.Approval)
	if got, err := k.acts.Go(t.Context(), k.by, "q-2", held, ""); err != nil || got.State != deviceaction.Pending {
		t.Errorf("sent again once it was approved: %+v, %v", got, err)
	}
	if _, err := k.acts.Go(t.Context(), k.by, "q-3", deviceaction.Action{Kind: "sync", State: deviceaction.Done}, ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("again without a need: %v", err)
	}
	k.world.Faults.Clear()
	k.token.WIDs = nil
	if got := k.do("lock", mac, deviceaction.Failed); !strings.Contains(got.Said, "RemoteLock") {
		t.Errorf("without a role: %q", got.Said)
	}
	k.token.WIDs = []string{world.RoleTemplates["Intune Administrator"]}
	k.world.Faults.Add(world.Fault{Kind: "actionsFail"})
	if got := k.after(time.Hour, k.do("lock", mac, deviceaction.Pending)); got.State != deviceaction.Failed {
		t.Errorf("a device that cannot: %+v", got)
	}
	k.world.Faults.Clear()
	notes := k.ask("notes", mac)
	notes.Options.Notes = "Lent to the front desk"
	if got, err := k.acts.Do(t.Context(), k.by, notes); err != nil || got.State != deviceaction.Done {
		t.Errorf("notes: %+v, %v", got, err)
	}
	stopped := k.device(func(d graph.ManagedDevice) bool {
		return d.OS == "Windows" && k.world.Clock.Now().Sub(d.LastSync.Time) > 40*24*time.Hour
	})
	waiting := k.do("restart", stopped, deviceaction.Pending)
	if got := k.after(30*24*time.Hour, waiting); got.State != deviceaction.Pending {
		t.Errorf("a device that is off: %+v", got)
	}
	if got := k.after(40*24*time.Hour, waiting); got.State != deviceaction.Unknown || got.EndedAt.IsZero() {
		t.Errorf("given up: %+v", got)
	}
	leaving := k.do("restart", stopped, deviceaction.Pending)
	if _, err := graph.Send[struct{}](t.Context(), k.client.As(k.tid, "h.person.s"), graph.Change{Method: "DELETE", Path: "/deviceManagement/managedDevices/" + stopped.ID}); err != nil {
		t.Fatal(err)
	}
	if got := k.after(time.Hour, leaving); got.State != deviceaction.Gone {
		t.Errorf("a record that left: %+v", got)
	}
}

// budget is a brake that answers as it is told, and counts.
type budget struct {
	says          deviceaction.Decision
	id            int64 // of the request
	spent, back   int
	refunded      int // of those given back what was spent
	withdrawn     int64
	stopped       bool
	over          map[int64]string
	noncesOfAsked []string
	asked         deviceaction.Order
}

func (b *budget) Preview(context.Context, tenant.Person, deviceaction.Order) (deviceaction.Decision, error) {
	return b.says, nil
}

func (b *budget) Ask(_ context.Context, _ tenant.Person, o deviceaction.Order, _ string) (deviceaction.Decision, error) {
	b.noncesOfAsked, b.asked = append(b.noncesOfAsked, o.Nonce), o
	d := b.says
	d.ID = b.id
	d.Spend = func(context.Context, deviceaction.Action) error {
		if b.stopped {
			return errs.Show(errs.Conflict, "Destructive acts are stopped.")
		}
		b.spent++
		return nil
	}
	return d, nil
}

func (b *budget) GiveBack(_ context.Context, _ deviceaction.Action, spent bool) error {
	b.back++
	if spent {
		b.refunded++
	}
	return nil
}

func (b *budget) Over(context.Context, []int64) (map[int64]string, error) { return b.over, nil }

func (b *budget) Withdraw(_ context.Context, _ tenant.Person, id int64, _ string) error {
	b.withdrawn = id
	return nil
}

// TestWhatDestroysPassesTheBrake: nothing is sent without a grant; it is spent once for each sending, and given back only where nothing was done.
func TestWhatDestroysPassesTheBrake(t *testing.T) {
	k := newDesk(t)
	b := &budget{id: 7}
	k.acts.Brake = b
	grant, wait := deviceaction.Decision{Granted: true}, deviceaction.Decision{Waits: true, Sentence: "A second person must approve."}
	pc, mac := k.awake("Windows"), k.awake("macOS")
	b.says = deviceaction.Decision{Sentence: "Destructive acts are stopped.", Next: "An owner can release them."}
	if _, err := k.acts.Do(t.Context(), k.by, k.ask("wipe", pc)); !errors.Is(err, errs.Conflict) {
		t.Errorf("while stopped: %v", err)
	}
	b.says = deviceaction.Decision{SignInAt: k.tid, Sentence: "Too old."}
	if at, ok := errors.AsType[*tenant.SignInNeeded](func() error { _, err := k.acts.Do(t.Context(), k.by, k.ask("wipe", pc)); return err }()); !ok || !at.Anew {
		t.Error("an old sign-in does not lead to a new one")
	}
	b.says = wait
	waiting := k.do("wipe", pc, deviceaction.Queued)
	if _, err := k.acts.Go(t.Context(), k.by, "q-2", waiting, ""); !errors.Is(err, errs.Conflict) || b.spent != 0 {
		t.Errorf("sent before anybody approved: %v, spent %d", err, b.spent)
	}
	b.says = grant
	other := k.by
	other.ObjectID = "aaaaaaaa-0000-4000-8000-00000000000b"
	if _, err := k.acts.Go(t.Context(), other, "q-2", waiting, ""); !errors.Is(err, errs.Forbidden) || b.spent != 0 {
		t.Errorf("sent by somebody else: %v", err)
	}
	k.world.Faults.Add(world.Fault{Kind: "unavailable", Path: "wipe"})
	lost, err := k.acts.Go(t.Context(), k.by, "q-3", waiting, "")
	if err != nil || lost.State != deviceaction.Unknown || b.spent != 1 || b.back != 0 || b.noncesOfAsked[len(b.noncesOfAsked)-1] != waiting.Nonce {
		t.Errorf("a lost answer to a wipe: %+v, %v, spent %d, given back %d", lost, err, b.spent, b.back)
	}
	if _, err := k.acts.Do(t.Context(), k.by, k.ask("wipe", pc)); !errors.Is(err, errs.Conflict) {
		t.Errorf("a wipe while it is unknown whether another was done: %v", err)
	}
	k.world.Faults.Clear()
	if got := k.after(20*time.Minute, lost); got.State != deviceaction.Unknown || got.EndedAt.IsZero() {
		t.Errorf("without a trace: %+v", got)
	}
	wiped := k.do("wipe", pc, deviceaction.Pending)
	if got := k.after(time.Hour, wiped); got.State != deviceaction.Done || b.spent != 2 {
		t.Errorf("wiped: %+v, spent %d", got, b.spent)
	}
	back := pc
	back.ID = "another record of the same hardware"
	if of, err := k.store.Of(t.Context(), back, 10); err != nil || len(of) != 2 || of[0].ID != wiped.ID {
		t.Errorf("what was done to the hardware before: %v, %v", of, err)
	}
	k.world.Faults.Add(world.Fault{Kind: "approvalRequired"})
	held := k.do("retire", mac, deviceaction.Approval)
	if b.back != 1 || b.refunded != 1 {
		t.Errorf("held back by Intune: given back %d times", b.back)
	}
	stale, early := held, held
	stale.State, early.Approval = deviceaction.Queued, ""
	if _, err := k.acts.Go(t.Context(), k.by, "q-4", stale, ""); err != nil {
		t.Error(err)
	}
	if got, _ := k.store.Get(t.Context(), k.tid, held.ID); got.State != deviceaction.Approval {
		t.Errorf("what Intune holds back was sent by who saw it before: %+v", got)
	}
	k.world.Clock.Advance(time.Minute)
	if got, err := k.acts.Go(t.Context(), k.by, "q-4", early, ""); err != nil || got.State != deviceaction.Approval {
		t.Errorf("sent again before it was approved in Intune: %+v, %v", got, err)
	}
	if held, err = k.store.Get(t.Context(), k.tid, held.ID); err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(b.noncesOfAsked)
	if got, err := k.acts.Go(t.Context(), k.by, "q-4", held, ""); err != nil || got.State != deviceaction.Pending || slices.Contains(before, b.noncesOfAsked[len(before)]) {
		t.Errorf("approved in Intune, by what was not given back: %+v, %v", got, err)
	}
	k.world.Faults.Clear()
	b.stopped = true
	phone := k.awake("iOS")
	given := b.back
	if got, err := k.acts.Do(t.Context(), k.by, k.ask("delete", phone)); !errors.Is(err, errs.Conflict) || got.State != deviceaction.Cancelled || b.back != given+1 {
		t.Errorf("stopped in the last moment: %+v, %v", got, err)
	}
	b.stopped = false
	if got := k.do("delete", phone, deviceaction.Done); got.EndedAt.IsZero() {
		t.Errorf("deleted: %+v", got)
	}
	b.says = wait
	dropped := k.do("clean", k.awake("Windows"), deviceaction.Queued)
	if err := k.acts.Drop(t.Context(), k.by, "q-5", dropped); err != nil {
		t.Error(err)
	}
	if got, _ := k.store.Get(t.Context(), k.tid, dropped.ID); got.State != deviceaction.Cancelled || b.withdrawn != dropped.BrakeID {
		t.Errorf("taken back: %+v", got)
	}
	if err := k.acts.Drop(t.Context(), k.by, "q-5", dropped); !errors.Is(err, errs.Conflict) {
		t.Errorf("taken back what was sent or ended meanwhile: %v", err)
	}
	refused := k.do("clean", k.awake("Windows"), deviceaction.Queued)
	if err := k.acts.Lapse(t.Context()); err != nil {
		t.Error(err)
	}
	b.over = map[int64]string{7: "The owner refused this: not stolen"}
	if err := k.acts.Lapse(t.Context()); err != nil {
		t.Error(err)
	}
	if got, _ := k.store.Get(t.Context(), k.tid, refused.ID); got.State != deviceaction.Cancelled || got.Said != b.over[7] {
		t.Errorf("refused by a second person: %+v", got)
	}
	again := k.do("clean", k.awake("Windows"), deviceaction.Queued)
	b.says = deviceaction.Decision{Sentence: "Destructive acts are stopped."}
	b.id = 0
	if _, err := k.acts.Go(t.Context(), k.by, "q-6", again, ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("while stopped: %v", err)
	}
	if got, _ := k.store.Get(t.Context(), k.tid, again.ID); got.State != deviceaction.Queued {
		t.Errorf("a stop, which can be released, ended it: %+v", got)
	}
	b.says, b.id = deviceaction.Decision{Sentence: "This was not used in time and has lapsed."}, 7
	given = b.back
	if _, err := k.acts.Go(t.Context(), k.by, "q-6", again, ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("a request that lapsed: %v", err)
	}
	if got, _ := k.store.Get(t.Context(), k.tid, again.ID); got.State != deviceaction.Cancelled || b.back != given+1 {
		t.Errorf("lapsed: %+v", got)
	}
}

func TestOffered(t *testing.T) {
	for _, tc := range []struct {
		kind   string
		device deviceaction.Device
		reason string
	}{
		{"restart", deviceaction.Device{OS: "Windows"}, ""},
		{"restart", deviceaction.Device{OS: "Windows", Gone: true}, "no longer in Intune"},
		{"restart", deviceaction.Device{OS: "macOS"}, ""},
		{"restart", deviceaction.Device{OS: "iOS"}, "not supervised"},
		{"restart", deviceaction.Device{OS: "Android", Ownership: "personal"}, "work profile"},
		{"restart", deviceaction.Device{OS: "Windows", Agent: "jamf"}, "Jamf manages"},
		{"restart", deviceaction.Device{}, "not known which system"},
		{"lock", deviceaction.Device{OS: "Windows"}, "Windows does not support"},
		{"scan", deviceaction.Device{OS: "iOS", Supervised: true}, "iOS does not support"},
		{"lost-mode-on", deviceaction.Device{OS: "iPadOS", Supervised: true}, ""},
		{"rotate-bitlocker", deviceaction.Device{OS: "Windows"}, "not encrypted"},
		{"delete-user", deviceaction.Device{OS: "iPadOS", User: "someone"}, "not shared"},
		{"rename", deviceaction.Device{OS: "Windows", Ownership: "personal"}, "not recorded as the company"},
		{"lost-sound", deviceaction.Device{OS: "Android", Ownership: "company"}, ""},
		{"lost-sound", deviceaction.Device{OS: "iOS"}, "not supervised"},
		{"client", deviceaction.Device{OS: "Windows", Agent: "configurationManagerClientMdm"}, ""},
		{"client", deviceaction.Device{OS: "Windows", Agent: "mdm"}, "does not manage this device beside Intune"},
		{"client", deviceaction.Device{OS: "Windows", Agent: "configurationManagerClient"}, "not Intune"},
		{"notify", deviceaction.Device{OS: "Android", Ownership: "personal"}, ""},
		{"notify", deviceaction.Device{OS: "Android", Ownership: "company"}, "work profile"},
		{"notify", deviceaction.Device{OS: "macOS"}, "macOS does not support"},
		{"revoke-licences", deviceaction.Device{OS: "macOS"}, ""},
		{"hub-account", deviceaction.Device{OS: "Windows", Model: "Surface Hub 2S"}, ""},
		{"hub-account", deviceaction.Device{OS: "Windows", Model: "Surface Laptop 6"}, "Only a Surface Hub"},
		{"notes", deviceaction.Device{OS: "Linux", Agent: "jamf"}, ""},
		{"wipe", deviceaction.Device{OS: "macOS"}, ""},
	} {
		k, _ := deviceaction.KindOf(tc.kind)
		if got := k.Offered(tc.device); got != tc.reason && (tc.reason == "" || !strings.Contains(got, tc.reason)) {
			t.Errorf("%s on %+v: %q, want %q", tc.kind, tc.device, got, tc.reason)
		}
	}
	if wipe, _ := deviceaction.KindOf("wipe"); wipe.OfferedAmong(deviceaction.Device{OS: "macOS"}) == "" || wipe.OfferedAmong(deviceaction.Device{OS: "iOS", Gone: true}) == "" || wipe.OfferedAmong(deviceaction.Device{OS: "Windows"}) != "" {
		t.Error("a Mac is wiped as one of many, or what can be is not")
	}
	for _, d := range []deviceaction.Device{{Serial: "S"}, {Serial: "0", IMEI: "S"}, {EntraID: "S"}, {EntraID: "00000000-0000-0000-0000-000000000000", ID: "S"}} {
		if d.Hardware() != "S" {
			t.Errorf("%+v is recognised by %q", d, d.Hardware())
		}
	}
}
