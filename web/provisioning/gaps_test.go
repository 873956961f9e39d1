package provisioning

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/ui"
)

// TestDaysOfTheLogThatWereNotRead are said where events may be missing, and only there; and the board has its trend.
func TestDaysOfTheLogThatWereNotRead(t *testing.T) {
	f, contoso, _ := fleet(t)
	c := f.Serve(t, technician, tenant.Everything(), (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount)
	at := "/t/" + contoso.ID.String() + "/provisioning"
	read := func(dataset string, daysAgo int) {
		t.Helper()
		if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `INSERT INTO tenant_daily (tenant_id, dataset, key, day, value) VALUES ($1, $2, 'total', $3::timestamptz::date, 2)`,
			contoso.ID, dataset, f.Now.AddDate(0, 0, -daysAgo)); err != nil {
			t.Fatal(err)
		}
	}
	read(graphsync.ProvisioningLog, 4) // three days later it was read again, and nothing was lost
	for _, path := range []string{"/log", "/sp1/log"} {
		if strings.Contains(c.Get(at+path).Body.String(), "was not read") {
			t.Errorf("%s: a short gap is said", path)
		}
	}
	read(graphsync.ProvisioningLog, 20)
	for _, path := range []string{"/log", "/sp1/log"} {
		if got := c.Get(at + path); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "The log was not read: 2–16 Nov.") {
			t.Errorf("%s: no word on the gap", path)
		}
	}
	if strings.Contains(c.Get("/provisioning/log").Body.String(), "was not read") {
		t.Error("one customer's gap is said of all")
	}
	read(graphsync.ProvisioningJobs, 3)
	if got := c.Get(at).Body.String(); !strings.Contains(got, "Jobs by health") || !strings.Contains(got, "not read: 2 days") || !strings.Contains(got, "In quarantine") {
		t.Error("no trend")
	}
}

func TestGapsStandBetweenEntries(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	gaps := []fresh.Gap{{From: day(1), To: day(8), Text: "old"}, {From: day(10), To: day(16), Text: "new"}}
	got := ""
	for _, e := range withGaps(ui.Timeline{{Text: "a"}, {Text: "b"}}, []time.Time{day(20), day(9)}, gaps) {
		got += e.Text + e.WhenText + " "
	}
	if got != "a Not readnew b " {
		t.Errorf("entries: %s", got)
	}
}
