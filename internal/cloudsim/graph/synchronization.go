package graph

import (
	"net/http"
	"strings"
)

var synchronizationRoles = []string{"Application Administrator", "Cloud Application Administrator"}

func synchronizationOperations() []operation {
	read := same("Synchronization.Read.All")
	op := func(path string, h func(*call) error) operation {
		return operation{
			method: http.MethodGet, path: "/servicePrincipals/{id}/synchronization" + path, versions: both, area: synchronization, allow: read,
			roles: synchronizationRoles, options: oSelect | oTop, page: pageSize{100, 999}, handle: h,
		}
	}
	return []operation{
		op("/jobs", (*call).listJobs),
		op("/jobs/{job}", (*call).getJob),
		op("/jobs/{job}/schema", (*call).getSchema),
		op("/templates", (*call).listTemplates),
		op("/templates/{template}", (*call).getTemplate),
	}
}

// provisioningApp finds the application in the path: by object id only, because the service does not follow appId='…' here.
func (c *call) provisioningApp() (principal, error) {
	if strings.Contains(c.keys[0], "=") {
		return principal{}, notFoundSegment("synchronization")
	}
	return c.principal()
}

func (c *call) listJobs() error {
	p, err := c.provisioningApp()
	if err != nil {
		return err
	}
	items := []object{}
	if j, ok := c.jobOf(p.id); ok {
		items = append(items, c.jobObject(j))
	}
	return c.fixed(kinds["synchronizationJob"], "servicePrincipals('"+p.id+"')/synchronization/jobs", items)
}

func (c *call) job() (principal, job, error) {
	p, err := c.provisioningApp()
	if err != nil {
		return p, job{}, err
	}
	j, ok := c.jobOf(p.id)
	if !ok || !strings.EqualFold(c.jobID(j), c.keys[1]) {
		return p, j, &refusal{status: http.StatusNotFound, code: "SynchronizationJobNotFound", message: "Synchronization job with identifier '" + c.keys[1] + "' was not found."}
	}
	return p, j, nil
}

func (c *call) getJob() error {
	p, j, err := c.job()
	if err != nil {
		return err
	}
	return c.entity(kinds["synchronizationJob"], "servicePrincipals('"+p.id+"')/synchronization/jobs", c.jobObject(j))
}

// templateObject is the synchronization template of a gallery application.
func (c *call) templateObject(p principal) object {
	a := galleryAt(p.gallery)
	return object{
		{"id", a.sync}, {"applicationId", p.appID}, {"default", true}, {"description", a.name + " provisioning."}, {"discoverable", true}, {"factoryTag", a.sync},
		{"metadata", []object{
			{{"key", "IsOAuthEnabled"}, {"value", "False"}}, {{"key", "IsSynchronizationAgentAssignmentRequired"}, {"value", "False"}},
			{{"key", "GalleryApplicationIdentifier"}, {"value", a.sync}}, {{"key", "ConfigurationFields"}, {"value", `["` + strings.Join(a.fields(), `","`) + `"]`}},
		}},
	}
}

func (c *call) listTemplates() error {
	p, err := c.provisioningApp()
	if err != nil {
		return err
	}
	items := []object{}
	if p.gallery >= 0 && galleryAt(p.gallery).sync != "" {
		items = append(items, c.templateObject(p))
	}
	return c.fixed(kinds["synchronizationTemplate"], "servicePrincipals('"+p.id+"')/synchronization/templates", items)
}

func (c *call) getTemplate() error {
	p, err := c.provisioningApp()
	if err != nil {
		return err
	}
	if p.gallery < 0 || galleryAt(p.gallery).sync != c.keys[1] || c.keys[1] == "" {
		return missing(c.keys[1])
	}
	return c.entity(kinds["synchronizationTemplate"], "servicePrincipals('"+p.id+"')/synchronization/templates", c.templateObject(p))
}

// mappings are the attributes that jobs write, source to target; events of the log name the same targets.
var mappings = [][2]string{
	{"userPrincipalName", "userName"}, {"displayName", "displayName"}, {"mail", `emails[type eq "work"].value`}, {"givenName", "name.givenName"},
	{"surname", "name.familyName"}, {"jobTitle", "title"}, {"department", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"}, {"accountEnabled", "active"},
}

// ruleID is the id of the job's only rule.
func (c *call) ruleID(j job) string { return c.guid(kindSystem, 100+j.n) }
