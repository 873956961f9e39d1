package protection

import (
	"slices"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

func TestDetectionFromGraph(t *testing.T) {
	first, changed := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC), time.Date(2026, 11, 3, 9, 30, 0, 0, time.UTC)
	for body, want := range map[string]Detection{
		`{"id":"d","deviceName":"KILN","threatState":"quarantined","executionState":"blocked","detectionCount":3,"initialDetectionDateTime":"2026-11-02T08:00:00Z","lastStateChangeDateTime":"2026-11-03T09:30:00Z"}`: {"quarantined", "blocked", 3, first, changed},
		`{"id":"d","threatState":null,"executionState":null,"detectionCount":null,"initialDetectionDateTime":"0001-01-01T00:00:00Z"}`:                                                                                 {"", "unknown", 0, time.Time{}, time.Time{}},
		`{"id":"d","threatState":"quantum","executionState":"entangled","detectionCount":-4}`:                                                                                                                         {"quantum", "entangled", 0, time.Time{}, time.Time{}},
	} {
		var w graph.InfectedDevice
		if err := gojson.Unmarshal([]byte(body), &w); err != nil {
			t.Fatal(err)
		}
		if d := detection(w.Detection); d != want || w.ID != "d" {
			t.Errorf("%s: %+v, want %+v", body, d, want)
		}
	}
}

func TestWhatIsOpenStandsFirst(t *testing.T) {
	now := time.Date(2026, 11, 3, 9, 30, 0, 0, time.UTC)
	list := []Detection{{ThreatState: "removed", ChangedAt: now}, {ThreatState: "cleaned", ChangedAt: now}, {ThreatState: "", ChangedAt: now.Add(-time.Hour)}, {ThreatState: "quarantined", ChangedAt: now.Add(time.Hour)}, {ThreatState: "active", ChangedAt: now}}
	slices.SortStableFunc(list, Detection.compare)
	for i, want := range []string{"active", "", "quarantined", "cleaned", "removed"} {
		if list[i].ThreatState != want || list[i].Open() != (i < 2) {
			t.Errorf("place %d: %+v, want %q", i, list[i], want)
		}
	}
}

func FuzzDetection(f *testing.F) {
	f.Add([]byte(`{"id":"\u0000","displayName":"\ud800","threatState":"\u0000","detectionCount":1e400,"initialDetectionDateTime":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.DeviceMalware
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		m, d := malwareFromGraph(w.Malware), detection(w.Detection)
		for _, s := range []string{m.ID, m.Name, m.Severity, m.Category, m.URL, d.ThreatState, d.ExecutionState} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if d.Count < 0 || d.ExecutionState == "" {
			t.Errorf("%+v", d)
		}
	})
}
