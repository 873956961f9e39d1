package provisioning

import (
	"testing"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

// FuzzFromJob: whatever Graph says of a job, its health is one that we know, and Postgres can hold it.
func FuzzFromJob(f *testing.F) {
	f.Add([]byte(`{"id":"x","templateId":"\ud800","schedule":{"state":"\u0000","interval":null,"expiration":"0001-01-01T00:00:00Z"},"status":{"code":"somethingNew","quarantine":{"error":{}},"lastExecution":{"error":{"code":null}}}}`))
	f.Add([]byte(`{"id":"x","status":{"countSuccessiveCompleteFailures":-9223372036854775808,"progress":[{"completedUnits":1e308}],"synchronizedEntryCountByType":[{"key":"\u0000","value":"7"}]},"synchronizationJobSettings":[{"name":"a","value":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.SynchronizationJob
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		j := fromJob("sp\x00", w)
		texts := []string{j.ID, j.SPID, j.Template, j.Code, j.Schedule, j.Every, j.Quarantine.Reason, j.Quarantine.Code, j.Quarantine.Message, j.LastState, j.LastErrorCode, j.LastError}
		for _, c := range j.Counts {
			texts = append(texts, c.Type)
		}
		for _, s := range texts {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
	})
}
