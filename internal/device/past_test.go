package device_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// lived is the history of two tenants as a naive observer kept it: all devices after each read.
type lived struct {
	at  []time.Time
	all []map[tenant.ID][]device.Device
}

// then are the devices after the last read before a moment.
func (l lived) then(at time.Time) (found []device.Device) {
	for i := len(l.at) - 1; i >= 0; i-- {
		if l.at[i].Before(at) {
			for _, ds := range l.all[i] {
				found = append(found, ds...)
			}
			return found
		}
	}
	return nil
}

// live lets devices appear, change, go and come back, at random, day by day. Each day one tenant may not be read.
func live(t *testing.T, r *rand.Rand, days int, read func(tid tenant.ID, run int64, at time.Time, of []device.Device)) lived {
	t.Helper()
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	var l lived
	held := map[tenant.ID]map[string]device.Device{contoso: {}, fabrikam: {}}
	last := map[tenant.ID][]device.Device{}
	run := int64(0)
	for n := range days {
		at := noon.AddDate(0, 0, n)
		for _, tid := range []tenant.ID{contoso, fabrikam} {
			if n > 0 && r.IntN(4) == 0 {
				continue // not read that day
			}
			for i := range 14 {
				id := "d" + strconv.Itoa(i)
				d, there := held[tid][id]
				switch x := r.IntN(10); {
				case !there && x < 4, n == 0:
					d = device.Device{Tenant: tid, ID: id, Name: "PC-" + pick("a", "b", "c", "D"), Serial: " SN" + strconv.Itoa(r.IntN(6)), UPN: pick("anna@contoso.example", "Bo@contoso.example", ""),
						Compliance: pick("compliant", "noncompliant", "error"), OS: pick("Windows", "iOS"), Category: pick("", "Sales"), WiFiMAC: pick("", "00AA11BB22CC")}
				case there && x == 0:
					delete(held[tid], id)
					continue
				case there && x < 5:
					switch r.IntN(7) {
					case 0:
						d.Name = "PC-" + pick("a", "b", "c", "D")
					case 1:
						d.Compliance = pick("compliant", "noncompliant", "error")
					case 2:
						d.UPN = pick("anna@contoso.example", "Bo@contoso.example", "")
					case 3:
						d.OS = pick("Windows", "iOS")
					case 4:
						d.Encrypted = !d.Encrypted
					case 5:
						d.Category = pick("", "Sales")
					case 6:
						d.Serial = " SN" + strconv.Itoa(r.IntN(6))
					}
				case !there:
					continue
				}
				held[tid][id] = d
			}
			var of []device.Device
			for _, d := range held[tid] {
				of = append(of, d)
			}
			run++
			read(tid, run, at, of)
			last[tid] = of
		}
		l.at = append(l.at, at)
		l.all = append(l.all, map[tenant.ID][]device.Device{contoso: last[contoso], fabrikam: last[fabrikam]})
	}
	return l
}

// expected filters and sorts as the list promises to.
func expected(of []device.Device, scope tenant.Scope, f device.Filter) (words []string) {
	name := map[tenant.ID]string{contoso: "contoso", fabrikam: "fabrikam"}
	in := func(values []string, v string) bool { return len(values) == 0 || slices.Contains(values, v) }
	var found []device.Device
	for _, d := range of {
		text := strings.ToLower(strings.Join([]string{d.Name, d.Serial, d.UPN, d.UserName, d.IMEI, d.MEID, d.WiFiMAC}, "\n"))
		if scope.Has(d.Tenant) && in(f.Compliance, d.Compliance) && in(f.OS, d.OS) && in(f.Category, d.Category) && (f.Encrypted == nil || *f.Encrypted == d.Encrypted) && strings.Contains(text, strings.ToLower(f.Q)) {
			found = append(found, d)
		}
	}
	key := func(d device.Device) []string {
		n := strings.ToLower(d.Name)
		k := map[string][]string{"": {n}, "compliance": {d.Compliance, n}, "os": {d.OS, n}, "user": {strings.ToLower(d.UPN)}, "customer": {name[d.Tenant]}}[f.Sort]
		k = append(slices.Clone(k), d.Tenant.String())
		if f.Sort == "customer" {
			k = append(k, n)
		}
		return append(k, d.ID)
	}
	slices.SortFunc(found, func(a, b device.Device) int {
		n := slices.Compare(key(a), key(b))
		if f.Desc {
			return -n
		}
		return n
	})
	for _, d := range found {
		words = append(words, word(d))
	}
	return words
}

func word(d device.Device) string {
	return fmt.Sprint(d.Tenant, " ", d.ID, " ", d.Name, " ", d.Serial, " ", d.UPN, " ", d.Compliance, " ", d.OS, " ", d.Encrypted, " ", d.Category)
}

// TestListThenAgreesWithANaiveObserver: whatever happened, the list of a moment has the rows that somebody saw who looked at it then, in
// the same order, on all pages, with their count, and so has the export.
func TestListThenAgreesWithANaiveObserver(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 7))
		pool, s := twoTenants(t)
		l := live(t, r, 10, func(tid tenant.ID, run int64, at time.Time, of []device.Device) {
			merge(t, pool, s, tid, run, at, of...)
		})
		yes := true
		for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(fabrikam), tenant.Only(contoso, fabrikam)} {
			for range 8 {
				f := device.Filter{Sort: []string{"", "compliance", "os", "user", "customer"}[r.IntN(5)], Desc: r.IntN(2) == 0, Limit: cmp.Or(r.IntN(9), 50)}
				switch r.IntN(7) {
				case 0:
					f.Compliance = []string{"compliant"}
				case 1:
					f.Compliance, f.OS = []string{"error", "noncompliant"}, []string{"iOS"}
				case 2:
					f.Q = []string{"pc-a", "anna", "sn3", "A@", "aa11", "b", "zzz"}[r.IntN(7)]
				case 3:
					f.Encrypted = &yes
				case 4:
					f.Category = []string{"Sales"}
				}
				at := noon.AddDate(0, 0, r.IntN(11)).Add(time.Duration(r.IntN(3)-1) * time.Hour)
				want := expected(l.then(at), scope, f)
				var got []string
				for page := f; ; {
					p, err := s.ListThen(t.Context(), scope, at, page)
					if err != nil {
						t.Fatal(err)
					}
					if p.Count != int64(len(want)) {
						t.Fatalf("seed %d, %s, %+v: count %d, want %d", seed, at, f, p.Count, len(want))
					}
					for _, d := range p.Rows {
						got = append(got, word(d))
					}
					if page.After = p.Next; p.Next == "" {
						break
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d, %s, %+v:\n%s\nwant\n%s", seed, at, f, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				got = nil
				if err := s.EachThen(t.Context(), scope, at, f, func(d device.Device) error { got = append(got, word(d)); return nil }); err != nil || !slices.Equal(got, want) {
					t.Fatalf("seed %d, %s, %+v, as export (%v):\n%s\nwant\n%s", seed, at, f, err, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		}
	}
}

// thenPlans holds that a page of a past day follows the devices' own index and finds what changed by an index, instead of reading all
// devices and all that ever changed, and that an export merges both in their order.
func thenPlans(t *testing.T, pool *postgres.Pool, ids []tenant.ID) {
	at := time.Now().Add(time.Hour)
	for name, tc := range map[string]struct {
		scope tenant.Scope
		f     device.Filter
	}{
		"all": {tenant.Everything(), device.Filter{}}, "all, down": {tenant.Everything(), device.Filter{Desc: true}}, "all, filtered": {tenant.Everything(), device.Filter{Compliance: []string{"noncompliant"}}},
		"all, by compliance": {tenant.Everything(), device.Filter{Sort: "compliance"}}, "all, search": {tenant.Everything(), device.Filter{Q: "sn12345"}},
		"all, by customer": {tenant.Everything(), device.Filter{Sort: "customer"}}, "all, by system, down": {tenant.Everything(), device.Filter{Sort: "os", Desc: true}},
		"one": {tenant.Only(ids[0]), device.Filter{}}, "three": {tenant.Only(ids[:3]...), device.Filter{}},
	} {
		all, allArgs, err := device.EachThenSQL(tc.scope, at, tc.f)
		if err != nil {
			t.Fatal(err)
		}
		if plan := explainStream(t, pool, tc.scope, all, allArgs); tc.f.Q == "" && !strings.Contains(plan, "Merge Append") {
			t.Errorf("%s: the export sorts all devices before the first:\n%s", name, plan)
		}
		page, count, pageArgs, countArgs, err := device.ThenSQL(tc.scope, at, tc.f)
		if err != nil {
			t.Fatal(err)
		}
		for what, plan := range map[string]string{"page": pgtest.Plan(t, pool, tc.scope, page, pageArgs), "count": pgtest.Plan(t, pool, tc.scope, count, countArgs)} {
			if strings.Contains(plan, "Seq Scan on device ") || strings.Contains(plan, "Seq Scan on device_change") {
				t.Errorf("%s: the %s walks through a table:\n%s", name, what, plan)
			}
			if what == "page" && tc.f.Q == "" && tc.f.Sort != "customer" && !strings.Contains(plan, "device_name") && !strings.Contains(plan, "device_compliance") && !strings.Contains(plan, "device_os") {
				t.Errorf("%s: the page follows no index of the devices:\n%s", name, plan)
			}
		}
	}
}
