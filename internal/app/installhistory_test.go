package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

func kept(t *testing.T, pool *postgres.Pool) (n int) {
	t.Helper()
	if err := pool.In(tenant.Everything()).QueryRow(t.Context(), `SELECT count(*) FROM app_install_change`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInstallHistory(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	on := func(n int, hour int) time.Time { return noon.AddDate(0, 0, n).Add(time.Duration(hour) * time.Hour) }
	still := Install{ID: "still", Name: "Still", Installed: 7}
	counts := func(installed, failed, pending int64) Install {
		return Install{ID: "a", Name: "7-Zip", Installed: installed, Failed: failed, Pending: pending}
	}
	installedAt(t, pool, s, fabrikam, on(0, 0), counts(1, 1, 1))
	installedAt(t, pool, s, contoso, on(0, 0), counts(40, 3, 0), still)
	installedAt(t, pool, s, contoso, on(0, 2), counts(40, 3, 0), still)
	if n := kept(t, pool); n != 0 {
		t.Errorf("%d changes where nothing changed", n)
	}
	installedAt(t, pool, s, contoso, on(1, 0), counts(41, 3, 0), still)  // more are installed, none failed
	installedAt(t, pool, s, contoso, on(1, 2), counts(38, 17, 1), still) // it begins to fail
	installedAt(t, pool, s, contoso, on(1, 4), counts(38, 18, 1), still) // and goes on
	if m := installedAt(t, pool, s, contoso, on(3, 0), still); m.Gone != 1 || m.Counters["total"] != 1 || m.Counters["failed"] != 0 {
		t.Errorf("gone: %+v", m)
	}
	installedAt(t, pool, s, contoso, on(3, 2), still)
	if i, err := s.Install(t.Context(), contoso, "a"); err != nil || !i.GoneAt.Equal(on(3, 0)) || i.Failed != 18 {
		t.Errorf("an app that left the report: %+v, %v", i, err)
	}
	if page, err := s.Installs(t.Context(), tenant.Only(contoso), InstallFilter{}); err != nil || page.Count != 1 || page.Rows[0].ID != "still" {
		t.Errorf("the list with an app that left: %+v, %v", page, err)
	}
	if m := installedAt(t, pool, s, contoso, on(5, 0), counts(38, 2, 1), still); m.Written != 1 || m.Counters["total"] != 2 || m.Counters["failed"] != 2 {
		t.Errorf("back: %+v", m)
	}
	if i, err := s.Install(t.Context(), contoso, "a"); err != nil || !i.GoneAt.IsZero() || i.Failed != 2 {
		t.Errorf("an app that came back: %+v, %v", i, err)
	}

	said := func(reads int) string {
		changes, err := s.InstallChanges(t.Context(), contoso, "a", reads)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range changes {
			got = append(got, c.At.Sub(noon).String()+" "+c.Field+" "+c.Old+">"+c.New)
		}
		return strings.Join(got, ", ")
	}
	all := "120h0m0s failed 18>2, 120h0m0s gone true>false, 72h0m0s gone false>true, 28h0m0s failed 17>18, 26h0m0s failed 3>17, 26h0m0s installed 41>38, 26h0m0s pending 0>1"
	if got := said(9); got != all {
		t.Errorf("changes:\n%s\nwant\n%s", got, all)
	}
	if got, want := said(1), "120h0m0s failed 18>2, 120h0m0s gone true>false"; got != want {
		t.Errorf("of the newest read: %s, want %s", got, want)
	}
	if c, err := s.InstallChanges(t.Context(), fabrikam, "a", 9); err != nil || len(c) != 0 {
		t.Errorf("of another tenant's app: %+v, %v", c, err)
	}

	days := func(from time.Time) string {
		found, err := s.InstallDays(t.Context(), contoso, "a", from, on(6, 0))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range found {
			got = append(got, fmt.Sprintf("%d:%t/%d/%d/%d", d.Day.Day(), d.Reported, d.Installed, d.Failed, d.Pending))
		}
		return strings.Join(got, " ")
	}
	if got, want := days(on(-60, 0)), "8:true/40/3/0 9:true/38/18/1 10:true/38/18/1 11:false/38/18/1 12:false/38/18/1 13:true/38/2/1 14:true/38/2/1"; got != want {
		t.Errorf("days:\n%s\nwant\n%s", got, want)
	}
	if got, want := days(on(4, 0)), "12:false/38/18/1 13:true/38/2/1 14:true/38/2/1"; got != want {
		t.Errorf("later days:\n%s\nwant\n%s", got, want)
	}
	if _, err := pool.In(contoso).Exec(t.Context(), `UPDATE app_install SET kept_from = $1`, on(3, 1)); err != nil { // it was there before the history
		t.Fatal(err)
	}
	if got := days(on(-60, 0)); !strings.HasPrefix(got, "11:false") {
		t.Errorf("days before anything was kept: %s", got)
	}
	if _, err := s.InstallDays(t.Context(), fabrikam, "still", on(0, 0), on(6, 0)); !errors.Is(err, errs.NotFound) {
		t.Errorf("days of another tenant's app: %v", err)
	}
}

// TestInstallHistoryIsSmall holds that a read of many apps writes a row for each count that changed, and no other.
func TestInstallHistoryIsSmall(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := make([]Install, 2000)
	for i := range of {
		of[i] = Install{ID: fmt.Sprintf("a%04d", i), Name: "Tool", Installed: 100_000, NotApplicable: 100_000}
	}
	installedAt(t, pool, s, contoso, noon, of...)
	for n := range 3 {
		if m := installedAt(t, pool, s, contoso, noon.Add(time.Duration(n+1)*time.Hour), of...); m.Written != 0 {
			t.Errorf("unchanged, but %d written", m.Written)
		}
	}
	changed := slices.Clone(of)
	changed[7].Failed, changed[9].Installed, changed[9].Pending = 1, 99_999, 1
	installedAt(t, pool, s, contoso, noon.Add(5*time.Hour), changed...)
	if n := kept(t, pool); n != 3 {
		t.Errorf("%d rows of history for 3 counts", n)
	}
}
