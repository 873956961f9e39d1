package provisioning

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The delegated permissions that set provisioning up (Microsoft Graph, applicationTemplate: instantiate; synchronizationJob).
const (
	writeApplications = "Application.ReadWrite.All"
	writeJobs         = "Synchronization.ReadWrite.All"
)

// Needs is what a person must be to set provisioning up and to steer it (Microsoft Graph, synchronizationJob: delegated scenarios).
const Needs = "the directory role Cloud Application Administrator or Application Administrator at this customer; for jobs of Cloud Sync, Hybrid Identity Administrator is enough"

// Acts sets provisioning up and steers jobs, as the person who asks for it: Microsoft's log at the customer names the person. What it reads it
// reads by the portal's own sign-in, which cannot change anything.
type Acts struct {
	Who   graph.Acting
	Graph *graph.Client
	Store *Store
	Audit *audit.Store
	Now   func() time.Time
}

// deed is one change, and how it is written down.
type deed struct {
	by        tenant.Person
	requestID string // of the page
	tenant    tenant.ID
	action    string
	object    string
	detail    map[string]any
	secrets   []Secret // which no failure may repeat
}

// send makes the change as the person and records how it went. Judge, where not nil, may find a failure in a good answer.
func send[T any](ctx context.Context, a *Acts, p graph.Person, d deed, ch graph.Change, judge func(T) error) (T, error) {
	done, failed := graph.Send[T](ctx, p, ch)
	if failed == nil && judge != nil {
		failed = judge(done.Value)
	}
	var refused *graph.Error
	if errors.As(failed, &refused) {
		refused.Message, refused.Code = blot(refused.Message, d.secrets), blot(refused.Code, d.secrets)
	}
	ending, how := done.Record(failed)
	maps.Copy(d.detail, how)
	if err := a.Audit.Keep(ctx, d.tenant, d.by, audit.Entry{Action: d.action + ending, Object: d.object, RequestID: d.requestID, Detail: d.detail}); err != nil {
		return done.Value, errors.Join(err, failed)
	}
	return done.Value, refusal(failed, d.action)
}

// blot takes secrets out of what a target or Microsoft says about them, however they are written there.
func blot(text string, secrets []Secret) string {
	for _, s := range secrets {
		for _, form := range []string{s.Value, inJSON(s.Value, true), inJSON(s.Value, false), url.QueryEscape(s.Value), url.PathEscape(s.Value)} {
			if form != "" {
				text = strings.ReplaceAll(text, form, "…")
			}
		}
	}
	return text
}

// inJSON is text as it stands inside a JSON string; html escapes what browsers might take for markup.
func inJSON(text string, html bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	_ = e.Encode(text) // text always has a form
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// tested is the action of a test of credentials.
const tested = "provisioning.access.tested"

// Secret is one credential for the target. It goes to Microsoft and stays nowhere here.
type Secret struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// String keeps the value out of whatever prints it.
func (s Secret) String() string { return s.Key }

// GoString is String for %#v.
func (s Secret) GoString() string { return s.Key }

func jobPath(sp, job string) string {
	return principalPath(sp) + "/synchronization/jobs/" + url.PathEscape(job)
}

// change makes a change about one application with the permission for jobs.
func (a *Acts) change(ctx context.Context, d deed, ch graph.Change) error {
	p, err := a.Who.As(ctx, d.tenant, writeJobs)
	if err != nil {
		return err
	}
	_, err = send[struct{}](ctx, a, p, d, ch, nil)
	return err
}

// MakeJob makes the application's job from one of its templates.
func (a *Acts) MakeJob(ctx context.Context, by tenant.Person, requestID string, s Setup, template string) error {
	d := deed{by: by, requestID: requestID, tenant: s.Tenant, action: "provisioning.job.made", object: s.Name, detail: map[string]any{"service_principal": s.SPID, "template": template}}
	if err := a.change(ctx, d, graph.Change{Method: http.MethodPost, Path: principalPath(s.SPID) + "/synchronization/jobs", Body: map[string]string{"templateId": template}}); err != nil {
		return err
	}
	return a.Store.begun(ctx, s)
}

// Test has Microsoft try credentials at the target; none: those that Microsoft keeps.
func (a *Acts) Test(ctx context.Context, by tenant.Person, requestID string, s Setup, job string, secrets []Secret) error {
	body := struct {
		Saved       bool     `json:"useSavedCredentials,omitempty"`
		Credentials []Secret `json:"credentials,omitempty"`
	}{len(secrets) == 0, secrets}
	d := deed{by: by, requestID: requestID, tenant: s.Tenant, action: tested, object: s.Name, detail: map[string]any{"service_principal": s.SPID, "saved": body.Saved}, secrets: secrets}
	return a.change(ctx, d, graph.Change{Method: http.MethodPost, Path: jobPath(s.SPID, job) + "/validateCredentials", Body: body})
}

// Save hands credentials to Microsoft, which gives them to nobody again.
func (a *Acts) Save(ctx context.Context, by tenant.Person, requestID string, s Setup, secrets []Secret) error {
	var keys []string
	for _, x := range secrets {
		keys = append(keys, x.Key)
	}
	d := deed{by: by, requestID: requestID, tenant: s.Tenant, action: "provisioning.access.saved", object: s.Name, detail: map[string]any{"service_principal": s.SPID, "keys": keys}, secrets: secrets}
	if err := a.change(ctx, d, graph.Change{Method: http.MethodPut, Path: principalPath(s.SPID) + "/synchronization/secrets", Body: map[string]any{"value": secrets}}); err != nil {
		return err
	}
	return a.Store.saved(ctx, s, a.Now(), by.UPN)
}

// Start starts the job, or lets it go on where it was paused. It clears a quarantine.
func (a *Acts) Start(ctx context.Context, by tenant.Person, requestID string, s Setup, job string) error {
	if err := a.steer(ctx, by, requestID, s, job, "started", "start", nil); err != nil {
		return err
	}
	return a.Store.finished(ctx, s, a.Now())
}

// Pause stops the job; it keeps what it knows.
func (a *Acts) Pause(ctx context.Context, by tenant.Person, requestID string, s Setup, job string) error {
	return a.steer(ctx, by, requestID, s, job, "paused", "pause", nil)
}

// ResetScopes are what a restart can forget (Microsoft Graph, synchronizationJobRestartScope), the gentlest first.
var ResetScopes = []string{"QuarantineState", "Escrows", "Watermark", "ConnectorDataStore", "ForceDeletes"}

// Restart starts the job anew and forgets what the scopes name.
func (a *Acts) Restart(ctx context.Context, by tenant.Person, requestID string, s Setup, job string, scopes []string) error {
	type criteria struct {
		Scope string `json:"resetScope"`
	}
	scope := strings.Join(scopes, ", ")
	if scope == "" {
		scope = "None"
	}
	return a.steer(ctx, by, requestID, s, job, "restarted", "restart", map[string]any{"criteria": criteria{scope}})
}

func (a *Acts) steer(ctx context.Context, by tenant.Person, requestID string, s Setup, job, done, verb string, body any) error {
	d := deed{by: by, requestID: requestID, tenant: s.Tenant, action: "provisioning.job." + done, object: s.Name, detail: map[string]any{"service_principal": s.SPID, "job": job}}
	if body != nil {
		d.detail["criteria"] = body
	}
	return a.change(ctx, d, graph.Change{Method: http.MethodPost, Path: jobPath(s.SPID, job) + "/" + verb, Body: body})
}

// Delete deletes the job with all that it knows. Accounts in the target stay.
func (a *Acts) Delete(ctx context.Context, by tenant.Person, requestID string, s Setup, job string) error {
	d := deed{by: by, requestID: requestID, tenant: s.Tenant, action: "provisioning.job.deleted", object: s.Name, detail: map[string]any{"service_principal": s.SPID, "job": job}}
	return a.change(ctx, d, graph.Change{Method: http.MethodDelete, Path: jobPath(s.SPID, job)})
}

// Live reads a job at Microsoft now; found is false where it is gone.
func (a *Acts) Live(ctx context.Context, s Setup, job string) (j Job, found bool, err error) {
	w, err := graph.Get[graph.SynchronizationJob](ctx, a.Graph, s.Tenant, jobPath(s.SPID, job), graph.Query{})
	if kind, _ := graph.KindOf(err); kind == graph.NotFound {
		return j, false, nil
	}
	if err != nil {
		return j, false, preceded("How the job is could not be read, so it is left as it is. ", refusal(err, ""))
	}
	return s.job(w), true, nil
}

// job is a job of this application as Microsoft tells it.
func (s Setup) job(w graph.SynchronizationJob) Job {
	j := fromJob(s.SPID, w)
	j.Tenant, j.AppName, j.AppEnabled = s.Tenant, s.Name, true
	return j
}
