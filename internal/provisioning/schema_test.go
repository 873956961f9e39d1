package provisioning

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

const wireSchema = `{"@odata.context":"x","id":"hr.1","version":"Date:1","synchronizationRules":[{"id":"r1","name":"USER","sourceDirectoryName":"Entra","targetDirectoryName":"HR","unknown":1,"objectMappings":[
	{"name":"Users","sourceObjectName":"User","targetObjectName":"Person","enabled":true,"flowTypes":"Add, Update","scope":{"groups":[{"name":"g","clauses":[{"operatorName":"EQUALS","sourceOperandName":"department","targetOperand":{"values":["Sales"]}}]}]},
	"attributeMappings":[{"targetAttributeName":"userName","matchingPriority":1,"flowType":"Always","source":{"type":"Attribute","name":"mail","expression":"[mail]"}},
	{"targetAttributeName":"title","defaultValue":"Employee","flowType":"Always","source":{"type":"Function","name":"Trim","expression":"Trim([jobTitle])","parameters":[{"key":"source","value":{"type":"Attribute","name":"jobTitle"}}]}}]}]}],
	"directories":[{"name":"Entra","objects":[{"name":"User","attributes":[{"name":"mail"},{"name":"jobTitle"},{"name":"department"}]}]},{"name":"HR","objects":[{"name":"Person","attributes":[{"name":"userName"},{"name":"title"}]}]}]}`

func TestSchemaFromGraph(t *testing.T) {
	s, ok := fromSchema(json.RawMessage(wireSchema))
	rules := s.Read()
	if !ok || s.Version != "Date:1" || len(rules) != 1 || !strings.Contains(string(s.Rules), `"unknown":1`) {
		t.Fatalf("%v %+v", ok, s)
	}
	o := rules[0].Objects[0]
	if o.Key() != "User → Person" || !o.Enabled || len(o.Attributes) != 2 || o.Attributes[0].Match != 1 || o.Attributes[1].Default != "Employee" || o.Scope.All()[0].Clauses[0].Target.Values[0] != "Sales" {
		t.Errorf("%+v", o)
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"synchronizationRules":7}`, `{"synchronizationRules":null}`, `{"synchronizationRules":[{"objectMappings":{}}]}`} {
		if _, ok := fromSchema(json.RawMessage(bad)); ok {
			t.Errorf("%s was taken", bad)
		}
	}
}

func FuzzSchema(f *testing.F) {
	f.Add(wireSchema)
	f.Add(`{"version":"\u0000","synchronizationRules":[]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		if s, ok := fromSchema(json.RawMessage(raw)); ok && (s.Read() == nil || strings.Contains(s.Version, "\x00")) {
			t.Errorf("%+v", s)
		}
	})
}

// TestSchemasAreKept: one tenant's, with the jobs that were not read, and those of a template over all.
func TestSchemasAreKept(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	hr := job(t, "sp1", `{"id":"hr.1","templateId":"hr","status":{"code":"Active"}}`)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		merge(t, pool, s, tid, noon, hr, job(t, "sp2", `{"id":"box","templateId":"box","status":{"code":"Active"}}`))
	}
	schema, _ := fromSchema(json.RawMessage(wireSchema))
	schema.Tenant, schema.SPID, schema.JobID, schema.ReadAt = contoso, "sp1", "hr.1", noon
	for range 2 {
		if err := KeepSchema(t.Context(), pool.In(contoso), schema); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.Schemas(t.Context(), contoso, "sp1")
	if err != nil || len(found) != 1 || found[0].Version != "Date:1" || string(found[0].Rules) != string(schema.Rules) || !found[0].ReadAt.Equal(noon) || found[0].AppName != "App sp1" {
		t.Errorf("%+v, %v", found, err)
	}
	both, err := s.SchemasAcrossTenants(t.Context(), tenant.Everything(), "hr", nil)
	if err != nil || len(both) != 2 || both[0].ReadAt.IsZero() == both[1].ReadAt.IsZero() {
		t.Errorf("of both: %+v, %v", both, err)
	}
	if mine, err := s.SchemasAcrossTenants(t.Context(), tenant.Only(fabrikam), "hr", nil); err != nil || len(mine) != 1 || mine[0].Rules != nil {
		t.Errorf("of Fabrikam: %+v, %v", mine, err)
	}
	if templates, err := s.Templates(t.Context(), tenant.Everything()); err != nil || len(templates) != 2 || templates[1] != (Template{"hr", "App sp1", 2, 2}) {
		t.Errorf("templates: %+v, %v", templates, err)
	}
	read, err := s.readSchemas(t.Context(), contoso, noon.Add(-time.Hour))
	if later, _ := s.readSchemas(t.Context(), contoso, noon.Add(time.Hour)); err != nil || !read[[2]string{"sp1", "hr.1"}] || len(later) != 0 {
		t.Errorf("read lately: %v %v, %v", read, later, err)
	}
}
