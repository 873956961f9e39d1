package provisioning

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

const mappedRules = `[{"id":"r1","name":"USER_OUTBOUND_USER","sourceDirectoryName":"Entra","targetDirectoryName":"Salesforce","objectMappings":[{"name":"Users","sourceObjectName":"User","targetObjectName":"Account","enabled":true,"flowTypes":"Add, Update",
	"scope":{"groups":[{"clauses":[{"operatorName":"NOT EQUALS","sourceOperandName":"department","targetOperand":{"values":["External"]}}]}]},"attributeMappings":[
	{"targetAttributeName":"userName","matchingPriority":1,"flowType":"Always","source":{"type":"Attribute","name":"userPrincipalName","expression":"[userPrincipalName]"}},
	{"targetAttributeName":"title","defaultValue":"Employee","flowType":"Always","source":{"type":"Attribute","name":"jobTitle","expression":"[jobTitle]"}},
	{"targetAttributeName":"locale","flowType":"ObjectAddOnly","source":{"type":"Constant","name":"en_GB","expression":"\"en_GB\""}},
	{"targetAttributeName":"active","flowType":"Always","source":{"type":"Function","name":"Not","expression":"Not([IsSoftDeleted])"}}]},
	{"name":"Groups","sourceObjectName":"Group","targetObjectName":"Group","enabled":false,"attributeMappings":[]}]}]`

func schemaOf(tid tenant.ID, sp, rules string) provisioning.Schema {
	return provisioning.Schema{Tenant: tid, SPID: sp, JobID: "salesforce." + sp, Template: "salesforce", Version: "Date:1", Rules: json.RawMessage(rules), ReadAt: now.Add(-3 * time.Minute)}
}

func keepSchema(t *testing.T, f *webtest.Fleet, s provisioning.Schema) {
	t.Helper()
	if err := provisioning.KeepSchema(t.Context(), f.Pool.In(s.Tenant), s); err != nil {
		t.Fatal(err)
	}
}

// TestMappings: a job's mappings in words and as a file, and the same application at two customers side by side.
func TestMappings(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	mount := (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount
	c, both := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, support, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/provisioning/sp1/mappings"
	if got := c.Get(at + "/export?job=salesforce.sp1"); got.Code != http.StatusConflict || !strings.Contains(c.Get(at).Body.String(), "were not read yet") {
		t.Errorf("before the first reading: %d", got.Code)
	}
	keepSchema(t, f, schemaOf(contoso.ID, "sp1", mappedRules))
	var v mappingsView
	c.JSON(at, http.StatusOK, &v)
	if o := v.Jobs[0].Objects; len(o) != 2 || o[0].Scope[0] != "department is not “External”" || o[0].Attributes[2].From != "always “en_GB”" || o[0].Attributes[2].When != "Only when the object is made" || o[1].Does != "switched off" {
		t.Errorf("in words: %+v", o)
	}
	var file provisioning.File
	got := c.Get(at + "/export?job=salesforce.sp1")
	if err := json.Unmarshal(got.Body.Bytes(), &file); err != nil || file.Format != provisioning.FileFormat || file.Template != "salesforce" || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment") || !strings.Contains(string(file.Rules), "IsSoftDeleted") {
		t.Errorf("file: %v, %s", err, got.Body)
	}
	for _, path := range []string{at + "/export?job=other", at + "/export", strings.Replace(at, "sp1", "nobody", 1), strings.Replace(at, contoso.ID.String(), fabrikam.ID.String(), 1)} {
		if got := c.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
	}

	const list = "/provisioning/mappings?app=salesforce"
	var all struct {
		Rows  []compared
		Count int64
	}
	both.JSON(list, http.StatusOK, &all)
	if all.Count != 8 || all.Rows[2].Differs || all.Rows[2].Cells[1].Read {
		t.Errorf("with one that was not read: %+v", all)
	}
	keepSchema(t, f, schemaOf(fabrikam.ID, "sp9", strings.Replace(strings.Replace(mappedRules, "userPrincipalName", "mail", 2), `"targetAttributeName":"title"`, `"targetAttributeName":"role"`, 1)))
	both.JSON(list+"&differs=yes", http.StatusOK, &all)
	said := ""
	for _, r := range all.Rows {
		said += r.What + ": " + r.Cells[0].Text + " | " + r.Cells[1].Text + "\n"
	}
	if want := "userName: userPrincipalName, matches first | mail, matches first\ntitle: jobTitle, else “Employee” | not mapped\nrole: not mapped | jobTitle, else “Employee”\n"; said != want {
		t.Errorf("differences:\n%s", said)
	}
	if csv := both.Get(list + "&format=csv").Body.String(); !strings.Contains(csv, "Contoso,Fabrikam") || strings.Count(csv, "\n") != 10 {
		t.Errorf("CSV:\n%s", csv)
	}
	if html := c.Get(list).Body.String(); strings.Contains(html, "Fabrikam") || !strings.Contains(html, "Contoso") {
		t.Error("who may see Contoso only")
	}
	for _, query := range []string{"app=x", "differs=x", "after=x", "sort=x", "customer=x"} {
		if got := both.Get("/provisioning/mappings?" + query); got.Code != http.StatusBadRequest {
			t.Errorf("GET /provisioning/mappings?%s: status %d, want 400", query, got.Code)
		}
	}
	if got := both.Get("/provisioning/mappings?customer=" + webtest.ID(t, 77).String()); !strings.Contains(got.Body.String(), "No attribute matches") {
		t.Error("no word on an empty comparison")
	}
}

func TestGoldenMappings(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.ProvisioningJobs, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-6 * time.Minute), Next: now.Add(9 * time.Minute)}
	hostile := strings.NewReplacer("userName", "<script>x</script>", "jobTitle", strings.Repeat("long", 100), "External", "<b>").Replace(mappedRules)
	for name, found := range map[string][]provisioning.Schema{
		"no job": nil, "mappings": {schemaOf(contoso.ID, "sp1", mappedRules)}, "hostile mappings": {schemaOf(contoso.ID, "a/b", hostile), {Tenant: contoso.ID, SPID: "a/b", JobID: "<j>"}},
	} {
		t.Run(name, func(t *testing.T) {
			webtest.Golden(t, mappingsBody(newMappingsView(m, provisioning.Application{ID: "sp1", Name: "Salesforce"}, found, read, page.Chrome{Now: now})))
		})
	}
}

func TestBrief(t *testing.T) {
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	for in, want := range map[string]string{
		enterprise: "User", enterprise + ":department": "User:department", "User → " + enterprise: "User → User", "userName": "userName", "urn:ietf:params:scim:schemas:": "urn:ietf:params:scim:schemas:", "": "",
		"urn:contoso:2.0:User": "urn:contoso:2.0:User",
	} {
		if got := brief(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
