package device_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestFoundAsLikeFinds holds that the index, which is asked for a part of the text only, and the rows together find what LIKE finds.
func TestFoundAsLikeFinds(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	named := func(id, name, upn string) device.Device {
		return device.Device{ID: id, Name: name, UPN: upn, Serial: "SN" + id, OS: "Windows", Compliance: "compliant"}
	}
	merge(t, pool, s, contoso, 1, noon, named("1", "CTS3-ID-2236", "ada.lovelace12@contoso3.example"), named("2", "cts3-lt-22361", "ada.lovelace@contoso3.example"),
		named("3", "x-2236", "bada.lovelace12@contoso3.example"), named("4", `100%_a\b@c12345`, "o'hara@contoso.example"), named("5", "Größe-4711@büro", ""))
	merge(t, pool, s, fabrikam, 1, noon, named("1", "CTS3-ID-2236", "ada.lovelace12@contoso3.example"))
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso), tenant.Only(contoso, fabrikam)} {
		for _, text := range []string{
			"cts3-id-2236", "2236", "id-2236", "ada.lovelace12@contoso3.example", "ada.lovelace@contoso3", "lovelace12@", "@contoso3.example", "a@c", `100%_`, `%_a\b@c12345`, `a\b`,
			"lovelace12 cts3", "2236 contoso3 cts3", "22361 lovelace cts3-lt", "büro größe", `a\b 100%_`, "ada bada", "sn1 ada l", "cts3 nothing", "a b", "@ #", "---- @@@@", "2236 2236", "o'hara@contoso", "größe-4711@büro", "4711@b", "sn1", "nothing12345", "%", "___", "''''", "@@@@@", "sn1\nada.lovelace12@",
		} {
			words := postgres.Words(text)
			var want, held int64 // an apostrophe's pattern is a wider one
			if err := pool.In(scope).QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM unnest($2::text[]) w WHERE strpos(search, w) = 0)) FROM device WHERE search LIKE ALL ($1)`,
				postgres.Likes(words), words).Scan(&want, &held); err != nil {
				t.Fatal(err)
			}
			sql, arg := `SELECT tenant_id::text || id FROM device_holding($1, NULL)`, any(postgres.Like(words[0]))
			if len(words) > 1 {
				sql, arg = `SELECT tenant_id::text || id FROM device_holding_each($1, NULL)`, postgres.Likes(words)
			}
			rows, _ := pool.In(scope).Query(t.Context(), sql, arg)
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil || int64(len(found)) != want || len(slices.Compact(slices.Sorted(slices.Values(found)))) != len(found) {
				t.Errorf("%q: found %v, LIKE finds %d (%v)", text, found, want, err)
			}
			if page, err := s.List(t.Context(), scope, device.Filter{Q: text, Limit: 2}); len([]rune(text)) > 2 && (err != nil || page.Count != held) {
				t.Errorf("%q: the list counts %d, of which %d hold it (%v)", text, page.Count, held, err)
			}
		}
	}
}

// TestCheckInsLeaveTheSearchAlone holds that only what a search looks through is written to its index: a check-in changes nothing there,
// and a new name is found under itself and no longer under the old one.
func TestCheckInsLeaveTheSearchAlone(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	d := device.Device{ID: "1", Name: "front-desk", Serial: "SN1", OS: "Windows", Compliance: "compliant", LastSyncAt: noon}
	version := func() (v string) {
		t.Helper()
		if err := pool.In(contoso).QueryRow(t.Context(), `SELECT xmin::text || ctid::text FROM device_text WHERE tenant_id = $1`, contoso).Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	merge(t, pool, s, contoso, 1, noon, d)
	first := version()
	d.LastSyncAt, d.Compliance = noon.Add(time.Hour), "noncompliant"
	if m := merge(t, pool, s, contoso, 2, noon.Add(time.Hour), d); m.Written != 1 || version() != first {
		t.Errorf("a check-in wrote %d devices, and the text of the search is at %s, was at %s", m.Written, version(), first)
	}
	d.Name = "back-office"
	merge(t, pool, s, contoso, 3, noon.Add(2*time.Hour), d)
	finds := func(when string, f device.Filter, want int) {
		t.Helper()
		if page, err := s.List(t.Context(), tenant.Only(contoso), f); err != nil || len(page.Rows) != want || page.Count != int64(want) {
			t.Errorf("%s, %q finds %d devices of %d, want %d (%v)", when, f.Q, len(page.Rows), page.Count, want, err)
		}
	}
	for text, want := range map[string]int{"front": 0, "back-off": 1, "sn1": 1} {
		finds("renamed", device.Filter{Q: text}, want)
	}
	merge(t, pool, s, contoso, 4, noon.Add(3*time.Hour))
	finds("gone", device.Filter{Q: "back-off"}, 0)
	finds("gone", device.Filter{Q: "back-off", Gone: true}, 1)
	merge(t, pool, s, contoso, 5, noon.Add(4*time.Hour), d)
	finds("back", device.Filter{Q: "back-off"}, 1)
}
