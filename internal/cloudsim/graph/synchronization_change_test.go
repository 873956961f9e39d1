package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// setUp is somebody who sets provisioning up at the first customer.
type setUp struct {
	*sim
	t     *testing.T
	admin string
}

func newSetUp(t *testing.T, options ...graph.Option) *setUp {
	u := &setUp{t: t}
	u.sim = newSim(t, world.Options{}, options...)
	c := u.customer(1)
	u.admin = u.user(c, userWith(c, "Application Administrator"), "Application.ReadWrite.All", "Synchronization.ReadWrite.All")
	return u
}

func (u *setUp) send(method, path, body string, want int) answer {
	u.t.Helper()
	a := u.do(method, u.admin, u.server.URL+path, body, "Content-Type", "application/json")
	if a.status != want {
		u.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, a.status, a.text, want)
	}
	return a
}

// take gets an application from the gallery and waits until the directory finds it.
func (u *setUp) take(template, name string) (at string) {
	u.t.Helper()
	found := u.all(u.admin, "/v1.0/applicationTemplates?$filter=contains(displayName,'"+template+"')")
	if len(found) == 0 {
		u.t.Fatalf("no template %s", template)
	}
	made := u.send(http.MethodPost, "/v1.0/applicationTemplates/"+found[0]["id"].(string)+"/instantiate", `{"displayName":"`+name+`"}`, http.StatusCreated)
	sp := made.body["servicePrincipal"].(map[string]any)
	at = "/v1.0/servicePrincipals/" + sp["id"].(string)
	u.send(http.MethodGet, at, "", http.StatusNotFound)
	u.send(http.MethodPost, at+"/synchronization/jobs", `{"templateId":"aws"}`, http.StatusNotFound)
	u.world.Clock.Advance(time.Minute)
	if a := u.send(http.MethodGet, at, "", http.StatusOK); a.body["displayName"] != name || a.body["applicationTemplateId"] != found[0]["id"] {
		u.t.Errorf("the service principal: %s", a.text)
	}
	return at + "/synchronization"
}

func (u *setUp) state(job string) (code string, status map[string]any) {
	u.t.Helper()
	status = u.send(http.MethodGet, job, "", http.StatusOK).body["status"].(map[string]any)
	return status["code"].(string), status
}

// TestTheFiveSteps sends the requests of Microsoft's "Configure provisioning using Microsoft Graph APIs" as they stand there, with names in
// JSON that have no quotation marks, at beta.
func TestTheFiveSteps(t *testing.T) {
	u := newSetUp(t)
	at := strings.Replace(u.take("AWS IAM", "AWS Contoso"), "v1.0", "beta", 1)
	if list := u.all(u.admin, "/beta/applicationTemplates"); len(list) < 50 || list[0]["supportedProvisioningTypes"] == nil {
		t.Errorf("%d templates", len(list))
	}
	if list := u.all(u.admin, at+"/templates"); len(list) != 1 || list[0]["id"] != "aws" || list[0]["factoryTag"] != "aws" {
		t.Errorf("templates: %v", list)
	}
	made := u.send(http.MethodPost, at+"/jobs", "{ \n    \"templateId\": \"aws\"\n}", http.StatusCreated)
	status := made.body["status"].(map[string]any)
	if schedule := made.body["schedule"].(map[string]any); status["code"] != "NotConfigured" || schedule["state"] != "Disabled" || schedule["interval"] != "P10675199DT2H48M5.4775807S" || status["lastExecution"] != nil {
		t.Errorf("made: %s", made.text)
	}
	job := at + "/jobs/" + made.body["id"].(string)
	u.send(http.MethodPost, job+"/validateCredentials", `{ 
    credentials: [ 
        { key: "ClientSecret", value: "xxxxxxxxxxxxxxxxxxxxx" },
        { key: "SecretToken", value: "xxxxxxxxxxxxxxxxxxxxx" }
    ]
}`, http.StatusNoContent)
	u.send(http.MethodPut, at+"/secrets", ` 
{ 
    value: [ 
        { key: "ClientSecret", value: "xxxxxxxxxxxxxxxxxxxxx" },
        { key: "SecretToken", value: "xxxxxxxxxxxxxxxxxxxxx" }
    ]
}`, http.StatusNoContent)
	u.send(http.MethodPost, job+"/start", "", http.StatusNoContent)
	u.world.Clock.Advance(5 * time.Minute)
	code, status := u.state(job + "/")
	if progress := status["progress"].([]any); code != "Active" || len(progress) != 1 {
		t.Errorf("in its first cycle: %v", status)
	}
	u.world.Clock.Advance(6 * time.Minute)
	if code, status = u.state(job); code != "Active" || len(status["synchronizedEntryCountByType"].([]any)) != 2 || status["lastSuccessfulExecution"] == nil {
		t.Errorf("after its first cycle: %v", status)
	}
	logged := u.all(u.app(u.customer(1)), "/beta/auditLogs/provisioning?$top=500&$filter=jobId eq '"+made.body["id"].(string)+"'")
	if len(logged) == 0 || logged[0]["servicePrincipal"].(map[string]any)["displayName"] != "AWS Contoso" {
		t.Errorf("the log has %d lines of it", len(logged))
	}
	for _, v := range []string{u.send(http.MethodGet, job, "", http.StatusOK).text, u.send(http.MethodGet, job+"/schema", "", http.StatusOK).text} {
		if strings.Contains(v, "xxxx") {
			t.Error("a secret came back")
		}
	}
}

// TestWhatGoesWrongWithJobs: who may not, what is there twice, what the target refuses, and how a job gets out of quarantine.
func TestWhatGoesWrongWithJobs(t *testing.T) {
	u := newSetUp(t)
	at, c := u.take("Slack", "Slack"), u.customer(1)
	for name, token := range map[string]string{
		"without the permission": u.user(c, userWith(c, "Application Administrator"), "Synchronization.Read.All"), "without the role": u.user(c, userWith(c, ""), "Synchronization.ReadWrite.All"),
		"by an application that reads": u.app(c),
	} {
		if a := u.do(http.MethodPost, token, u.server.URL+at+"/jobs", `{"templateId":"slackOutDelta"}`); a.status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	u.send(http.MethodPost, at+"/jobs", `{"templateId":"aws"}`, http.StatusBadRequest)
	made := u.send(http.MethodPost, at+"/jobs", `{"templateId":"slackOutDelta"}`, http.StatusCreated)
	u.send(http.MethodPost, at+"/jobs", `{"templateId":"slackOutDelta"}`, http.StatusConflict)
	job := at + "/jobs/" + made.body["id"].(string)
	wrong, right := `[{"key":"BaseAddress","value":"https://slack.example/scim"},{"key":"SecretToken","value":"wrong"}]`, `[{"key":"BaseAddress","value":"https://slack.example/scim"},{"key":"SecretToken","value":"s3cret"}]`
	if a := u.send(http.MethodPost, job+"/validateCredentials", `{"credentials":`+wrong+`}`, http.StatusBadRequest); !strings.Contains(a.message(), "Unauthorized") || strings.Contains(a.text, "slack.example") {
		t.Errorf("refused credentials: %s", a.text)
	}
	u.send(http.MethodPut, at+"/secrets", `{"value":`+wrong+`}`, http.StatusNoContent)
	u.send(http.MethodPost, job+"/validateCredentials", `{"useSavedCredentials":true}`, http.StatusBadRequest)
	u.send(http.MethodPost, job+"/start", "", http.StatusNoContent)
	u.world.Clock.Advance(time.Minute)
	code, status := u.state(job)
	if q, _ := status["quarantine"].(map[string]any); code != "Quarantine" || q["nextAttempt"].(string) <= u.world.Clock.Now().Format(time.RFC3339) || status["lastSuccessfulExecution"] != nil {
		t.Errorf("with wrong credentials: %v", status)
	}
	u.send(http.MethodPut, at+"/secrets", `{"value":`+right+`}`, http.StatusNoContent)
	u.send(http.MethodPost, job+"/restart", `{"criteria":{"resetScope":"Sideways"}}`, http.StatusBadRequest)
	u.send(http.MethodPost, job+"/restart", `{"criteria":{"resetScope":"Watermark, QuarantineState"}}`, http.StatusNoContent)
	if code, status = u.state(job); code != "Active" || len(status["progress"].([]any)) != 1 {
		t.Errorf("restarted: %v", status)
	}
	u.send(http.MethodPost, job+"/pause", "", http.StatusNoContent)
	if code, _ = u.state(job); code != "Paused" {
		t.Errorf("paused: %s", code)
	}
	u.send(http.MethodPost, job+"/start", "", http.StatusNoContent)
	if code, _ = u.state(job); code != "Active" {
		t.Errorf("started again: %s", code)
	}
	u.send(http.MethodDelete, job, "", http.StatusNoContent)
	u.send(http.MethodGet, job, "", http.StatusNotFound)
	if again := u.send(http.MethodPost, at+"/jobs", `{"templateId":"slackOutDelta"}`, http.StatusCreated); again.body["id"] == made.body["id"] {
		t.Error("a new job has the id of the deleted one")
	}
}

// TestProvisionOnDemand: the answer is JSON in text, for an account that is there.
func TestProvisionOnDemand(t *testing.T) {
	u := newSetUp(t)
	at := u.take("Slack", "Slack")
	job := at + "/jobs/" + u.send(http.MethodPost, at+"/jobs", `{"templateId":"slackOutDelta"}`, http.StatusCreated).body["id"].(string)
	u.send(http.MethodPut, at+"/secrets", `{"value":[{"key":"BaseAddress","value":"https://slack.example/scim"},{"key":"SecretToken","value":"s3cret"}]}`, http.StatusNoContent)
	rule := u.send(http.MethodGet, job+"/schema", "", http.StatusOK).body["synchronizationRules"].([]any)[0].(map[string]any)["id"].(string)
	demand := func(id string, want int) answer {
		return u.send(http.MethodPost, job+"/provisionOnDemand", `{"parameters":[{"ruleId":"`+rule+`","subjects":[{"objectId":"`+id+`","objectTypeName":"User"}]}]}`, want)
	}
	demand("00000000-0000-4000-8000-000000000000", http.StatusBadRequest)
	results := map[string]int{}
	for _, who := range u.all(u.app(u.customer(1)), "/v1.0/users?$top=60")[:60] {
		a := demand(who["id"].(string), http.StatusOK)
		var key struct{ Result string }
		var value struct {
			ProvisioningSteps []struct{ Name, ProvisioningStepType, Status string }
			StatusInfo        struct{ Status string }
		}
		if json.Unmarshal([]byte(a.body["key"].(string)), &key) != nil || json.Unmarshal([]byte(a.body["value"].(string)), &value) != nil || len(value.ProvisioningSteps) < 3 || value.StatusInfo.Status != key.Result || value.ProvisioningSteps[0].Status != "Success" {
			t.Fatalf("answer: %s", a.text)
		}
		results[key.Result]++
	}
	if results["Success"] == 0 || results["Failure"] == 0 {
		t.Errorf("results: %v", results)
	}
}

func TestPublishedLimitOfProvisioningOnDemand(t *testing.T) {
	u := newSetUp(t, graph.PublishedLimits())
	at := u.take("Slack", "Slack")
	job := at + "/jobs/" + u.send(http.MethodPost, at+"/jobs", `{"templateId":"slackOutDelta"}`, http.StatusCreated).body["id"].(string)
	for i := range 6 {
		a := u.do(http.MethodPost, u.admin, u.server.URL+job+"/provisionOnDemand", `{"parameters":[]}`, "Content-Type", "application/json")
		if want := map[bool]int{true: http.StatusTooManyRequests, false: http.StatusBadRequest}[i == 5]; a.status != want || (a.header.Get("Retry-After") != "") != (i == 5) {
			t.Errorf("request %d: %d, want %d", i+1, a.status, want)
		}
	}
	u.send(http.MethodGet, job, "", http.StatusOK)
}

// TestSchemaIsReplacedAsAWhole: what is written is read again, what does not fit is refused and changes nothing, and a new job forgets it.
func TestSchemaIsReplacedAsAWhole(t *testing.T) {
	u := newSetUp(t)
	at, c := u.take("Slack", "Slack"), u.customer(1)
	makeJob := func() string {
		return at + "/jobs/" + u.send(http.MethodPost, at+"/jobs", `{"templateId":"slackOutDelta"}`, http.StatusCreated).body["id"].(string) + "/schema"
	}
	schema := makeJob()
	before := u.send(http.MethodGet, schema, "", http.StatusOK)
	var doc struct {
		Rules       json.RawMessage `json:"synchronizationRules"`
		Directories []struct{ Name string }
		Version     string
	}
	if json.Unmarshal([]byte(before.text), &doc) != nil || len(doc.Directories) != 2 || doc.Directories[1].Name != "Slack" {
		t.Fatalf("schema: %s", before.text)
	}
	put := func(rules string, want int) answer {
		return u.send(http.MethodPut, schema, `{"synchronizationRules":`+rules+`}`, want)
	}
	rules := string(doc.Rules)
	for from, to := range map[string]string{`"targetAttributeName":"title"`: `"targetAttributeName":"shoeSize"`, `"name":"surname"`: `"name":"wealth"`, `"matchingPriority":1`: `"matchingPriority":0`, `"type":"Function"`: `"type":"Magic"`, `"sourceObjectName":"User"`: `"sourceObjectName":"Pet"`, `"targetDirectoryName":"Slack"`: `"targetDirectoryName":"Box"`} {
		changed := strings.ReplaceAll(rules, from, to)
		if changed == rules {
			t.Fatalf("the schema has no %s", from)
		}
		put(changed, http.StatusBadRequest)
	}
	if again := u.send(http.MethodGet, schema, "", http.StatusOK); again.text != before.text {
		t.Error("a refused schema changed something")
	}
	for _, token := range []string{u.user(c, userWith(c, "Application Administrator"), "Synchronization.Read.All"), u.user(c, userWith(c, ""), "Synchronization.ReadWrite.All"), u.app(c)} {
		if a := u.do(http.MethodPut, token, u.server.URL+schema, `{"synchronizationRules":`+rules+`}`); a.status != http.StatusUnauthorized {
			t.Errorf("who may not: %d %s", a.status, a.text)
		}
	}
	changed := strings.Replace(rules, `"targetAttributeName":"title"`, `"targetAttributeName":"nickName"`, 1)
	put(changed, http.StatusNoContent)
	after := u.send(http.MethodGet, schema, "", http.StatusOK)
	if !strings.Contains(after.text, changed) || after.body["version"] == doc.Version {
		t.Errorf("after the change: %s", after.text)
	}
	u.send(http.MethodDelete, strings.TrimSuffix(schema, "/schema"), "", http.StatusNoContent)
	if fresh := u.send(http.MethodGet, makeJob(), "", http.StatusOK); strings.Contains(fresh.text, `"targetAttributeName":"nickName"`) {
		t.Error("a new job has the schema of the deleted one")
	}
}
