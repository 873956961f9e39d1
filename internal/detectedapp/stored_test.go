package detectedapp

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// TestProgramsOfAllSayWhatTheirRowsSay: what is kept added up of all customers is, whatever readings change and after a customer is gone, what the
// rows of the same customers say in every order and filter.
func TestProgramsOfAllSayWhatTheirRowsSay(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	mac := Version{ID: "m", Name: "google chrome", Publisher: "Google LLC", Version: "9.5", Platform: "macOS", Devices: 2}
	again := chrome("141.0", 6)
	again.ID = "again"
	steps := []struct {
		name string
		do   func()
	}{
		{"one tenant", func() { merge(t, pool, s, contoso, noon, append(tools(5), chrome("9.5", 3), chrome("10.1", 5))...) }},
		{"two", func() {
			merge(t, pool, s, fabrikam, noon, append(tools(3), chrome("141.0", 7), mac, Version{ID: "np", Name: "Google Chrome", Publisher: "Google LLC", Version: "1", Devices: 1})...)
		}},
		{"devices of no platform", func() {
			merge(t, pool, s, fabrikam, noon.Add(time.Minute), append(tools(3), chrome("141.0", 7), mac, Version{ID: "np", Name: "Google Chrome", Publisher: "Google LLC", Version: "1", Devices: 8})...)
		}},
		{"devices alone", func() {
			merge(t, pool, s, contoso, noon.Add(time.Hour), append(tools(5), chrome("9.5", 30), chrome("10.1", 1))...)
		}},
		{"a version more, one of other devices, one gone", func() {
			merge(t, pool, s, contoso, noon.Add(2*time.Hour), append(tools(4), chrome("10.1", 8), chrome("141.0", 2))...)
		}},
		{"another id", func() {
			merge(t, pool, s, contoso, noon.Add(3*time.Hour), append(tools(4), chrome("10.1", 9), again)...)
		}},
		{"another name, version and platform of the same id", func() {
			renamed := tools(4)
			renamed[0].Name, renamed[1].Version, renamed[2].Platform = "Hammer", "", "macOS"
			merge(t, pool, s, contoso, noon.Add(4*time.Hour), append(renamed, chrome("10.1", 9), again)...)
		}},
		{"one tenant taken back", func() {
			if _, err := pool.In(fabrikam).Exec(t.Context(), `DELETE FROM detected_app WHERE tenant_id = $1`, fabrikam); err != nil {
				t.Fatal(err)
			}
		}},
		{"none left", func() { merge(t, pool, s, contoso, noon.Add(5*time.Hour)) }},
	}
	filters := []Filter{{}, {Q: "CHROME"}, {Q: "tool 0"}, {Q: "to"}, {Q: "%"}, {Spread: true}, {Platform: []string{"windows"}}, {Platform: []string{"macOS"}, Spread: true}, {Platform: []string{"macOS"}, Q: "google"},
		{Platform: []string{"macOS", "windows"}}, {Platform: []string{"macOS", "windows"}, Q: "chrome"}, {Platform: []string{"windows", "macOS"}, Q: "to"}, {Platform: []string{"macOS", "windows"}, Spread: true}, {Platform: []string{"macOS", ""}}, {Version: []string{"9.5"}}, {Key: KeyOf("Google Chrome", "Google LLC")}}
	for _, step := range steps {
		step.do()
		for _, f := range filters {
			for _, f.Sort = range Sorts {
				for _, f.Desc = range []bool{false, true} {
					for f.After, f.Limit = "", 2; ; {
						got, err := s.Programs(t.Context(), tenant.Everything(), f)
						want, err2 := s.Programs(t.Context(), tenant.Only(contoso, fabrikam), f)
						if err != nil || err2 != nil || !reflect.DeepEqual(got, want) {
							t.Fatalf("%s, %+v: %v, %v\n got %+v\nwant %+v", step.name, f, err, err2, got, want)
						}
						if f.After = got.Next; f.After == "" {
							break
						}
					}
				}
			}
		}
	}
	merge(t, pool, s, contoso, noon.Add(6*time.Hour), tools(2)...)
	var n int
	if err := pool.In(contoso).QueryRow(t.Context(), `SELECT count(*) FROM detected_program`).Scan(&n); err != nil || n != 0 {
		t.Errorf("who sees one customer sees %d sums of all, %v", n, err)
	}
	if _, err := pool.In(tenant.Everything()).Exec(t.Context(), `DELETE FROM detected_program`); err == nil {
		t.Error("sums may be written past what they add up")
	}
}

// TestProgramsOfAllSideBySide: readings of two customers at once lose nothing of each other.
func TestProgramsOfAllSideBySide(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	var both sync.WaitGroup
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		both.Go(func() {
			for i := range 8 {
				merge(t, pool, s, tid, noon.Add(time.Duration(i)*time.Minute), append(tools(3+i%2), chrome("9.5", int64(i)))...)
			}
		})
	}
	both.Wait()
	got, err := s.Programs(t.Context(), tenant.Everything(), Filter{})
	want, err2 := s.Programs(t.Context(), tenant.Only(contoso, fabrikam), Filter{})
	if err != nil || err2 != nil || !reflect.DeepEqual(got, want) || len(got.Rows) != 5 {
		t.Errorf("%v, %v\n got %+v\nwant %+v", err, err2, got, want)
	}
}
