package app

import (
	"errors"
	"fmt"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

func installed(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, of ...Install) graphsync.Merged {
	t.Helper()
	return installedAt(t, pool, s, tid, noon, of...)
}

func installedAt(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, of ...Install) (m graphsync.Merged) {
	t.Helper()
	stage := s.InstallStage()
	defer stage.Close()
	for _, i := range of {
		if err := stage.Add(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = stage.Merge(t.Context(), tx, tid, at.Unix(), at)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestInstalls(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	var of []Install
	for i := range 9 {
		of = append(of, Install{ID: fmt.Sprintf("a%d", i), Name: fmt.Sprintf("Tool %d", i), Publisher: "Contoso", Platform: "Windows", Installed: 10, Failed: int64(i % 3), Pending: int64(i % 2)})
	}
	if m := installed(t, pool, s, contoso, append(of, of[8])...); m.Written != 9 || m.Counters["total"] != 9 || m.Counters["failing"] != 6 || m.Counters["failed"] != 9 {
		t.Errorf("first: %+v", m)
	}
	if m := installed(t, pool, s, contoso, of...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	installed(t, pool, s, fabrikam, Install{ID: "f", Name: "Field notes", Platform: "iOS"})
	for _, tc := range []struct {
		scope tenant.Scope
		f     InstallFilter
		want  int64
	}{
		{tenant.Everything(), InstallFilter{}, 10}, {tenant.Only(fabrikam), InstallFilter{}, 1}, {tenant.Everything(), InstallFilter{Failed: true}, 6}, {tenant.Only(fabrikam), InstallFilter{Failed: true}, 0},
		{tenant.Everything(), InstallFilter{Pending: true}, 4}, {tenant.Everything(), InstallFilter{Q: "TOOL 3"}, 1}, {tenant.Everything(), InstallFilter{Q: "%"}, 0},
		{tenant.Everything(), InstallFilter{Platform: []string{"iOS"}}, 1}, {tenant.Everything(), InstallFilter{Tenants: []tenant.ID{contoso}}, 9},
	} {
		if page, err := s.Installs(t.Context(), tc.scope, tc.f); err != nil || page.Count != tc.want || int64(len(page.Rows)) != tc.want {
			t.Errorf("%+v: %d, %d, %v, want %d", tc.f, page.Count, len(page.Rows), err, tc.want)
		}
	}
	for _, sort := range InstallSorts {
		for _, desc := range []bool{false, true} {
			seen := map[string]bool{}
			for f := (InstallFilter{Sort: sort, Desc: desc, Limit: 3}); ; {
				page, err := s.Installs(t.Context(), tenant.Everything(), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range page.Rows {
					seen[i.TenantName+i.ID] = true
				}
				if f.After = page.Next; f.After == "" {
					break
				}
			}
			if len(seen) != 10 {
				t.Errorf("sort %s %t: %d of 10 over pages", sort, desc, len(seen))
			}
		}
	}
	walked := 0
	if err := s.EachInstall(t.Context(), tenant.Everything(), InstallFilter{Failed: true}, func(Install) error { walked++; return nil }); err != nil || walked != 6 {
		t.Errorf("walked %d, %v", walked, err)
	}
	if i, err := s.Install(t.Context(), contoso, "a2"); err != nil || i.Failed != 2 || i.Devices() != 12 {
		t.Errorf("= %+v, %v", i, err)
	}
	for _, id := range []string{"f", "none", "a\x00"} {
		if _, err := s.Install(t.Context(), contoso, id); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q as another tenant: %v", id, err)
		}
	}
	for _, f := range []InstallFilter{{Sort: "secret"}, {After: "x"}, {Q: "a\x00"}} {
		if _, err := s.Installs(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func row(t testing.TB, text string) (o graph.Object) {
	if err := gojson.Unmarshal([]byte(text), &o, jsontext.AllowDuplicateNames(true)); err != nil {
		t.Skip(err)
	}
	return o
}

const rest = `"PendingInstallDeviceCount":0,"NotInstalledDeviceCount":0,"NotApplicableDeviceCount":0`

func TestAppsBesideTheirInstallations(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(4)...)
	installed(t, pool, s, contoso, Install{ID: "a01", Installed: 5}, Install{ID: "a02", Installed: 7, Failed: 3}, Install{ID: "not read yet", Failed: 9})
	installed(t, pool, s, fabrikam, Install{ID: "a01", Failed: 8}, Install{ID: "a02", Failed: 8})
	merge(t, pool, s, fabrikam, noon, some(4)...) // after its installations
	installedAt(t, pool, s, fabrikam, noon.Add(time.Hour), Install{ID: "a02", Failed: 4})
	page, err := s.List(t.Context(), tenant.Everything(), Filter{Sort: "failed", Desc: true, Limit: 2})
	if err != nil || page.Count != 8 || page.Rows[0].Failed != 4 || page.Rows[1].Failed != 3 || page.Rows[1].Installed != 7 {
		t.Errorf("%+v, %v", page, err)
	}
	if page, err = s.List(t.Context(), tenant.Everything(), Filter{Sort: "failed", Desc: true, Limit: 9, After: page.Next}); err != nil || len(page.Rows) != 6 || page.Rows[0].Failed != 0 || page.Rows[5].Failed != -1 || page.Rows[5].Installed != -1 {
		t.Errorf("%+v, %v", page, err)
	}
	for scope, want := range map[int]int64{2: 2, 1: 1} {
		of := tenant.Only([]tenant.ID{contoso, fabrikam}[:scope]...)
		if page, err := s.List(t.Context(), of, Filter{Failed: true}); err != nil || page.Count != want || int64(len(page.Rows)) != want {
			t.Errorf("failed in %d tenants: %d, %v", scope, page.Count, err)
		}
	}
	if a, err := s.Get(t.Context(), contoso, "a00"); err != nil || a.Failed != -1 {
		t.Errorf("%+v, %v", a, err)
	}
	found, err := s.Catalogue(t.Context(), tenant.Everything(), Filter{Sort: "failed", Desc: true})
	if err != nil || len(found.Rows) != 4 || found.Rows[0].Failed != 7 || found.Rows[0].Reported != 2 || found.Rows[1].Failed != 0 || found.Rows[1].Reported != 1 || found.Rows[3].Failed != -1 {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err = s.Catalogue(t.Context(), tenant.Everything(), Filter{Failed: true}); err != nil || found.Count != 1 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestInstallRows(t *testing.T) {
	for text, want := range map[string]Install{
		`{"ApplicationId":"a","FailedDeviceCount":2,"InstalledDeviceCount":"57",` + rest + `,"Platform":"Windows"}`:                      {ID: "a", Failed: 2, Installed: 57, Platform: "Windows"},
		`{"ApplicationId":"a","FailedDeviceCount":0,"InstalledDeviceCount":0,` + rest + `,"FailedUserCount":-4,"DisplayName":"x\u0000"}`: {ID: "a", Name: "x\uFFFD"},
	} {
		if got, ok := installFrom(row(t, text)); !ok || got != want {
			t.Errorf("%s\n= %+v, %t", text, got, ok)
		}
	}
	for _, text := range []string{ // what is not known is no zero
		`{"ApplicationId":"a","FailedDeviceCount":null,"InstalledDeviceCount":1,` + rest + `}`, `{"ApplicationId":"a","InstalledDeviceCount":1,` + rest + `}`,
		`{"ApplicationId":"a","FailedDeviceCount":-1,"InstalledDeviceCount":1,` + rest + `}`, `{"ApplicationId":"a","FailedDeviceCount":"many","InstalledDeviceCount":1,` + rest + `}`,
		`{"ApplicationId":"a","FailedDeviceCount":{"a":1},"InstalledDeviceCount":1,` + rest + `}`, `{"ApplicationId":"","FailedDeviceCount":0,"InstalledDeviceCount":1,` + rest + `}`,
	} {
		if got, ok := installFrom(row(t, text)); ok {
			t.Errorf("%s\n= %+v", text, got)
		}
	}
	for text, failed := range map[string]bool{
		`{"DeviceId":"d","AppInstallState":2,"ErrorCode":-2016345060,"HexErrorCode":"0x87D1041C"}`: true,
		`{"DeviceId":"d","AppInstallState":1,"ErrorCode":0,"HexErrorCode":""}`:                     false,
		`{"DeviceId":"d","AppInstallState":5}`:                                                     false,
		`{"DeviceId":"d","AppInstallState":1,"ErrorCode":0,"HexErrorCode":"0x0"}`:                  false,
		`{"DeviceId":"d","AppInstallState":1,"HexErrorCode":"0x00000000"}`:                         false,
		`{"DeviceId":"d","AppInstallState":99,"HexErrorCode":"0x1"}`:                               true,
	} {
		if d, got := deviceInstall(row(t, text)); got != failed || d.DeviceID != "d" {
			t.Errorf("%s: %+v, %t", text, d, got)
		}
	}
}

func FuzzInstallRows(f *testing.F) {
	f.Add(`{"ApplicationId":"a","FailedDeviceCount":2,"LastModifiedDateTime":"0001-01-01T00:00:00Z"}`)
	f.Fuzz(func(t *testing.T, text string) {
		o := row(t, text)
		i, _ := installFrom(o)
		d, _ := deviceInstall(o)
		if i.Failed < 0 || !postgres.Printable(i.Name+i.ID+d.DeviceName+d.State) {
			t.Errorf("%+v %+v", i, d)
		}
	})
}
