package provisioning

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// mapper has one job's mappings, and takes down what it is asked to take.
type mapper struct {
	rules  string
	taken  []string
	refuse error
}

func (a *mapper) Mappings(_ context.Context, j provisioning.Job) (provisioning.Schema, error) {
	return schemaOf(j.Tenant, j.SPID, a.rules), nil
}

func (a *mapper) TakeMappings(_ context.Context, by tenant.Person, _ string, j provisioning.Job, f provisioning.File, shown string) error {
	if live, _ := a.Mappings(context.Background(), j); f.Preview(live).Shown != shown {
		return errs.Show(errs.Conflict, "The job’s mappings are not those any more that you looked at.")
	}
	a.taken = append(a.taken, by.UPN+" "+j.ID)
	return a.refuse
}

// TestMappingsFromAFile: the page shows what would change, and only what was seen is taken.
func TestMappingsFromAFile(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	a := &mapper{rules: mappedRules}
	mount := func(r page.Router) { (&Importer{Provisioning: f.Provisioning, Acts: a}).Mount(r) }
	c, board := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, support, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/provisioning/sp1/mappings/import"
	send := func(c *webtest.Client, path string, status int, fields ...string) string {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for i := 0; i < len(fields); i += 2 {
			if err := form.WriteField(fields[i], fields[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		form.Close()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("POST %s: status %d, want %d: %.300s", path, w.Code, status, w.Body)
		}
		return w.Body.String()
	}
	const job = "salesforce.sp1"
	if html := c.Get(at + "?job=" + job).Body.String(); !strings.Contains(html, "You are not signed in at Contoso") || strings.Contains(html, `type="file"`) {
		t.Error("offered without a sign-in")
	}
	c.SignIns = []page.SignIn{{Tenant: contoso, As: technician.UPN, Until: f.Now.Add(time.Hour)}}
	if html := c.Get(at + "?job=" + job).Body.String(); !strings.Contains(html, `type="file"`) {
		t.Error("no field for the file")
	}
	if got := c.Get(at); got.Code != http.StatusSeeOther || got.Header().Get("Location") != at+"?job="+job {
		t.Errorf("without a job, though there is but one: %d", got.Code)
	}
	second := quarantined("sp1", "Salesforce")
	second.ID = "second.sp1"
	f.ReadJobs(t, contoso.ID, f.Now.Add(-5*time.Minute), steady("sp2", "Slack"), quarantined("sp1", "Salesforce"), second)
	if got := c.Get(at).Body.String(); !strings.Contains(got, `"`+at+"?job="+job+`"`) || !strings.Contains(got, `"`+at+`?job=second.sp1"`) {
		t.Error("of two jobs none can be chosen")
	}
	f.ReadJobs(t, contoso.ID, f.Now.Add(-4*time.Minute), steady("sp1", "Salesforce"))
	if got := c.Get(strings.Replace(at, "sp1", "sp2", 1)); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "nothing to import into") {
		t.Errorf("an application without a job: %d", got.Code)
	}
	f.ReadJobs(t, contoso.ID, f.Now.Add(-3*time.Minute), quarantined("sp1", "Salesforce"))
	c.JSON(strings.Replace(at, "sp1", "other", 1), http.StatusNotFound, nil)
	export, _ := json.Marshal(provisioning.NewFile(schemaOf(fabrikam.ID, "sp9", strings.Replace(mappedRules, "jobTitle", "companyName", 2))))
	other := strings.Replace(string(export), `"template":"salesforce"`, `"template":"box"`, 1)
	for file, want := range map[string]string{
		"": "not JSON", "PNG": "not JSON", "{}": "holds no mappings", "[]": "holds no mappings", `{"format":"x"}`: "something else", `{"format":"tenantry.mappings","version":2}`: "of version 2", `{"format":"tenantry.mappings","version":1}`: "holds no mappings",
		`{"synchronizationRules":[{"name":"X","objectMappings":[]}]}`: "has no rule “X”", other: "of the kind “box”", string(export[:200]): "not JSON", `{"format":7}`: "holds no mappings", `{"format":"tenantry.mappings","version":1,"template":7}`: "damaged",
	} {
		if html := send(c, at, http.StatusUnprocessableEntity, "job", job, "file", file); !strings.Contains(html, want) || !strings.Contains(html, `type="file"`) {
			t.Errorf("%.60q lacks %q", file, want)
		}
	}
	html := send(c, at, http.StatusOK, "job", job, "file", string(export))
	if !strings.Contains(html, "companyName, else") || !strings.Contains(html, "Change 1 mapping") || strings.Contains(html, "Dropped") || len(a.taken) > 0 {
		t.Errorf("what would change: %d taken", len(a.taken))
	}
	file, _ := provisioning.ReadFile(export)
	live, _ := a.Mappings(t.Context(), provisioning.Job{Tenant: contoso.ID, SPID: "sp1"})
	shown := file.Preview(live).Shown
	if html := send(c, at, http.StatusConflict, "job", job, "file", string(export), "do", "take", "shown", "x"); !strings.Contains(html, "not those any more") {
		t.Error("taken unseen")
	}
	send(c, at, http.StatusSeeOther, "job", job, "file", string(export), "do", "take", "shown", shown)
	if len(a.taken) != 1 || a.taken[0] != technician.UPN+" "+job || len(c.Said) != 1 {
		t.Errorf("taken: %q, said %v", a.taken, c.Said)
	}
	a.refuse = errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this.", "You need a role.")
	if html := send(c, at, http.StatusForbidden, "job", job, "file", string(export), "do", "take", "shown", shown); !strings.Contains(html, "You need a role.") {
		t.Error("a refusal without what to do")
	}
	same, _ := json.Marshal(provisioning.NewFile(live))
	if html := send(c, at, http.StatusOK, "job", job, "file", string(same)); !strings.Contains(html, "maps exactly so already") {
		t.Error("the job's own file")
	}
	send(board, at, http.StatusForbidden, "job", job, "file", string(export))
	send(c, at, http.StatusNotFound, "job", "other", "file", string(export))
	send(c, strings.Replace(at, contoso.ID.String(), fabrikam.ID.String(), 1), http.StatusNotFound, "job", job)
	if got := board.Get(at + "?job=" + job); got.Code != http.StatusForbidden {
		t.Errorf("support sees the form: %d", got.Code)
	}
}

func TestGoldenImport(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	v := importView{JobID: "salesforce.sp1", Name: "Salesforce", m: tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}, url: "/mappings"}
	live := schemaOf(contoso.ID, "sp1", mappedRules)
	f := provisioning.NewFile(schemaOf(contoso.ID, "sp9", strings.NewReplacer("jobTitle", "<b>"+strings.Repeat("long", 60), "locale", "nickName", "External", "Guests", `"enabled":false`, `"enabled":true`).Replace(mappedRules)))
	p := f.Preview(live)
	changes := v
	changes.file, changes.shown, changes.Changes = &f, "shown", newMappedChanges(p.Differences)
	faults := v
	faults.Faults = []string{"The job has no rule “<b>”.", "The job does not map User → Pet."}
	for name, v := range map[string]importView{"choose": v, "changes": changes, "faults": faults} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, importBody(v)) })
	}
}
