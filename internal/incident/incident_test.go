package incident

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var noon = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)

func id(t *testing.T, s string) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

const (
	device = "d2f4b7aa-51c3-4e58-8e1b-0b7f2cf19d34"
	sample = `{"id":"48213","status":"active","redirectIncidentId":null,"displayName":"Credential theft","createdDateTime":"2026-08-07T06:12:09.3466667Z",
		"lastUpdateDateTime":"2026-08-07T09:40:51.19Z","assignedTo":null,"classification":"unknown","severity":"high","priorityScore":78,"customTags":["a"],
		"comments":[{"comment":"called","createdByDisplayName":"soc@contoso.example","createdDateTime":"2026-08-07T07:01:00Z"}],
		"alerts":[{"id":"da1","title":"LSASS","status":"new","severity":"high","serviceSource":"microsoftDefenderForEndpoint","mitreTechniques":["T1003.001"],"resolvedDateTime":null,
		"evidence":[{"@odata.type":"#microsoft.graph.security.deviceEvidence","azureAdDeviceId":"D2F4B7AA-51C3-4E58-8E1B-0B7F2CF19D34","deviceDnsName":"ctn-0014","osPlatform":"Windows11","verdict":"suspicious"},
		{"@odata.type":"#microsoft.graph.security.userEvidence","userAccount":{"userPrincipalName":"s.ito@contoso.example","azureAdUserId":"E1","displayName":"Sam Ito"}},
		{"@odata.type":"#microsoft.graph.security.processEvidence","imageFile":{"fileName":"x.exe"},"processCommandLine":"x.exe /q"},
		{"@odata.type":"#microsoft.graph.security.quantumEvidence"}]}]}`
)

func TestFromGraph(t *testing.T) {
	var w graph.SecurityIncident
	if err := gojson.Unmarshal([]byte(sample), &w); err != nil {
		t.Fatal(err)
	}
	i := fromGraph(w)
	if i.ID != "48213" || i.Assigned != "" || i.Determination != "unknown" || !i.Open() || i.Priority != 78 || !slices.Equal(i.Devices, []string{device}) || len(i.Comments) != 1 || len(i.Alerts) != 1 || !i.Alerts[0].ResolvedAt.IsZero() {
		t.Errorf("%+v", i)
	}
	want := []Entity{{Kind: "device", Name: "ctn-0014", ID: device, Detail: "Windows11", Verdict: "suspicious"}, {Kind: "user", Name: "s.ito@contoso.example", ID: "e1", Detail: "Sam Ito"},
		{Kind: "process", Name: "x.exe", Detail: "x.exe /q"}, {Kind: "quantum"}}
	if !slices.Equal(i.Alerts[0].Entities, want) {
		t.Errorf("entities: %+v", i.Alerts[0].Entities)
	}
}

// TestFromDefender: the older API's words become Graph's.
func TestFromDefender(t *testing.T) {
	var w graph.DefenderIncident
	if err := gojson.Unmarshal([]byte(`{"incidentId":48213,"redirectIncidentId":7,"incidentName":"Theft","status":"Redirected","severity":"High","assignedTo":null,"classification":"TruePositive","determination":"NotAvailable",
		"alerts":[{"alertId":"da1","status":"InProgress","serviceSource":"MicrosoftDefenderForEndpoint","devices":[{"deviceDnsName":"ctn-0014","aadDeviceId":"`+device+`"}],"entities":[{"entityType":"User","userPrincipalName":"s.ito@contoso.example"}]}]}`), &w); err != nil {
		t.Fatal(err)
	}
	i := fromDefender(w)
	if i.ID != "48213" || i.RedirectTo != "7" || i.Status != "redirected" || i.Severity != "high" || i.Classification != "truePositive" || i.Determination != "unknown" || i.Open() ||
		i.Alerts[0].Status != "inProgress" || i.Alerts[0].Source != "microsoftDefenderForEndpoint" || !slices.Equal(i.Devices, []string{device}) || i.Alerts[0].Entities[1].Kind != "user" {
		t.Errorf("%+v", i)
	}
}

func FuzzFromMicrosoft(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"id":"\ud800","status":"\u0000","incidentId":"x","severity":"\u00e9","alerts":[{"evidence":[{"@odata.type":"#"}],"devices":[{"aadDeviceId":"0-0"}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.SecurityIncident
		var old graph.DefenderIncident
		for _, into := range []any{&w, &old} {
			_ = gojson.Unmarshal(body, into, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
		}
		for _, i := range []Incident{fromGraph(w), fromDefender(old)} {
			stage := (&Store{}).Stage()
			if err := stage.Add(i); err != nil {
				t.Error(err)
			}
			for _, s := range []string{i.ID, i.Title, i.Status, i.Severity, i.Assigned, i.Classification, i.Determination, i.RedirectTo, searchText(i)} {
				if !postgres.Printable(s) {
					t.Errorf("Postgres cannot hold %q", s)
				}
			}
			if i.Status == "" || i.Severity == "" {
				t.Errorf("%+v", i)
			}
			stage.Close()
		}
	})
}

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, run int64, at time.Time, of ...Incident) (m graphsync.Merged) {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, i := range of {
		if err := stage.Add(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = stage.Merge(t.Context(), tx, tid, run, at)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func numbered(n int) Incident {
	return Incident{ID: strconv.Itoa(n), Title: "Incident " + strconv.Itoa(n), Status: "active", Severity: Severities[n%3], Classification: "unknown", Determination: "unknown", CreatedAt: noon.Add(-time.Duration(n) * 24 * time.Hour), UpdatedAt: noon,
		Tags: []string{}, Devices: []string{}, Alerts: []Alert{}, Comments: []Comment{}}
}

// TestStore: a read has only what changed, its history is kept, the filters find what they say, and tenants stay apart.
func TestStore(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, contoso, fabrikam := NewStore(pool), id(t, "11111111-1111-4111-8111-111111111111"), id(t, "22222222-2222-4222-8222-222222222222")
	var first []Incident
	for n := range 9 {
		first = append(first, numbered(n+1))
	}
	first[4].Devices, first[4].Assigned = []string{device}, "Boss@contoso.example"
	first[5].Alerts = []Alert{{ID: "a", Entities: []Entity{{Kind: "device", Name: "CTN-0099"}}}}
	if m := merge(t, pool, s, contoso, 1, noon, first...); m.Written != 9 || m.Counters["open"] != 9 || m.Counters["open:high"] != 3 {
		t.Errorf("first read: %+v", m)
	}
	merge(t, pool, s, fabrikam, 1, noon, numbered(1))
	done, merged := numbered(1), numbered(2)
	done.Status, done.Classification, done.Determination = "resolved", "truePositive", "malware"
	merged.Status, merged.RedirectTo = "redirected", "3"
	if m := merge(t, pool, s, contoso, 2, noon.Add(time.Hour), done, merged, numbered(3)); m.Written != 2 || m.Counters["total"] != 9 || m.Counters["open"] != 7 {
		t.Errorf("what changed: %+v", m)
	}
	changes, err := s.Changes(t.Context(), contoso, "1", 10)
	if err != nil || len(changes) != 3 || changes[2].Field != "status" || changes[2].Old != "active" || changes[2].New != "resolved" {
		t.Errorf("history: %+v, %v", changes, err)
	}
	yes, no := true, false
	one := tenant.Only(contoso)
	for name, tc := range map[string]struct {
		f    Filter
		want int64
	}{
		"all": {Filter{}, 9}, "open": {Filter{Open: &yes}, 7}, "closed": {Filter{Open: &no}, 2}, "resolved": {Filter{Status: []string{"resolved"}}, 1}, "high": {Filter{Severity: []string{"high"}}, 3},
		"title": {Filter{Q: "incident 3"}, 1}, "beginning of a title": {Filter{Q: "In"}, 9}, "middle of a title": {Filter{Q: "nc"}, 0}, "device by name": {Filter{Q: "ctn-0099"}, 1}, "device": {Filter{Device: device}, 1}, "person": {Filter{Assignee: "boss@CONTOSO.example"}, 1}, "nobody": {Filter{Assignee: "-"}, 8},
		"young": {Filter{Within: 60 * time.Hour, Now: noon}, 2}, "old": {Filter{Over: 60 * time.Hour, Now: noon}, 7}, "another tenant": {Filter{Tenants: []tenant.ID{fabrikam}}, 0},
	} {
		if p, err := s.List(t.Context(), one, tc.f); err != nil || p.Count != tc.want || int64(len(p.Rows)) != tc.want {
			t.Errorf("%s: %d rows, count %d, %v, want %d", name, len(p.Rows), p.Count, err, tc.want)
		}
	}
	for _, sort := range Sorts {
		var walked, paged []string
		f := Filter{Sort: sort, Desc: sort != "severity", Limit: 4}
		if err := s.Each(t.Context(), tenant.Everything(), f, func(i Incident) error { walked = append(walked, i.Tenant.String()+i.ID); return nil }); err != nil {
			t.Fatal(err)
		}
		for {
			p, err := s.List(t.Context(), tenant.Everything(), f)
			if err != nil || p.Count != 10 {
				t.Fatalf("%s: count %d, %v", sort, p.Count, err)
			}
			for _, i := range p.Rows {
				paged = append(paged, i.Tenant.String()+i.ID)
			}
			if f.After = p.Next; p.Next == "" {
				break
			}
		}
		if !slices.Equal(walked, paged) || len(paged) != 10 {
			t.Errorf("%s: walked %v, paged %v", sort, walked, paged)
		}
	}
	if _, err := s.Get(t.Context(), fabrikam, "5"); !errors.Is(err, errs.NotFound) {
		t.Errorf("as another tenant: %v", err)
	}
	if got, err := s.Get(t.Context(), contoso, "6"); err != nil || len(got.Alerts) != 1 || got.Alerts[0].Entities[0].Name != "CTN-0099" {
		t.Errorf("alerts: %+v, %v", got, err)
	}
	for _, f := range []Filter{{Sort: "x"}, {Q: "\x00"}, {After: "x"}} {
		if _, err := s.List(t.Context(), one, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if other, err := s.Changes(t.Context(), fabrikam, "1", 10); err != nil || len(other) != 0 {
		t.Errorf("history of another tenant: %v, %v", other, err)
	}
}
