package device_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = id("11111111-1111-4111-8111-111111111111")
	fabrikam = id("22222222-2222-4222-8222-222222222222")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
)

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func twoTenants(t *testing.T) (*postgres.Pool, *device.Store) {
	t.Helper()
	pool := pgtest.New(t)
	for tid, name := range map[tenant.ID]string{contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name, state) VALUES ($1, $2, 'connected')`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	return pool, device.NewStore(pool)
}

// merge stores a complete read of the tenant, with its counters, as the sync does.
func merge(t *testing.T, pool *postgres.Pool, s *device.Store, tid tenant.ID, run int64, at time.Time, of ...device.Device) graphsync.Merged {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, d := range of {
		if d.Actions == nil {
			d.Actions = json.RawMessage("[]")
		}
		if d.CheckIn == "" {
			d.CheckIn = device.CheckInOf(d.LastSyncAt, at)
		}
		if err := stage.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	var m graphsync.Merged
	err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) error {
		var err error
		if m, err = stage.Merge(t.Context(), tx, tid, run, at); err != nil {
			return err
		}
		return pgtest.SaveCounters(t.Context(), tx, tid, graphsync.Devices, m.Counters, at)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func laptop(n int) device.Device {
	return device.Device{
		ID: fmt.Sprintf("d%03d", n), Name: fmt.Sprintf("LAPTOP-%03d", n), Serial: fmt.Sprintf("SN%03d", n), OS: "Windows", OSVersion: "10.0.26100.1",
		Compliance: []string{"compliant", "noncompliant", "inGracePeriod"}[n%3], Ownership: "company", Encrypted: n%2 == 0,
		UPN: fmt.Sprintf("user%d@contoso.example", n%5), UserName: fmt.Sprintf("User %d", n%5), WiFiMAC: fmt.Sprintf("3C21F4A09B%02X", n),
		LastSyncAt: noon.Add(-time.Duration(n) * 24 * time.Hour), EnrolledAt: noon.AddDate(-1, 0, 0), Category: "Office",
	}
}

func fleet(n int) []device.Device {
	of := make([]device.Device, n)
	for i := range of {
		of[i] = laptop(i)
	}
	return of
}

// TestMergeKnowsOddNamesAgain reads devices again whose names Go and Postgres fold, order or measure in different ways.
func TestMergeKnowsOddNamesAgain(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := []device.Device{}
	for i, name := range []string{"", " ", "  PC 1 ", "İSTANBUL", "ΣΊΣΥΦΟΣ", "ẞtraße", "ﬀ-ﬁ", "e\u0301", "\x00\xff", "a\tb\nc\\N", "\\N", "\\.", "😀", "\u2028\ufeff", strings.Repeat("Ⱥ", 3000)} {
		name = postgres.Clean(name)
		of = append(of, device.Device{ID: fmt.Sprintf("d%02d", i), Name: name, Serial: " " + name, UPN: name, WiFiMAC: name, EnrolledAt: noon.Add(time.Duration(i) * 333)})
	}
	for run, want := range []int64{int64(len(of)), 0} {
		if m := merge(t, pool, s, contoso, int64(run+1), noon.Add(time.Duration(run)*time.Minute), of...); m.Written != want || m.Gone != 0 {
			t.Errorf("read %d: %+v, want %d written", run+1, m, want)
		}
	}
}

func TestMergeWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := fleet(5)
	if m := merge(t, pool, s, contoso, 1, noon, of...); m.Written != 5 || m.Gone != 0 || m.Counters["total"] != 5 {
		t.Errorf("first read: %+v", m)
	}
	if m := merge(t, pool, s, contoso, 2, noon.Add(time.Minute), of...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged read wrote %d, lost %d", m.Written, m.Gone)
	}
	of[1].Compliance, of[1].StorageFree = "compliant", 42
	m := merge(t, pool, s, contoso, 3, noon.Add(2*time.Minute), append(slices.Clone(of[:4]), of[1])...) // d004 is gone, d001 comes twice
	if m.Written != 1 || m.Gone != 1 || m.Counters["total"] != 4 {
		t.Errorf("third read: %+v", m)
	}
	if m := merge(t, pool, s, contoso, 3, noon.Add(2*time.Minute), append([]device.Device{laptop(1)}, of[:4]...)...); m.Written != 0 { // as it was, and then as it is: a page that shifted
		t.Errorf("a device that comes twice, last as it is known, was written: %+v", m)
	}
	ch, err := s.Changes(t.Context(), contoso, "d001", 10)
	if err != nil || len(ch) != 1 || ch[0].Field != "compliance" || ch[0].Old != "noncompliant" || ch[0].New != "compliant" || ch[0].Run != 3 {
		t.Errorf("Changes = %+v, %v", ch, err)
	}
	gone, err := s.Get(t.Context(), contoso, "d004")
	if err != nil || gone.GoneAt.IsZero() {
		t.Errorf("gone device = %v, %v", gone.GoneAt, err)
	}
	merge(t, pool, s, contoso, 4, noon.Add(3*time.Minute), of...)
	back, err := s.Get(t.Context(), contoso, "d004")
	if err != nil || !back.GoneAt.IsZero() || !back.FirstSeenAt.Equal(noon) {
		t.Errorf("device that is back: gone %v, first seen %v, %v", back.GoneAt, back.FirstSeenAt, err)
	}
	if all, err := s.ChangesSince(t.Context(), contoso, noon, 10); err != nil || len(all) != 3 { // compliance, gone, back
		t.Errorf("ChangesSince = %+v, %v", all, err)
	}
}

func TestGetKeepsEveryField(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	yes, no := true, false
	want := device.Device{
		Tenant: contoso, TenantName: "Contoso", ID: "d1", Name: "Böxchen\t\\N\n\"x\"", Serial: "S\\1", OS: "iOS", OSVersion: "17.7", Model: "m", Manufacturer: "mf",
		Compliance: "futureState", GraceUntil: noon, Ownership: "personal", Agent: "mdm", State: "managed", EnrolledAt: noon, LastSyncAt: noon.Add(123456 * time.Microsecond),
		CheckIn: "today", Encrypted: true, Supervised: true, JailBroken: "False", StorageTotal: 1 << 40, StorageFree: 7, Category: "c", Threat: "t",
		EnrolmentType: "e", Profile: "p", PatchLevel: "pl", ManagedName: "mn", UserID: "u", UPN: "U@x", UserName: "un", Email: "e@x", Phone: "+41", Carrier: "ca",
		IMEI: "35", MEID: "me", WiFiMAC: "AABB", EntraDeviceID: "e1", EntraRegistered: &yes, Registration: "registered", EASActivated: true, EASDeviceID: "eas",
		ExchangeAccess: "allowed", ExchangeReason: "r", ExchangeSyncAt: noon, CertificateEnds: noon, NeedsApproval: &no,
		Actions:     json.RawMessage(`[{"name": "rebootNow", "state": "done"}]`),
		FirstSeenAt: noon, ChangedAt: noon,
	}
	merge(t, pool, s, contoso, 1, noon, want)
	got, err := s.Get(t.Context(), contoso, "d1")
	if err != nil {
		t.Fatal(err)
	}
	got.FirstSeenAt, got.ChangedAt = got.FirstSeenAt.UTC(), got.ChangedAt.UTC()
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(got)
	if string(a) != string(b) {
		t.Errorf("Get:\n got %s\nwant %s", b, a)
	}
	if r := got.ActionResults(); len(r) != 1 || r[0].Name != "rebootNow" {
		t.Errorf("ActionResults = %+v", r)
	}
}

func TestListPagesInEveryOrder(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, 1, noon, append(fleet(23), device.Device{ID: "never", Name: "NEVER", OS: "macOS", Compliance: "unknown"})...)
	merge(t, pool, s, fabrikam, 1, noon, fleet(7)...)
	some := device.Filter{Compliance: []string{"noncompliant", "unknown", "noncompliant"}, OS: []string{"Windows", "macOS"}}
	for _, tc := range []struct {
		name  string
		scope tenant.Scope
		f     device.Filter
		want  int64
	}{
		{"all", tenant.Everything(), device.Filter{}, 31}, {"one", tenant.Only(contoso), device.Filter{}, 24}, {"two", tenant.Only(contoso, fabrikam), device.Filter{}, 31},
		{"some of all", tenant.Everything(), some, 11}, {"some of one", tenant.Only(contoso), some, 9}, {"some of two", tenant.Only(contoso, fabrikam), some, 11},
	} {
		for _, sort := range device.Sorts {
			for _, desc := range []bool{false, true} {
				var got []string
				f := tc.f
				f.Sort, f.Desc, f.Limit = sort, desc, 5
				for pages := 0; ; pages++ {
					page, err := s.List(t.Context(), tc.scope, f)
					if err != nil {
						t.Fatalf("%s %s: %v", tc.name, sort, err)
					}
					if page.Count != tc.want {
						t.Errorf("%s %s: count %d, want %d", tc.name, sort, page.Count, tc.want)
					}
					for _, d := range page.Rows {
						got = append(got, d.Tenant.String()+d.ID)
					}
					if page.Next == "" || pages > 20 {
						break
					}
					f.After = page.Next
				}
				if unique := slices.Compact(slices.Sorted(slices.Values(got))); len(got) != int(tc.want) || len(unique) != int(tc.want) {
					t.Errorf("%s %s desc=%t: %d rows, %d different, want %d", tc.name, sort, desc, len(got), len(unique), tc.want)
				}
				var all []string
				f = tc.f
				f.Sort, f.Desc = sort, desc
				if err := s.Each(t.Context(), tc.scope, f, func(d device.Device) error {
					all = append(all, d.Tenant.String()+d.ID)
					return nil
				}); err != nil || !slices.Equal(all, got) {
					t.Errorf("%s %s desc=%t: Each differs from the pages: %v", tc.name, sort, desc, err)
				}
			}
		}
	}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, 1, noon, append(fleet(60), device.Device{ID: "n", Name: "100%_odd", OS: "iOS", Compliance: "unknown", IMEI: "356938035643809", UserID: "u1"})...)
	merge(t, pool, s, fabrikam, 1, noon, fleet(3)...)
	yes := true
	for _, tc := range []struct {
		name string
		f    device.Filter
		want int64
	}{
		{"all", device.Filter{}, 64},
		{"compliance", device.Filter{Compliance: []string{"noncompliant"}}, 21},
		{"two states", device.Filter{Compliance: []string{"noncompliant", "unknown"}}, 22},
		{"state nobody has", device.Filter{Compliance: []string{"x' OR 1=1 --"}}, 0},
		{"os", device.Filter{OS: []string{"iOS"}}, 1},
		{"never checked in", device.Filter{CheckIn: []string{device.CheckInNever}}, 1},
		{"8 to 30 days", device.Filter{CheckIn: []string{device.CheckIn30}}, 23},
		{"encrypted", device.Filter{Encrypted: &yes}, 32},
		{"encrypted and compliant", device.Filter{Encrypted: &yes, Compliance: []string{"compliant"}}, 11},
		{"name part", device.Filter{Q: "top-05"}, 10},
		{"serial", device.Filter{Q: "sn001"}, 2},
		{"imei part", device.Filter{Q: "0356438"}, 1},
		{"mac with colons", device.Filter{Q: "3c:21:f4:a0:9b:01"}, 2},
		{"mac without", device.Filter{Q: "3C21F4A09B01"}, 2},
		{"two characters are a prefix", device.Filter{Q: "la"}, 63},
		{"wildcards are literal", device.Filter{Q: "0%_o"}, 1},
		{"percent alone", device.Filter{Q: "%%%"}, 0},
		{"tenant", device.Filter{Tenants: []tenant.ID{fabrikam}}, 3},
		{"user", device.Filter{UserID: "u1"}, 1},
		{"gone", device.Filter{Gone: true}, 0},
	} {
		page, err := s.List(t.Context(), tenant.Everything(), tc.f)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		tc.f.Limit = 500
		all, _ := s.List(t.Context(), tenant.Everything(), tc.f)
		if page.Count != tc.want || int64(len(all.Rows)) != tc.want {
			t.Errorf("%s: count %d, rows %d, want %d", tc.name, page.Count, len(all.Rows), tc.want)
		}
	}
}

func TestListRefusesNonsense(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, 1, noon, fleet(3)...)
	good, err := s.List(t.Context(), tenant.Only(contoso), device.Filter{Limit: 1})
	if err != nil || good.Next == "" {
		t.Fatalf("%+v %v", good, err)
	}
	for _, f := range []device.Filter{
		{Sort: "password"}, {After: "!!"}, {After: "W10"}, {After: good.Next, Sort: "lastSync"}, {After: good.Next, Desc: true},
		{After: good.Next[:len(good.Next)-3]}, {Q: "a\x00b"}, {Q: "\xff\xff\xff"}, {OS: []string{"\x00"}},
		{After: "WyJsYXN0U3luYyIsIm5vdCBhIHRpbWUiLCJ4Il0", Sort: "lastSync"}, // ["lastSync","not a time","x"]
	} {
		if _, err := s.List(t.Context(), tenant.Only(contoso), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: error = %v, want Invalid", f, err)
		}
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, 1, noon, laptop(1))
	changed := laptop(1)
	changed.Compliance = "error"
	merge(t, pool, s, fabrikam, 2, noon, changed)
	ctx, other := t.Context(), tenant.Only(contoso)
	if _, err := s.Get(ctx, contoso, "d001"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get: %v, want NotFound", err)
	}
	if p, err := s.List(ctx, other, device.Filter{}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
		t.Errorf("List: %+v, %v", p, err)
	}
	for _, q := range []string{"laptop", "sn001", "la"} {
		if p, err := s.List(ctx, other, device.Filter{Q: q}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
			t.Errorf("List %q: %+v, %v", q, p, err)
		}
	}
	if p, err := s.List(ctx, other, device.Filter{Tenants: []tenant.ID{fabrikam}}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
		t.Errorf("List of the other tenant: %+v, %v", p, err)
	}
	if p, err := s.List(ctx, tenant.Only(), device.Filter{}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
		t.Errorf("List of no tenant: %+v, %v", p, err)
	}
	if n, err := s.Count(ctx, other, device.Filter{Category: []string{"Office"}}); err != nil || n != 0 {
		t.Errorf("Count: %d, %v", n, err)
	}
	if err := s.Each(ctx, other, device.Filter{}, func(d device.Device) error { return fmt.Errorf("saw %s", d.ID) }); err != nil {
		t.Errorf("Each: %v", err)
	}
	if c, err := s.Changes(ctx, contoso, "d001", 9); err != nil || len(c) != 0 {
		t.Errorf("Changes: %+v, %v", c, err)
	}
	if c, err := s.ChangesSince(ctx, contoso, time.Time{}, 9); err != nil || len(c) != 0 {
		t.Errorf("ChangesSince: %+v, %v", c, err)
	}
	if c, err := s.Categories(ctx, other, device.CategoryFilter{}); err != nil || len(c.Rows) != 0 {
		t.Errorf("Categories: %+v, %v", c, err)
	}
	mine := laptop(1)
	mine.Tenant = contoso
	if e, err := s.SameSerial(ctx, other, mine); err != nil || len(e) != 0 {
		t.Errorf("SameSerial: %+v, %v", e, err)
	}
	if e, err := s.SameSerial(ctx, tenant.Everything(), mine); err != nil || len(e) != 1 || e[0].Tenant != fabrikam {
		t.Errorf("SameSerial over all: %+v, %v", e, err)
	}
	// A merge under one tenant's scope cannot write another's row.
	err := pool.InTx(ctx, contoso, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE device SET name = 'x' WHERE tenant_id = $1`, fabrikam)
		return err
	})
	if d, gerr := s.Get(ctx, fabrikam, "d001"); err != nil || gerr != nil || d.Name != "LAPTOP-001" {
		t.Errorf("update under another scope: %v, %v, name %q", err, gerr, d.Name)
	}
}

// TestCheckInsAge reads the same devices again and again while the clock goes on: only what is of another age is written, and that is no
// change of the device.
func TestCheckInsAge(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	const day = 24 * time.Hour
	one, two, never := laptop(0), laptop(1), laptop(2)
	one.LastSyncAt, two.LastSyncAt, never.LastSyncAt = noon, noon.Add(-2*day), time.Time{}
	merge(t, pool, s, fabrikam, 1, noon, laptop(0))
	run := int64(0)
	for _, at := range []struct {
		after     time.Duration
		written   int64
		ages      [2]string
		oneChecks bool
	}{
		{0, 3, [2]string{"today", "1-7"}, false},
		{23 * time.Hour, 0, [2]string{"today", "1-7"}, false},
		{day, 1, [2]string{"1-7", "1-7"}, false},
		{6 * day, 1, [2]string{"1-7", "8-30"}, false},
		{8 * day, 1, [2]string{"8-30", "8-30"}, false},
		{100 * day, 2, [2]string{"over90", "over90"}, false}, // past ages between
		{101 * day, 1, [2]string{"today", "over90"}, true},
		{200 * day, 1, [2]string{"over90", "over90"}, false},
	} {
		now := noon.Add(at.after)
		if at.oneChecks {
			one.LastSyncAt = now
		}
		run++
		m := merge(t, pool, s, contoso, run, now, one, two, never)
		if m.Written != at.written {
			t.Errorf("after %s: %d devices written, not %d", at.after, m.Written, at.written)
		}
		for i, want := range at.ages {
			d, err := s.Get(t.Context(), contoso, fmt.Sprintf("d%03d", i))
			if err != nil || d.CheckIn != want {
				t.Errorf("after %s: device %d last checked in %q, not %q (%v)", at.after, i, d.CheckIn, want, err)
			}
		}
		if m.Counters["checkin:never"] != 1 || m.Counters["checkin:"+at.ages[0]] == 0 || m.Counters["total"] != 3 {
			t.Errorf("after %s: %v", at.after, m.Counters)
		}
	}
	if found, err := s.Changes(t.Context(), contoso, "d000", 10); err != nil || len(found) != 0 {
		t.Errorf("ages are history: %v (%v)", found, err)
	}
	if d, err := s.Get(t.Context(), fabrikam, "d000"); err != nil || d.CheckIn != "today" {
		t.Errorf("the ages of Contoso were written to Fabrikam: %q (%v)", d.CheckIn, err)
	}
}
