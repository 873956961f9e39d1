package graph

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/cloudsim/defender"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// The directory roles that may read Defender's incidents, and those that may change them. Roles of Defender's own are not simulated.
var (
	securityReaders = []string{"Security Reader", "Security Administrator", "Global Reader"}
	securityWriters = []string{"Security Administrator"}
)

// securityOperations are the incidents and alerts of Microsoft Defender XDR, and queries over what it saw.
func securityOperations() []operation {
	op := func(method, path string, allow permissions, roles []string, o options, p pageSize, h func(*call) error) operation {
		return operation{method: method, path: "/security" + path, versions: both, area: security, allow: allow, roles: roles, options: o, page: p, handle: onboarded(h)}
	}
	read, write := same("SecurityIncident.Read.All"), same("SecurityIncident.ReadWrite.All")
	readAlerts, writeAlerts := same("SecurityAlert.Read.All"), same("SecurityAlert.ReadWrite.All")
	list, page := oFilter|oTop|oSkip|oCount, pageSize{50, 50}
	return []operation{
		op(http.MethodGet, "/incidents", read, securityReaders, list|oExpand, page, (*call).incidents),
		op(http.MethodGet, "/incidents/{id}", read, securityReaders, oExpand, pageSize{}, (*call).incident),
		op(http.MethodPatch, "/incidents/{id}", write, securityWriters, 0, pageSize{}, (*call).changeIncident),
		op(http.MethodPost, "/incidents/{id}/comments", write, securityWriters, 0, pageSize{}, func(c *call) error { return c.comment(false) }),
		op(http.MethodGet, "/alerts_v2", readAlerts, securityReaders, list, pageSize{100, 2000}, (*call).alerts),
		op(http.MethodGet, "/alerts_v2/{id}", readAlerts, securityReaders, 0, pageSize{}, (*call).alert),
		op(http.MethodPatch, "/alerts_v2/{id}", writeAlerts, securityWriters, 0, pageSize{}, (*call).changeAlert),
		op(http.MethodPost, "/alerts_v2/{id}/comments", writeAlerts, securityWriters, 0, pageSize{}, func(c *call) error { return c.comment(true) }),
		op(http.MethodPost, "/runHuntingQuery", same("ThreatHunting.Read.All"), securityReaders, 0, pageSize{}, (*call).hunt),
	}
}

// onboarded refuses tenants without Defender. Microsoft answers 403 there as it does without the permission; status and text beyond that
// are not confirmed, and only the code tells the two apart.
func onboarded(h func(*call) error) func(*call) error {
	return func(c *call) error {
		if !c.t.Defender {
			return &refusal{status: http.StatusForbidden, code: "Forbidden", message: "The tenant is not onboarded to Microsoft Defender XDR."}
		}
		return h(c)
	}
}

func (c *call) found() []defender.Incident { return defender.Incidents(c.s.world.Seed, c.t, c.now) }

func (c *call) incidents() error {
	k, all := kinds["security.incident"], c.found()
	return c.objects(k, "security/incidents", len(all), func(i int) object { return c.incidentObject(all[i]) })
}

func (c *call) incident() error {
	in, ok := defender.Find(c.found(), c.keys[0])
	if !ok {
		return missingIncident()
	}
	return c.entity(kinds["security.incident"], "security/incidents", c.incidentObject(in))
}

func missingIncident() *refusal {
	return &refusal{status: http.StatusNotFound, code: "NotFound", message: "Incident or alert not found."}
}

func (c *call) alerts() error {
	var all []defender.Alert
	for _, in := range c.found() {
		all = append(all, in.Alerts...)
	}
	slices.SortStableFunc(all, func(a, b defender.Alert) int { return b.Created.Compare(a.Created) })
	return c.objects(kinds["security.alert"], "security/alerts_v2", len(all), func(i int) object { return c.alertObject(all[i]) })
}

func (c *call) alert() error {
	a, ok := defender.FindAlert(c.found(), c.keys[0])
	if !ok {
		return missingIncident()
	}
	return c.entity(kinds["security.alert"], "security/alerts_v2", c.alertObject(a))
}

// edit writes fields or comments of the incident or alert of the path.
func (c *call) edit(fields map[string]any, comments []string) {
	by := c.token.UPN
	if c.token.AppOnly {
		by = c.token.AppID
	}
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		defender.Write(t, c.keys[0], fields, comments, by, c.now)
		c.t.Triage[c.keys[0]] = t.Triage[c.keys[0]] // the copy that the answer is made of
	})
}

func (c *call) changeIncident() error {
	var body map[string]any
	if err := c.content(&body); err != nil {
		return err
	}
	in, ok := defender.Find(c.found(), c.keys[0])
	fields, err := defender.Check(body, false)
	switch {
	case !ok:
		return missingIncident()
	case err != nil:
		return badRequest(err.Error())
	case in.Redirect != 0: // that Microsoft refuses it is not confirmed; it advises against it
		return badRequest("The incident was merged into incident " + strconv.Itoa(in.Redirect) + ".")
	}
	c.edit(fields, nil)
	return c.incident()
}

func (c *call) changeAlert() error {
	var body map[string]any
	if err := c.content(&body); err != nil {
		return err
	}
	_, ok := defender.FindAlert(c.found(), c.keys[0])
	fields, err := defender.Check(body, true)
	switch {
	case !ok:
		return missingIncident()
	case err != nil:
		return badRequest(err.Error())
	}
	c.edit(fields, nil)
	return c.alert()
}

// comment adds a comment and answers with all that there are (Microsoft Graph, security: incident, create comment).
func (c *call) comment(alert bool) error {
	var written struct {
		Comment string `json:"comment"`
	}
	if err := c.content(&written); err != nil {
		return err
	}
	if strings.TrimSpace(written.Comment) == "" || utf8.RuneCountInString(written.Comment) > 1000 {
		return badRequest("The comment is empty or too long.")
	}
	_, isAlert := defender.FindAlert(c.found(), c.keys[0])
	_, isIncident := defender.Find(c.found(), c.keys[0])
	if alert && !isAlert || !alert && !isIncident {
		return missingIncident()
	}
	c.edit(nil, []string{written.Comment})
	b := c.open("security/" + strings.Split(strings.Trim(c.op.path, "/"), "/")[1] + "('" + c.keys[0] + "')/comments")
	b = append(b, `,"value":`...)
	c.status, c.body = http.StatusOK, append(appendValue(b, commentObjects(c.t.Triage[c.keys[0]].Comments)), '}')
	return nil
}

func commentObjects(list []world.Comment) []object {
	out := []object{}
	for _, w := range list {
		out = append(out, object{{"comment", w.Text}, {"createdByDisplayName", w.By}, {"createdDateTime", w.At}})
	}
	return out
}

var priorities = map[string]int{"high": 78, "medium": 51, "low": 24, "informational": 9}

func (c *call) incidentObject(in defender.Incident) object {
	var redirect any
	if in.Redirect != 0 {
		redirect = strconv.Itoa(in.Redirect)
	}
	tags := in.Tags
	if tags == nil {
		tags = []string{}
	}
	id := strconv.Itoa(in.ID)
	return object{
		{"id", id}, {"tenantId", c.t.ID}, {"status", in.Status}, {"incidentWebUrl", "https://security.microsoft.com/incidents/" + id + "?tid=" + c.t.ID}, {"redirectIncidentId", redirect},
		{"displayName", in.Title}, {"createdDateTime", in.Created}, {"lastUpdateDateTime", in.Updated}, {"assignedTo", orNil(in.Assigned)}, {"classification", in.Classification},
		{"determination", in.Determination}, {"severity", in.Severity}, {"priorityScore", priorities[in.Severity]}, {"summary", nil}, {"description", nil}, {"resolvingComment", orNil(in.Resolving)},
		{"lastModifiedBy", in.By}, {"customTags", tags}, {"systemTags", []string{}}, {"comments", commentObjects(in.Comments)},
		{"alerts", many("security.alert", func() []object {
			out := make([]object, 0, len(in.Alerts))
			for _, a := range in.Alerts {
				out = append(out, c.alertObject(a))
			}
			return out
		})},
	}
}

var securityProducts = map[string]string{
	"microsoftDefenderForEndpoint": "Microsoft Defender for Endpoint", "microsoftDefenderForOffice365": "Microsoft Defender for Office 365",
	"azureAdIdentityProtection": "AAD Identity Protection", "microsoftDefenderForCloudApps": "Microsoft Defender for Cloud Apps",
}

func (c *call) alertObject(a defender.Alert) object {
	var resolved any
	if !a.Resolved.IsZero() {
		resolved = a.Resolved
	}
	detection, incident := a.Source, strconv.Itoa(a.Incident)
	if detection == "microsoftDefenderForCloudApps" {
		detection = "cloudAppSecurity"
	}
	return object{
		{"@odata.type", "#microsoft.graph.security.alert"}, {"id", a.ID}, {"providerAlertId", a.ID}, {"incidentId", incident}, {"status", a.Status}, {"severity", a.Severity},
		{"classification", a.Classification}, {"determination", a.Determination}, {"serviceSource", a.Source}, {"detectionSource", detection}, {"productName", securityProducts[a.Source]},
		{"detectorId", world.GUID(0, "detector", a.Title)}, {"tenantId", c.t.ID}, {"title", a.Title}, {"description", a.Title + ". Look at what happened before and after it, and at who was signed in."},
		{"recommendedActions", "Validate the alert.\nLook at the scope of what happened.\nContain what is affected."}, {"category", a.Category}, {"categories", []string{a.Category}},
		{"assignedTo", orNil(a.Assigned)}, {"alertWebUrl", "https://security.microsoft.com/alerts/" + a.ID + "?tid=" + c.t.ID}, {"incidentWebUrl", "https://security.microsoft.com/incidents/" + incident + "?tid=" + c.t.ID},
		{"actorDisplayName", nil}, {"threatDisplayName", nil}, {"threatFamilyName", nil}, {"mitreTechniques", []string{a.Technique}}, {"createdDateTime", a.Created}, {"lastUpdateDateTime", a.Updated},
		{"resolvedDateTime", resolved}, {"firstActivityDateTime", a.Created}, {"lastActivityDateTime", a.Created}, {"systemTags", []string{}}, {"comments", commentObjects(a.Comments)},
		{"evidence", c.evidence(a)},
	}
}

// evidence is the computer and the account that an alert is about.
func (c *call) evidence(a defender.Alert) []object {
	s, verdict, remediation := c.fleet().subject(a), "suspicious", "none"
	if a.Status == "resolved" {
		remediation = "remediated"
	}
	base := func(kind, role string) object {
		return object{
			{"@odata.type", "#microsoft.graph.security." + kind + "Evidence"}, {"createdDateTime", a.Created}, {"verdict", verdict}, {"remediationStatus", remediation},
			{"remediationStatusDetails", nil}, {"roles", []string{role}}, {"detailedRoles", []string{}}, {"tags", []string{}},
		}
	}
	out := []object{}
	if s.Device != "" {
		out = append(out, append(base("device", "compromised"), object{
			{"mdeDeviceId", defenderID(s.EntraDevice)}, {"azureAdDeviceId", s.EntraDevice}, {"deviceDnsName", strings.ToLower(s.Device)}, {"osPlatform", s.Platform},
			{"version", "24H2"}, {"healthStatus", "active"}, {"riskScore", a.Severity}, {"onboardingStatus", "onboarded"}, {"defenderAvStatus", "updated"}, {"loggedOnUsers", []object{}}, {"vmMetadata", nil},
		}...))
	}
	if s.UPN != "" {
		local, domain, _ := strings.Cut(s.UPN, "@")
		out = append(out, append(base("user", "contextual"), object{
			{"stream", nil}, {"userAccount", object{{"accountName", local}, {"domainName", domain}, {"userSid", nil}, {"azureAdUserId", s.UserID}, {"userPrincipalName", s.UPN}, {"displayName", s.Name}}},
		}...))
	}
	if a.Category == "Malware" || a.Category == "UnwantedSoftware" {
		out = append(out, append(base("file", "suspicious"), object{
			{"detectionStatus", "prevented"}, {"mdeDeviceId", nil}, {"fileDetails", object{{"fileName", "invoice_4417.exe"}, {"filePath", `C:\Users\Public\Downloads`}, {"fileSize", 184320}, {"sha1", undashed(world.GUID(0, "file", a.ID)) + "0a1b2c3d"}}},
		}...))
	}
	return out
}

// defenderID is the id that Defender has for a device.
func defenderID(entra string) string { return undashed(world.GUID(0, "mde", entra)) + "16171809" }

// subject finds the computer and the person that an alert is about: the computer is the first one that runs Windows from its index on.
func (f *fleet) subject(a defender.Alert) defender.Subject {
	var s defender.Subject
	who := person{}
	if f.people.n > 0 {
		who = f.people.at(a.Account % f.people.n)
	}
	for i := 0; a.Device >= 0 && i < min(f.t.Devices, 60); i++ {
		if v := f.at((a.Device + i) % f.t.Devices); v.kind == windows && !v.gone {
			s.Device, s.EntraDevice, s.Platform = v.name, v.entraID.String(), "Windows11"
			if !v.userless {
				who = v.owner
			}
			break
		}
	}
	s.UPN, s.Name, s.UserID = who.upn, who.display, who.id
	return s
}

// Subjects tells other services of the world what an alert is about. The caller holds View.
func Subjects(w *world.World) func(*world.Tenant, defender.Alert) defender.Subject {
	return func(t *world.Tenant, a defender.Alert) defender.Subject {
		return newFleet(w.Seed, t, w.Anchor(), w.Clock.Now()).subject(a)
	}
}
