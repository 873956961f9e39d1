package graph

import (
	"cmp"
	"slices"
	"time"
)

// jobState is what a provisioning job is doing.
type jobState int

const (
	jobSteady jobState = iota
	jobEntryErrors
	jobQuarantined
	jobPaused
	jobInitial // in its first cycle
	jobNotRun
	jobNotConfigured
)

// job is one provisioning job of a tenant: a gallery application whose accounts are kept in step.
type job struct {
	n        int // number in the tenant
	gallery  int
	app      int    // number of the application
	sp       string // object id of the service principal
	name     string // of the application
	made     int    // how often somebody made the job anew
	state    jobState
	interval time.Duration
	phase    time.Duration
	began    time.Time     // when the job was made
	first    time.Duration // how long the first cycle takes that somebody began; zero: as computed
	stopped  time.Time     // last regular cycle of a job that is paused or in quarantine
	reason   quarantine
}

// quarantine is why a job was quarantined.
type quarantine struct {
	reason, code, message string
	actionable            bool
}

var quarantines = []quarantine{
	{"EncounteredQuarantineException", "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", "The credentials are no longer accepted: the target answered 401 (Unauthorized) to the credential check.", true},
	{"EncounteredEscrowProportionThreshold", "EscrowProportionThresholdExceeded", "More than half of the entries could not be written to the target.", true},
	{"TooManyDeletes", "AccidentalDeletesPrevented", "The number of accounts to delete is above the threshold that protects against accidents.", true},
	{"EncounteredBaseEscrowThreshold", "BaseEscrowThresholdExceeded", "Entries keep failing and wait to be tried again.", true},
	{"IngestionInterrupted", "InsufficientScope", "The directory could not be read: the service principal lost its rights.", true},
	{"Unknown", "InternalServerError", "The target answered 500 (Internal Server Error).", false},
}

// seededJobs are the provisioning jobs that the tenant has before anybody changes something. Provisioning takes Entra ID P1, so a tenant
// without it has none.
func (c *call) seededJobs() []job {
	if c.t.Premium == 0 {
		return nil
	}
	d := c.draw(kindJob, 1<<20)
	n := max(d.n(6), c.t.Health.Quarantined)
	if c.t.Devices > 60 {
		n = max(n, 1)
	}
	first := d.n(provisionable)
	list := make([]job, 0, n)
	for i := range min(n, provisionable) {
		list = append(list, c.jobAt(i, (first+i)%provisionable))
	}
	return list
}

func (c *call) jobAt(n, app int) job {
	d := c.draw(kindJob, n)
	j := job{n: n, gallery: app, app: app, sp: c.guid(kindServicePrincipal, app), name: gallery[app].name, interval: 40 * time.Minute, began: c.s.anchor.Add(-time.Duration(d.between(60, 700)) * day)}
	if gallery[app].sync == "WorkdayToCloud" || gallery[app].sync == "SuccessFactorsToCloud" {
		j.interval = 20 * time.Minute
	}
	j.phase = time.Duration(d.n(int(j.interval/time.Second))) * time.Second
	j.reason = quarantines[d.n(len(quarantines))]
	stopped := c.s.today.Add(-time.Duration(d.between(2, 20))*day + time.Duration(d.n(86400))*time.Second)
	switch x := d.n(100); {
	case n < c.t.Health.Quarantined:
		j.state, j.stopped = jobQuarantined, stopped
	case x < 55:
		j.state = jobSteady
	case x < 70:
		j.state = jobEntryErrors
	case x < 80:
		j.state, j.stopped = jobPaused, stopped
	case x < 88:
		j.state = jobInitial
		j.began = c.s.today.Add(-time.Duration(d.between(1, 6)) * time.Hour)
	case x < 93:
		j.state = jobNotRun
	default:
		j.state = jobNotConfigured
	}
	return j
}

func (c *call) jobID(j job) string {
	return galleryAt(j.gallery).sync + "." + undashed(c.t.ID) + "." + c.guid(kindJob, j.made<<16|j.n)
}

// cycle is one run of a job.
type cycle struct {
	number       int // since the job's time began
	began, ended time.Time
	errors       int // entries that failed
	changes      int // accounts written, as far as the log has them
	written      int // accounts written
	imported     int
}

// cycleAt computes the job's k-th cycle.
func (c *call) cycleAt(j job, k int) cycle {
	d := c.draw(kindCycle, j.n<<32|k)
	y := cycle{number: k, began: time.Unix(0, 0).UTC().Add(j.phase + time.Duration(k)*j.interval)}
	y.ended = y.began.Add(time.Duration(d.between(12, 160))*time.Second + time.Duration(d.n(1000))*time.Millisecond)
	if d.is(min(max(float64(c.people().n)/3000, 0.03), 0.35)) {
		y.changes = d.between(1, 3)
	}
	if j.state == jobInitial {
		y.changes = d.between(3, 9)
	}
	if (j.state == jobEntryErrors || j.disturbed(y.began)) && d.is(0.4) || d.is(0.01) {
		y.errors = d.between(1, 2)
	}
	if j.state == jobQuarantined && j.stopped.Sub(y.began) < 36*time.Hour {
		y.changes, y.errors = 0, d.between(1, 3) // what led to the quarantine
	}
	y.imported, y.written = y.changes+y.errors+d.n(6), y.changes
	if j.first > 0 && k == j.cycleBefore(j.began) {
		y.ended, y.errors, y.changes = y.began.Add(j.first), 0, 9
		y.written = c.provisioned(j)
		y.imported = y.written + d.n(6)
	}
	return y
}

// cycleBefore is the number of the last cycle that began at or before t.
func (j job) cycleBefore(t time.Time) int {
	return int((time.Duration(t.UnixNano()) - j.phase) / j.interval)
}

// endless is how the synchronization service writes an interval without end: the largest time span of .NET.
const endless = "P10675199DT2H48M5.4775807S"

func (c *call) jobObject(j job) object {
	schedule := map[jobState]string{jobPaused: "Paused", jobNotRun: "Disabled", jobNotConfigured: "Disabled"}[j.state]
	if schedule == "" {
		schedule = "Active"
	}
	interval := "PT40M"
	if j.interval == 20*time.Minute {
		interval = "PT20M"
	}
	if j.state == jobNotConfigured {
		interval = endless
	}
	return object{
		{"id", c.jobID(j)}, {"templateId", galleryAt(j.gallery).sync}, {"schedule", object{{"expiration", nil}, {"interval", interval}, {"state", schedule}}},
		{"status", c.jobStatus(j)},
		{"synchronizationJobSettings", []object{{{"name", "AzureIngestionAttributeOptimization"}, {"value", "False"}}, {{"name", "LookaheadQueryEnabled"}, {"value", "False"}}, {{"name", "QuarantineTooManyDeletesThreshold"}, {"value", "500"}}}},
	}
}

// status collects what differs between states; the zero value is a job that never ran.
type status struct {
	code                       string
	failures                   int
	last, success, withExports any
	progress                   []object
	quarantine                 any
	steadyFirst, steadyLast    time.Time
	entries                    int
}

func (c *call) jobStatus(j job) object {
	s := status{code: "Active", progress: []object{}, entries: c.provisioned(j)}
	switch j.state {
	case jobNotConfigured:
		s.code, s.entries = "NotConfigured", 0
	case jobNotRun:
		s.code, s.entries = "NotRun", 0
	case jobInitial:
		c.firstCycle(j, &s)
	case jobPaused:
		s.code = "Paused"
		c.ran(j, &s, j.stopped)
	case jobQuarantined:
		c.ran(j, &s, j.stopped)
		c.quarantined(j, &s)
	default:
		c.ran(j, &s, c.now)
	}
	types := []object{}
	if s.entries > 0 {
		types = append(types, object{{"key", galleryAt(j.gallery).target}, {"value", s.entries}}, object{{"key", "Group"}, {"value", 1 + s.entries/60}})
	}
	return object{
		{"countSuccessiveCompleteFailures", s.failures}, {"escrowsPruned", false}, {"code", s.code}, {"lastExecution", s.last}, {"lastSuccessfulExecution", s.success},
		{"lastSuccessfulExecutionWithExports", s.withExports}, {"progress", s.progress}, {"quarantine", s.quarantine}, {"steadyStateFirstAchievedTime", s.steadyFirst},
		{"steadyStateLastAchievedTime", s.steadyLast}, {"synchronizedEntryCountByType", types}, {"troubleshootingUrl", troubleshooting(j)},
	}
}

func troubleshooting(j job) any {
	if j.state == jobQuarantined {
		return "https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-quarantine-status"
	}
	return nil
}

// provisioned is how many accounts the job keeps in step.
func (c *call) provisioned(j job) int {
	d := c.draw(kindJob, j.n+1000)
	return 1 + int(float64(c.people().n)*(0.2+0.7*d.share()))
}

// ran fills in the cycles up to t. A cycle that is running shows as progress; the one before it is then the last.
func (c *call) ran(j job, s *status, t time.Time) {
	k := j.cycleBefore(t)
	y := c.cycleAt(j, k)
	if t.Before(y.ended) {
		done := float64(t.Sub(y.began)) / float64(y.ended.Sub(y.began))
		s.progress = []object{{{"units", "Entries"}, {"completedUnits", int(done * float64(y.imported+1))}, {"totalUnits", y.imported + 1}, {"progressObservationDateTime", t.Truncate(time.Second)}}}
		k--
		y = c.cycleAt(j, k)
	}
	if y.began.Before(j.began) {
		return // none has ended yet
	}
	s.last = c.execution(j, y)
	for back := k; back > k-200; back-- {
		y := c.cycleAt(j, back)
		if y.began.Before(j.began) {
			break
		}
		if y.errors > 0 {
			continue
		}
		if s.success == nil {
			s.success = c.execution(j, y)
			s.steadyLast = y.ended
		}
		if y.changes > 0 {
			s.withExports = c.execution(j, y)
			break
		}
	}
	s.steadyFirst = j.began.Add(7 * time.Hour)
	if j.first > 0 {
		s.steadyFirst = j.began.Add(j.first)
	}
}

func (c *call) execution(j job, y cycle) object {
	state := "Succeeded"
	if y.errors = c.escrowed(j, y); y.errors > 0 {
		state = "EntryLevelErrors"
	}
	return c.executionObject(j, y, state, nil)
}

func (c *call) executionObject(j job, y cycle, state string, failure any) object {
	return object{
		{"activityIdentifier", c.guid(kindCycle, j.n<<32|y.number)}, {"countEntitled", y.imported}, {"countEntitledForProvisioning", y.imported - y.errors},
		{"countEscrowed", y.errors}, {"countEscrowedRaw", y.errors}, {"countExported", y.written}, {"countExports", y.written}, {"countImported", y.imported},
		{"countImportedDeltas", y.imported}, {"countImportedReferenceDeltas", 0}, {"state", state}, {"error", failure}, {"timeBegan", y.began}, {"timeEnded", y.ended},
	}
}

// firstCycle is a job that reads everybody for the first time. One that nobody began takes about a day and then starts over, so that there is
// always one to watch.
func (c *call) firstCycle(j job, s *status) {
	lasts := cmp.Or(j.first, 26*time.Hour)
	since := c.now.Sub(j.began) % lasts
	total := c.people().n
	done := int(float64(total) * float64(since) / float64(lasts))
	s.entries = done
	s.progress = []object{{{"units", "Users"}, {"completedUnits", done}, {"totalUnits", total}, {"progressObservationDateTime", c.now.Truncate(time.Minute)}}}
}

// quarantined adds the daily attempts of a job in quarantine.
func (c *call) quarantined(j job, s *status) {
	failure := object{{"code", j.reason.code}, {"message", j.reason.message}, {"tenantActionable", j.reason.actionable}}
	tries := int(c.now.Sub(j.stopped) / day)
	began := j.stopped.Add(time.Duration(tries) * day).Add(31 * time.Minute)
	if began.After(c.now) {
		tries, began = tries-1, began.Add(-day)
	}
	if tries < 0 {
		tries, began = 0, j.stopped.Add(toQuarantine)
	}
	s.code, s.failures = "Quarantine", 4+tries*3
	s.last = c.executionObject(j, cycle{number: j.cycleBefore(began), began: began.Add(-4 * time.Second), ended: began}, "Failed", failure)
	s.quarantine = object{
		{"currentBegan", began}, {"nextAttempt", began.Add(day)}, {"reason", j.reason.reason}, {"seriesBegan", j.stopped.Add(31 * time.Minute)},
		{"seriesCount", tries + 1}, {"error", failure},
	}
}

// jobOf finds the job of a service principal.
func (c *call) jobOf(sp string) (job, bool) {
	jobs := c.jobs()
	if i := slices.IndexFunc(jobs, func(j job) bool { return j.sp == sp }); i >= 0 {
		return jobs[i], true
	}
	return job{}, false
}
