package graph

import (
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"
)

// logDays is how long a tenant with Entra ID P1 or P2 can look back.
const logDays = 30

func provisioningLogOperations() []operation {
	return []operation{{
		method: http.MethodGet, path: "/auditLogs/provisioning", versions: both, area: auditLog,
		allow: same("ProvisioningLog.Read.All", "AuditLog.Read.All", "Directory.Read.All"),
		roles: []string{"Reports Reader", "Security Reader", "Security Administrator", "Global Reader", "Application Administrator", "Cloud Application Administrator"},
		// Without $top the service sends everything and no link.
		options: oSelect | oFilter | oTop | oOrder | oCount, page: pageSize{1 << 30, 1000}, handle: (*call).listProvisioning,
	}}
}

// event is one line of the provisioning log.
type event struct {
	job   *job
	cycle cycle
	n     int // position in the cycle; the first ones are changes, then come failures
	at    time.Time
}

func eventOf(j *job, y cycle, n int) event {
	return event{job: j, cycle: y, n: n, at: y.began.Add(time.Duration(2+3*n) * time.Second)}
}

// index is the same for the same event.
func (v event) index() int { return v.job.n<<30 | v.cycle.number<<4 | v.n }

// escrowed is how many entries of a cycle the log shows as failed: those that it skipped are not tried again.
func (c *call) escrowed(j job, y cycle) (n int) {
	for i := range y.changes + y.errors {
		v := eventOf(&j, y, i)
		d := c.draw(kindEvent, v.index())
		if c.outcomeOf(v, &d).status == "failure" {
			n++
		}
	}
	return n
}

// events are the tenant's provisioning events that can still be read, latest first.
func (c *call) events() []event {
	var list []event
	jobs := c.jobs()
	oldest := c.asOf.Add(-logDays * day)
	for i := range jobs {
		j := &jobs[i]
		from, until := oldest, c.asOf
		switch j.state {
		case jobNotRun, jobNotConfigured:
			continue
		case jobPaused, jobQuarantined:
			until = j.stopped
		}
		from = laterOf(from, j.began.Add(-time.Nanosecond))
		for k := j.cycleBefore(from) + 1; k <= j.cycleBefore(until); k++ {
			y := c.cycleAt(*j, k)
			for n := range y.changes + y.errors {
				if v := eventOf(j, y, n); !v.at.After(until) {
					list = append(list, v)
				}
			}
		}
	}
	sort.Slice(list, func(a, b int) bool {
		if !list[a].at.Equal(list[b].at) {
			return list[a].at.After(list[b].at)
		}
		return list[a].job.n < list[b].job.n
	})
	return list
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (c *call) listProvisioning() error {
	if c.t.Premium == 0 {
		return notPremium()
	}
	list := c.events()
	list = c.within(list)
	return c.objects(kinds["provisioningObjectSummary"], "auditLogs/provisioning", len(list), func(i int) object { return c.eventObject(list[i]) })
}

func notPremium() error {
	return &refusal{
		status: http.StatusForbidden, code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
		message: "Neither tenant is B2C or tenant doesn't have premium license",
	}
}

// within drops what a filter on the time excludes before anything else is computed.
func (c *call) within(list []event) []event {
	if c.q.filter == nil {
		return list
	}
	parts := []*expr{c.q.filter}
	if c.q.filter.op == "and" {
		parts = c.q.filter.args
	}
	for _, e := range parts {
		if strings.EqualFold(e.path, "activityDateTime") {
			list = slices.DeleteFunc(list, func(v event) bool { return !e.compares(v.at) })
		}
	}
	return list
}

func (v event) fails() bool { return v.n >= v.cycle.changes }

// troubles is how many entries of a job fail for ever.
const troubles = 5

// trouble tells which of a job's failing entries the event is about. 0 is one that fails at all customers of the application alike: every
// other week something changes in the target on Tuesday morning, which is put right on Saturday.
func (v event) trouble() int {
	n := v.n - v.cycle.changes
	if v.job.disturbed(v.at) {
		if n == 0 {
			return 0
		}
		n--
	}
	if v.job.state != jobEntryErrors && v.job.state != jobQuarantined {
		return troubles + 1 // the one entry of a sound job that fails now and then
	}
	return 1 + (v.cycle.number+n)%troubles
}

const week = 7 * day

// epochMonday is the first Monday of Unix time.
var epochMonday = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)

// disturbed tells whether the application's target had changed then, and was not put right yet.
func (j job) disturbed(at time.Time) bool {
	into := at.Sub(epochMonday) % week
	return j.state != jobQuarantined && (int(at.Sub(epochMonday)/week)+j.gallery)%2 == 0 && into >= day+10*time.Hour+5*time.Minute && into < 5*day
}

// week is the number of the week of a disturbance; each has entries of its own.
func (v event) week() int {
	if v.trouble() != 0 {
		return 0
	}
	return int(v.at.Sub(epochMonday) / week)
}

// mishap is how an entry fails in the target.
type mishap struct {
	code, category, reason, advice string
}

var mishaps = []mishap{
	{"SystemForCrossDomainIdentityManagementServiceIncompatible", "nonServiceFailure", "The target rejected the new entry with HTTP 409 because that userName is taken.", "Rename the account in the target, or delete it, and provision the user again."},
	{"DuplicateTargetEntries", "nonServiceFailure", "More than one account in the target matches this user.", "Remove the duplicate, or choose a matching attribute that is unique."},
	{"EntrySynchronizationSkipped", "nonServiceFailure", "A required attribute has no value: name.familyName.", "Fill in the attribute in Microsoft Entra ID."},
	{"InvalidAttributeValue", "nonServiceFailure", "The target rejected the value of emails[type eq \"work\"].value with HTTP 400.", "Check the mapping of the attribute."},
	{"LicenseLimitExceeded", "nonServiceFailure", "The target has no licence left for another account.", "Buy licences for the target, or release some."},
	{"TargetSystemUnavailable", "failure", "The target answered 503 (Service Unavailable). The entry is tried again in the next cycle.", "Nothing to do, unless it persists."},
}

// outcome is what happened to the entry.
type outcome struct {
	action, verb, status string
	fault                *mishap
}

func (c *call) outcomeOf(v event, d *draw) outcome {
	o := outcome{action: "update", verb: "Update", status: "success"}
	switch x := d.n(100); {
	case v.job.state == jobInitial || x < 18:
		o.action, o.verb = "create", "Add"
	case x < 26:
		o.action = "disable"
	case x < 31:
		o.action, o.verb = "delete", "Delete"
	case x < 35:
		o.action = "stagedDelete"
	}
	if v.fails() {
		f := mishaps[(v.job.gallery+v.trouble())%len(mishaps)]
		if v.trouble() == 0 {
			f = mishaps[0]
		}
		o.status, o.fault = "failure", &f
		if v.job.state == jobQuarantined && v.job.reason.code == "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable" {
			o.fault = &mishap{v.job.reason.code, "nonServiceFailure", v.job.reason.message, "Give the application new credentials under Provisioning and test the connection."}
		}
		if f.code == "EntrySynchronizationSkipped" && o.fault == &f {
			o.status = "skipped"
		}
	}
	return o
}

func (c *call) eventObject(v event) object {
	index := v.index()
	d := c.draw(kindEvent, index)
	o := c.outcomeOf(v, &d)
	app := galleryAt(v.job.gallery)
	p := c.people().at(d.n(c.people().n))
	if v.fails() { // the same entry in each cycle: it stays in escrow until somebody mends it
		f := c.draw(kindFailing, v.job.n<<32|v.week()<<8|v.trouble())
		p = c.people().at(f.n(c.people().n))
	}
	spID := v.job.sp
	source := object{{"id", p.id}, {"displayName", p.display}, {"identityType", "User"}, {"details", object{{"id", p.id}, {"odatatype", "User"}, {"DisplayName", p.display}, {"UserPrincipalName", p.upn}}}}
	targetID, targetName := c.guid(kindChange, p.index), p.upn
	if o.status != "success" && o.action == "create" {
		targetID, targetName = "", ""
	}
	kindOfTarget := app.target
	directory := object{{"id", c.guid(kindSystem, 1)}, {"displayName", "Microsoft Entra ID"}, {"details", object{}}}
	system := object{{"id", c.guid(kindSystem, 10+v.job.gallery)}, {"displayName", v.job.name}, {"details", object{
		{"ApplicationId", c.guid(kindGalleryAppID, v.job.app)}, {"ServicePrincipalId", spID}, {"ServicePrincipalDisplayName", v.job.name},
	}}}
	target := object{{"id", targetID}, {"displayName", targetName}, {"identityType", kindOfTarget}, {"details", object{}}}
	if app.modes == "external" { // from the system of record to the directory
		directory, system = system, directory
	}
	return append(object{
		{"id", c.guid(kindEvent, index)}, {"activityDateTime", v.at}, {"tenantId", c.t.ID}, {"jobId", c.jobID(*v.job)}, {"cycleId", c.guid(kindCycle, v.job.n<<32|v.cycle.number)},
		{"changeId", c.guid(kindChange, 1<<36|index)}, {"action", betaAction(o.action)}, {"provisioningAction", o.action}, {"durationInMilliseconds", d.between(90, 4200)},
		{"servicePrincipal", object{{"id", spID}, {"displayName", v.job.name}}},
		{"initiatedBy", object{{"id", ""}, {"displayName", "Azure AD Provisioning Service"}, {"initiatorType", "system"}}},
		{"sourceSystem", directory}, {"targetSystem", system}, {"sourceIdentity", source}, {"targetIdentity", target},
		{"provisioningSteps", steps(o, p)}, {"modifiedProperties", modified(o, p, c.people().at(d.n(c.people().n)), &d)},
	}, verdict(o)...)
}

func betaAction(action string) string {
	return strings.ToUpper(action[:1]) + action[1:]
}

// verdict is the result in the words of v1.0 and, for beta, in the older ones too.
func verdict(o outcome) object {
	var information any
	older := object{{"@odata.type", "#microsoft.graph.statusBase"}, {"status", o.status}}
	if o.fault != nil {
		information = object{
			{"errorCode", o.fault.code}, {"errorCategory", o.fault.category}, {"reason", o.fault.reason}, {"additionalDetails", nil}, {"recommendedAction", o.fault.advice},
		}
		older = object{
			{"@odata.type", "#microsoft.graph.statusDetails"}, {"status", o.status}, {"errorCode", o.fault.code}, {"reason", o.fault.reason}, {"additionalDetails", nil},
			{"errorCategory", betaAction(o.fault.category)}, {"recommendedAction", o.fault.advice},
		}
	}
	return object{{"provisioningStatusInfo", object{{"status", o.status}, {"errorInformation", information}}}, {"statusInfo", older}}
}

// steps are import, scoping, matching and export, as far as the entry came.
func steps(o outcome, p person) []object {
	step := func(name, kind, result, description string, details object) object {
		return object{{"name", name}, {"provisioningStepType", kind}, {"status", result}, {"description", description}, {"details", details}}
	}
	list := []object{
		step("EntryImport"+o.verb, "import", "success", "Received the user '"+p.upn+"' from Microsoft Entra ID", object{{"objectId", p.id}}),
		step("EntrySynchronizationScoping", "scoping", "success", "The user is in scope: active and assigned", object{{"Active in the source system", "True"}, {"Assigned to the application", "True"}, {"ScopeEvaluationResult", "{}"}}),
	}
	if o.status == "skipped" {
		return append(list, step("EntrySynchronizationSkip", "processing", "skipped", o.fault.reason, object{{"SkipReason", "RequiredAttributeMissing"}}))
	}
	matched := "Found the account in the target by userName"
	if o.action == "create" {
		matched = "No account in the target matches"
	}
	result, exported := "success", "The account was written to the target"
	if o.fault != nil {
		result, exported = "failure", o.fault.reason
	}
	return append(list,
		step("EntrySynchronization"+o.verb, "matching", "success", matched, object{}),
		step("EntryExport"+o.verb, "export", result, exported, object{{"ReportableIdentifier", p.upn}}))
}

// modified are the attributes that the change sets. All values are text. What an update replaces is taken from somebody else.
func modified(o outcome, p, other person, d *draw) []object {
	values, older := targetValues(p), targetValues(other)
	property := func(name string, before, after any) object {
		return object{{"displayName", name}, {"oldValue", before}, {"newValue", after}}
	}
	list := []object{}
	switch o.action {
	case "create":
		for _, m := range mappings {
			if values[m[1]] != "" {
				list = append(list, property(m[1], nil, values[m[1]]))
			}
		}
	case "disable", "stagedDelete":
		list = append(list, property("active", "True", "False"))
	case "update":
		m := mappings[3+d.n(4)]
		list = append(list, property(m[1], orNil(older[m[1]]), orNil(values[m[1]])))
	}
	return list
}

// targetValues are the person's attributes under their names in the target.
func targetValues(p person) map[string]string {
	return map[string]string{
		"userName": p.upn, "displayName": p.display, `emails[type eq "work"].value`: p.mail, "name.givenName": p.given, "name.familyName": p.surname, "title": p.job,
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": p.department, "active": "True",
	}
}
