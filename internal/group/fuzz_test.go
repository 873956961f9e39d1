package group

import (
	"testing"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

// FuzzMember: whatever Graph says of a member of a group, Postgres can hold it, and its type is never empty.
func FuzzMember(f *testing.F) {
	f.Add([]byte(`{"@odata.type":"#microsoft.graph.\u0000","id":"\ud800","displayName":"\u0000","userPrincipalName":null,"accountEnabled":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.DirectoryObject
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		m := memberFromGraph(w)
		for _, s := range []string{m.ID, m.Type, m.Name, m.UPN} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if m.Type == "" {
			t.Errorf("%+v", m)
		}
	})
}
