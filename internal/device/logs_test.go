package device

import (
	"encoding/json"
	"testing"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

func FuzzLog(f *testing.F) {
	f.Add([]byte(`{"id":"\u0000","status":"quantum","initiatedByUserPrincipalName":"\ud800","requestedDateTimeUTC":"9999-99-99","receivedDateTimeUTC":null,"sizeInKB":-1e400,"errorCode":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.DeviceLog
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		l := logOf(w)
		for _, s := range []string{l.ID, l.State, l.By} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if _, err := json.Marshal(l); err != nil || l.KB < 0 {
			t.Errorf("%+v, %v", l, err)
		}
	})
}
