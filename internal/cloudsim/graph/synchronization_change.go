package graph

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// synchronizationChanges set provisioning up and steer it. Application permissions are as published, though the portal has none of them.
func synchronizationChanges() []operation {
	write := same("Synchronization.ReadWrite.All")
	op := func(method, path string, h func(*call) error) operation {
		return operation{
			method: method, path: "/servicePrincipals/{id}/synchronization" + path, versions: both, area: synchronization, allow: write,
			roles: synchronizationRoles, handle: h,
		}
	}
	return []operation{
		{
			method: http.MethodPost, path: "/applicationTemplates/{id}/instantiate", versions: both, area: directory, roles: synchronizationRoles,
			allow: permissions{delegated: []string{"Application.ReadWrite.All"}, application: []string{"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"}}, handle: (*call).instantiate,
		},
		op(http.MethodPost, "/jobs", (*call).makeJob),
		op(http.MethodDelete, "/jobs/{job}", (*call).deleteJob),
		op(http.MethodPost, "/jobs/{job}/start", (*call).startJob),
		op(http.MethodPost, "/jobs/{job}/pause", (*call).pauseJob),
		op(http.MethodPost, "/jobs/{job}/restart", (*call).restartJob),
		op(http.MethodPost, "/jobs/{job}/validateCredentials", (*call).validateCredentials),
		op(http.MethodPost, "/jobs/{job}/provisionOnDemand", (*call).provisionOnDemand),
		op(http.MethodPut, "/jobs/{job}/schema", (*call).replaceSchema),
		op(http.MethodPut, "/secrets", (*call).saveSecrets),
	}
}

// instantiate makes an application and its service principal from a template of the gallery. The directory finds neither at once.
func (c *call) instantiate() error {
	var b struct {
		Name string `json:"displayName"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	i, ok := templateIndex(c.keys[0])
	switch name := strings.TrimSpace(b.Name); {
	case !ok:
		return missing(c.keys[0])
	case name == "" || len([]rune(name)) > 120:
		return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Invalid value specified for property 'displayName' of resource 'Application'."}
	}
	var made world.Taken
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		made = c.s.world.Take(t, templateID(i), strings.TrimSpace(b.Name), c.now)
	})
	p := c.takenPrincipal(made)
	body := c.open("microsoft.graph.applicationServicePrincipal")
	members := appendObject(nil, object{
		{"application", c.project(kinds["application"], c.galleryApplication(p))}, {"servicePrincipal", c.project(kinds["servicePrincipal"], c.principalObject(p))},
	})
	c.status, c.body = http.StatusCreated, append(append(body, ','), members[1:]...)
	return nil
}

// steer changes what people did about the provisioning of the service principal, and answers with nothing.
func (c *call) steer(sp string, f func(v *world.Provisioning)) {
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		v := t.Provisioning[sp]
		f(&v)
		t.Provisioning[sp] = v
	})
	c.status = http.StatusNoContent
}

func (c *call) makeJob() error {
	p, err := c.provisioningApp()
	if err != nil {
		return err
	}
	var b struct {
		Template string `json:"templateId"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	switch _, there := c.jobOf(p.id); {
	case c.t.Premium == 0:
		return notPremium()
	case p.gallery < 0 || b.Template == "" || b.Template != galleryAt(p.gallery).sync:
		return badRequest("The synchronization template '" + b.Template + "' does not exist for this application.")
	case there:
		return &refusal{status: http.StatusConflict, code: "Conflict", message: "A synchronization job with the template '" + b.Template + "' exists already."}
	}
	c.steer(p.id, func(v *world.Provisioning) {
		*v = world.Provisioning{Secrets: v.Secrets, Made: c.now, Jobs: v.Jobs + 1, Gone: true}
	})
	if err := c.snapshot(); err != nil {
		return err
	}
	j, _ := c.jobOf(p.id)
	at := "servicePrincipals('" + p.id + "')/synchronization/jobs"
	return c.created("synchronizationJob", at, "/servicePrincipals/"+p.id+"/synchronization/jobs/"+c.jobID(j), c.jobObject(j))
}

func (c *call) deleteJob() error {
	p, _, err := c.job()
	if err != nil {
		return err
	}
	c.steer(p.id, func(v *world.Provisioning) {
		*v = world.Provisioning{Secrets: v.Secrets, Jobs: v.Jobs, Gone: true}
	})
	return nil
}

func (c *call) startJob() error {
	p, j, err := c.job()
	if err != nil {
		return err
	}
	c.steer(p.id, func(v *world.Provisioning) {
		never := j.state == jobNotRun || j.state == jobNotConfigured
		v.Paused, v.Fresh = time.Time{}, v.Fresh || never
		if never || v.Started.IsZero() || j.state == jobQuarantined {
			v.Started = c.now
		}
	})
	return nil
}

func (c *call) pauseJob() error {
	p, _, err := c.job()
	if err != nil {
		return err
	}
	c.steer(p.id, func(v *world.Provisioning) { v.Paused = c.now })
	return nil
}

var resetScopes = []string{"none", "connectordatastore", "escrows", "watermark", "quarantinestate", "full", "forcedeletes"}

// restartJob starts the job again and forgets what the scope names. Without the watermark it reads everybody once more.
func (c *call) restartJob() error {
	p, _, err := c.job()
	if err != nil {
		return err
	}
	var b struct {
		Criteria struct {
			Scope string `json:"resetScope"`
		} `json:"criteria"`
	}
	if c.r.ContentLength != 0 {
		if err := c.content(&b); err != nil {
			return err
		}
	}
	fresh := false
	for part := range strings.SplitSeq(strings.ToLower(b.Criteria.Scope), ",") {
		part = strings.TrimSpace(part)
		if part != "" && !slices.Contains(resetScopes, part) {
			return badRequest("The resetScope '" + b.Criteria.Scope + "' is not valid.")
		}
		fresh = fresh || part == "full" || part == "watermark"
	}
	c.steer(p.id, func(v *world.Provisioning) {
		v.Paused, v.Started, v.Fresh = time.Time{}, c.now, fresh || v.Fresh
	})
	return nil
}

// secret is a pair as requests carry it.
type secret struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func pairs(list []secret) map[string]string {
	m := map[string]string{}
	for _, s := range list {
		m[s.Key] = s.Value
	}
	return m
}

// validateCredentials tries what is sent, or what was saved, at the target. The refusal does not repeat it.
func (c *call) validateCredentials() error {
	p, _, err := c.job()
	if err != nil {
		return err
	}
	var b struct {
		Saved       bool     `json:"useSavedCredentials"`
		Credentials []secret `json:"credentials"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	with := pairs(b.Credentials)
	if b.Saved {
		with = c.t.Provisioning[p.id].Secrets
	}
	if !galleryAt(p.gallery).accepts(with) {
		return &refusal{
			status: http.StatusBadRequest, code: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable",
			message: "We received this unexpected response from your application: Received response from Web resource. Operation: GET. Response Status Code: Unauthorized. Please check the service and try again.",
		}
	}
	c.status = http.StatusNoContent
	return nil
}

func (c *call) saveSecrets() error {
	p, err := c.provisioningApp()
	if err != nil {
		return err
	}
	var b struct {
		Value []secret `json:"value"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	if len(b.Value) == 0 || slices.ContainsFunc(b.Value, func(s secret) bool { return s.Key == "" }) {
		return badRequest("The value must be a list of keys and values.")
	}
	c.steer(p.id, func(v *world.Provisioning) { v.Secrets = pairs(b.Value) })
	return nil
}
