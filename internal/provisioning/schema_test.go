package provisioning

import (
	"encoding/json"
	"slices"
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
	alike := schema
	alike.Tenant = fabrikam
	if err := KeepSchema(t.Context(), pool.In(fabrikam), alike); err != nil {
		t.Fatal(err)
	}
	if both, err := s.SchemasAcrossTenants(t.Context(), tenant.Everything(), "hr", nil); err != nil || len(both) != 2 || string(both[0].Rules) != string(schema.Rules) || string(both[1].Rules) != string(schema.Rules) {
		t.Errorf("of two that are alike: %+v, %v", both, err)
	}
	if templates, err := s.Templates(t.Context(), tenant.Everything()); err != nil || len(templates) != 2 || templates[1] != (Template{"hr", "App sp1", 2, 2}) {
		t.Errorf("templates: %+v, %v", templates, err)
	}
	read, err := s.readSchemas(t.Context(), contoso, noon.Add(-time.Hour))
	key := [2]string{"sp1", "hr.1"}
	if later, _ := s.readSchemas(t.Context(), contoso, noon.Add(time.Hour)); err != nil || read[key] != (knownSchema{current: true}) || later[key].current || len(later) != 1 {
		t.Errorf("read lately: %v %v, %v", read, later, err)
	}
	schema.Gallery, schema.Fields = "g1", []string{"BaseAddress", "SecretToken"}
	for _, x := range []Schema{schema, {Tenant: contoso, SPID: "sp1", JobID: "hr.1", Rules: schema.Rules, ReadAt: noon}} {
		if err := KeepSchema(t.Context(), pool.In(contoso), x); err != nil {
			t.Fatal(err)
		}
	}
	for _, ask := range []struct {
		scope   tenant.Scope
		gallery string
		want    []string
	}{{tenant.Everything(), "g1", schema.Fields}, {tenant.Only(fabrikam), "g1", nil}, {tenant.Everything(), "g2", nil}, {tenant.Everything(), "", nil}} {
		if fields, err := s.Fields(t.Context(), ask.scope, ask.gallery); err != nil || !slices.Equal(fields, ask.want) {
			t.Errorf("credentials of %q: %v, %v", ask.gallery, fields, err)
		}
	}
}

// TestPreviewOfAFile: what a file would change, and what keeps it from being taken.
func TestPreviewOfAFile(t *testing.T) {
	live, _ := fromSchema(json.RawMessage(wireSchema))
	live.Template = "hr"
	for name, tc := range map[string]struct {
		old, new string
		want     string // differences, or a part of the first fault
	}{
		"nothing":          {"", "", ""},
		"another source":   {`"name":"mail","expression":"[mail]"`, `"name":"jobTitle","expression":"[jobTitle]"`, "User → Person/userName "},
		"another default":  {`"Employee"`, `"Guest"`, "User → Person/title "},
		"another scope":    {`"Sales"`, `"Sales","Law"`, "User → Person/ "},
		"switched off":     {`"enabled":true`, `"enabled":false`, "User → Person/ "},
		"dropped and new":  {`"targetAttributeName":"title"`, `"targetAttributeName":"nick"`, "no attribute “nick”"},
		"unknown source":   {`"name":"jobTitle"}`, `"name":"wealth"}`, "no attribute “wealth”"},
		"unknown in scope": {`"department"`, `"wealth"`, "the scoping filter looks at"},
		"twice":            {`"targetAttributeName":"title"`, `"targetAttributeName":"userName"`, "twice"},
		"nothing matches":  {`"matchingPriority":1,`, ``, "by which objects are matched"},
		"another rule":     {`"name":"USER"`, `"name":"GROUP"`, "no rule “GROUP”"},
		"another object":   {`"targetObjectName":"Person"`, `"targetObjectName":"Pet"`, "does not map User → Pet"},
	} {
		f := NewFile(live)
		f.Rules = json.RawMessage(strings.Replace(string(live.Rules), tc.old, tc.new, 1))
		p := f.Preview(live)
		got := ""
		for _, d := range p.Differences {
			got += d.Object + "/" + d.Attribute + " "
		}
		if len(p.Faults) > 0 {
			got = p.Faults[0]
		}
		if got != tc.want && (len(p.Faults) == 0 || !strings.Contains(got, tc.want)) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
		if !strings.Contains(string(p.rules), `"unknown":1`) {
			t.Errorf("%s: lost what only Microsoft knows", name)
		}
	}
}

func FuzzFile(f *testing.F) {
	live, _ := fromSchema(json.RawMessage(wireSchema))
	whole, _ := json.Marshal(NewFile(live))
	f.Add(string(whole))
	f.Add(wireSchema)
	f.Add(`{"synchronizationRules":[{"name":"USER","objectMappings":[{"sourceObjectName":"User","targetObjectName":"Person"},{}]},{}]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		file, err := ReadFile([]byte(raw))
		if err != nil {
			return
		}
		if p := file.Preview(live); len(p.Faults) == 0 && file.Preview(Schema{Rules: p.rules, Template: file.Template}).Differences != nil {
			t.Error("what was taken would be taken again")
		}
	})
}
