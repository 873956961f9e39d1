package provisioning

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Demanded is what became of one account that was provisioned on demand.
type Demanded struct {
	Person     string // as found in the directory
	Result     string // success, skipped, failure; empty: Microsoft does not say
	Code       string
	Reason     string
	Steps      []Step
	Properties []Property
}

// Demand provisions one account at once. who is its user principal name or object id. An account that the directory does not have is errs.Invalid.
func (a *Acts) Demand(ctx context.Context, by tenant.Person, requestID string, s Setup, job, who string) (Demanded, error) {
	user, err := graph.Get[struct {
		ID  string `json:"id"`
		UPN string `json:"userPrincipalName"`
	}](ctx, a.Graph, s.Tenant, "/users/"+url.PathEscape(who), graph.Query{Select: []string{"id", "userPrincipalName"}})
	if kind, _ := graph.KindOf(err); kind == graph.NotFound || kind == graph.Refused {
		return Demanded{}, errs.ShowNext(errs.Invalid, "Nobody of that name is in the customer’s directory.", "Enter the user principal name or the object id of an account there.")
	}
	if err != nil {
		return Demanded{}, refusal(err, "")
	}
	rule, err := a.rule(ctx, s, job)
	if err != nil {
		return Demanded{}, err
	}
	type subject struct {
		ID   string `json:"objectId"`
		Type string `json:"objectTypeName"`
	}
	type parameter struct {
		Rule     string    `json:"ruleId"`
		Subjects []subject `json:"subjects"`
	}
	p, err := a.Who.As(ctx, s.Tenant, writeJobs)
	if err != nil {
		return Demanded{}, err
	}
	d := deed{by: by, requestID: requestID, tenant: s.Tenant, action: "provisioning.demanded", object: s.Name, detail: map[string]any{"service_principal": s.SPID, "job": job, "account": user.ID}}
	body := map[string]any{"parameters": []parameter{{rule, []subject{{user.ID, "User"}}}}}
	got, err := send[graph.TextPair](ctx, a, p, d, graph.Change{Method: http.MethodPost, Path: jobPath(s.SPID, job) + "/provisionOnDemand", Body: body}, nil)
	if err != nil {
		return Demanded{}, err
	}
	out := fromPair(got)
	out.Person = clean(user.UPN)
	return out, nil
}

// rule is the job's rule for accounts, which Microsoft wants named: the first that maps users.
func (a *Acts) rule(ctx context.Context, s Setup, job string) (string, error) {
	schema, err := graph.Get[graph.SynchronizationSchema](ctx, a.Graph, s.Tenant, jobPath(s.SPID, job)+"/schema", graph.Query{})
	if err != nil {
		return "", refusal(err, "")
	}
	for _, r := range schema.Rules {
		for _, o := range r.Objects {
			if o.Enabled && strings.EqualFold(o.Source, "User") {
				return r.ID, nil
			}
		}
	}
	return "", errs.ShowNext(errs.Conflict, "The job maps no accounts from Microsoft Entra, so none can be provisioned on demand.", "Jobs that bring people in from another system work the other way round.")
}

// pairValue is the value of an answer on demand. Its words are spelled as the log's older form.
type pairValue struct {
	Steps []struct {
		Name, ProvisioningStepType, Status, Description string
	} `json:"provisioningSteps"`
	Properties []struct {
		Name string `json:"displayName"`
		Old  any    `json:"oldValue"`
		New  any    `json:"newValue"`
	} `json:"modifiedProperties"`
	Info struct{ Status, ErrorCode, Reason string } `json:"statusInfo"`
}

// fromPair reads the answer: two texts that hold JSON (Microsoft Graph, synchronizationJob: provisionOnDemand). What cannot be read stays empty.
func fromPair(w graph.TextPair) (d Demanded) {
	var key struct {
		Result  string
		Details struct{ ErrorCode, ErrorMessage string }
	}
	_ = json.Unmarshal([]byte(w.Key), &key)
	value, v := strings.TrimSpace(w.Value), []pairValue{{}}
	if !strings.HasPrefix(value, "[") {
		value = "[" + value + "]" // a list of one is seen too
	}
	if json.Unmarshal([]byte(value), &v) != nil || len(v) == 0 {
		v = []pairValue{{}}
	}
	d.Result, d.Code, d.Reason = lowerFirst(clean(key.Result)), clean(key.Details.ErrorCode), clean(key.Details.ErrorMessage)
	info := v[0].Info
	d.Result, d.Code, d.Reason = cmp.Or(d.Result, lowerFirst(clean(info.Status))), cmp.Or(d.Code, clean(info.ErrorCode)), cmp.Or(d.Reason, clean(info.Reason))
	for _, s := range v[0].Steps {
		d.Steps = append(d.Steps, Step{Name: clean(s.Name), Type: lowerFirst(clean(s.ProvisioningStepType)), Status: lowerFirst(clean(s.Status)), Description: clean(s.Description)})
	}
	for _, p := range v[0].Properties {
		d.Properties = append(d.Properties, Property{Name: clean(p.Name), Old: printed(p.Old), New: printed(p.New)})
	}
	return d
}

// printed is a value as text; nil where there is none.
func printed(v any) *string {
	if v == nil {
		return nil
	}
	s := clean(fmt.Sprint(v))
	return &s
}
