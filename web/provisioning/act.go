package provisioning

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// act is one thing that can be done with a job: the page that asks for it in Title, what happens, and what was done.
type act struct {
	name, icon, verb string
	panel            string // in the list of what can be done
	title, button    string
	kind             string
	done             string
	will             ui.Consequences
}

var acts = []act{
	{name: "start", icon: "play", verb: "Start", panel: "Start the job", title: "Start the job of", button: "Start the job", kind: ui.Primary, done: "Microsoft started the job.", will: ui.Consequences{
		{Shape: ui.ShapeOK, Text: "A paused job goes on where it stopped; a new one reads everybody in scope for the first time."}, {Shape: ui.ShapePending, Text: "A job in quarantine is tried at once. If the cause is still there, it comes back."},
	}},
	{name: "pause", icon: "pause", verb: "Pause", panel: "Pause the job", title: "Pause the job of", button: "Pause the job", kind: ui.Primary, done: "Microsoft paused the job.", will: ui.Consequences{
		{Shape: ui.ShapeWarn, Text: "Nobody is created, changed or disabled in the application any more, not even people who leave."}, {Shape: ui.ShapeOK, Text: "The job keeps what it knows, and goes on there when it is started."},
	}},
	{name: "restart", icon: "arrow_clockwise", verb: "Restart", panel: "Restart the job", title: "Restart the job of", button: "Restart the job", kind: ui.Primary, done: "Microsoft restarted the job."},
	{name: "demand", icon: "person_add", verb: "Provision", panel: "Provision one account", title: "Provision one account into", button: "Provision the account", kind: ui.Primary},
	{name: "delete", icon: "delete", verb: "Delete", panel: "Delete the job", title: "Delete the job of", button: "Delete 1 job", kind: ui.Confirm, done: "Microsoft deleted the job.", will: ui.Consequences{
		{Shape: ui.ShapeBad, Text: "What the job knows of accounts in the application is lost for good. A new job matches everybody anew."},
		{Shape: ui.ShapeWarn, Text: "Nobody is created, changed or disabled in the application any more."},
		{Shape: ui.ShapeOK, Text: "The application, its sign-on and the accounts in it stay. So do the credentials that Microsoft keeps."},
	}},
}

// fits tells an act that makes sense for the job as it was last read: what runs is not started, and what stands not paused.
func (a act) fits(j provisioning.Job) bool {
	runs := j.Schedule == "Active"
	switch a.name {
	case "start":
		return !runs
	case "pause":
		return runs
	}
	return true
}

// resets are the options of a restart, with what each means.
var resets = map[string][2]string{
	"QuarantineState":    {"Leave the quarantine", "Try again at once, rather than at the next try that Microsoft planned."},
	"Escrows":            {"Try what was set aside", "Entries that failed are tried again."},
	"Watermark":          {"Read everybody once more", "As in the first cycle: takes minutes to hours."},
	"ConnectorDataStore": {"Forget who is who in the application", "Every account there is looked up and matched anew. Wrong matches are possible where the matching attribute is not unique."},
	"ForceDeletes":       {"Let deletions through that were held back", "Removes the accounts that the protection against accidents kept. Make sure that they are meant to go."},
}

// usual are the options that mend what happens most: a cause of quarantine that is gone by now.
var usual = []string{"QuarantineState", "Escrows", "Watermark"}

// actView is the page that asks before something is done with a job.
type actView struct {
	m      tenant.Membership
	act    act
	setup  provisioning.Setup
	job    job
	signIn string
	failed *ui.Banner
	who    string
	resets []string
	faults page.Faults
	result *eventView // of an account on demand
}

// newActView reads the job of the address at Microsoft.
func (h *Wizard) newActView(r *http.Request, m tenant.Membership) (v actView, err error) {
	s, err := h.find(r, m)
	if err != nil {
		return v, err
	}
	id, err := page.Param(r, "job")
	if err != nil {
		return v, err
	}
	name, err := page.Param(r, "act")
	i := slices.IndexFunc(acts, func(a act) bool { return a.name == name })
	if err != nil || i < 0 {
		return v, errs.NotFound
	}
	j, found, err := h.Acts.Live(r.Context(), s, id)
	if err != nil {
		return v, err
	}
	if !found {
		return v, h.lost(r, s, id)
	}
	chrome := page.ChromeOf(r.Context())
	v = actView{m: m, act: acts[i], setup: s, job: newJob(j, newRower(nil, chrome.Now)(j), m.Tenant.Name()), resets: usual, faults: page.Faults{}}
	if chrome.SignedIn(m.Tenant.ID) == nil {
		v.signIn = page.SignInAt(m.Tenant.ID, v.url())
	}
	return v, nil
}

// lost tells a job that Microsoft does not have any more from one that never was.
func (h *Wizard) lost(r *http.Request, s provisioning.Setup, id string) error {
	known, err := h.Provisioning.Jobs(r.Context(), s.Tenant, s.SPID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(known, func(j provisioning.Job) bool { return j.ID == id }) {
		return errs.ShowNext(errs.Gone, "Microsoft does not have this job any more: it, or its application, was deleted.", "Set the application up again if it is still wanted.")
	}
	return errs.NotFound
}

func (h *Wizard) confirm(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.newActView(r, m)
	if err != nil {
		return err
	}
	return h.showAct(w, r, http.StatusOK, v)
}

func (h *Wizard) showAct(w http.ResponseWriter, r *http.Request, status int, v actView) error {
	return page.Render(w, r, status, actPage(page.Shell(r, v.m, v.title()), v))
}

func (h *Wizard) act(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.newActView(r, m)
	if err != nil {
		return err
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v.who, v.resets = strings.TrimSpace(form.Get("who")), form["reset"]
	err = h.perform(r, &v)
	switch _, _, ok := errs.Sentence(err); {
	case len(v.faults) > 0:
		return h.showAct(w, r, http.StatusUnprocessableEntity, v)
	case err != nil && (!ok || errors.Is(err, errs.Unauthorised)):
		return err
	case err != nil:
		v.failed = h.Explain.banner(r, err, v.url())
		return h.showAct(w, r, page.StatusOf(err), v)
	case v.result != nil:
		return h.showAct(w, r, http.StatusOK, v)
	}
	return page.Done(w, r, h.after(r, v), page.Flash{Kind: "info", Title: v.act.done, Text: h.stands(r, v) + h.readBack(r, m)})
}

func (h *Wizard) perform(r *http.Request, v *actView) error {
	ctx, by, id, s, j := r.Context(), v.m.Person, middleware.RequestID(r.Context()), v.setup, v.job.ID
	switch v.act.name {
	case "start":
		return h.Acts.Start(ctx, by, id, s, j)
	case "pause":
		return h.Acts.Pause(ctx, by, id, s, j)
	case "delete":
		return h.Acts.Delete(ctx, by, id, s, j)
	case "restart":
		if slices.ContainsFunc(v.resets, func(x string) bool { return resets[x][0] == "" }) {
			v.faults.Add("reset", "Choose from the options shown.")
			return nil
		}
		return h.Acts.Restart(ctx, by, id, s, j, v.resets)
	}
	if v.who == "" || len(v.who) > 200 {
		v.faults.Add("who", "Enter a user principal name or an object id.")
		return nil
	}
	d, err := h.Acts.Demand(ctx, by, id, s, j, v.who)
	if err != nil {
		return err
	}
	steps, _ := json.Marshal(d.Steps)
	values, _ := json.Marshal(d.Properties)
	e := provisioning.Event{Status: d.Result, ErrorCode: d.Code, Reason: d.Reason, SourceUPN: d.Person, SPName: s.Name, StepsJSON: steps, ChangesJSON: values}
	result := newEventView(v.m, e, graphsync.Freshness{}, page.ChromeOf(ctx).Now)
	result.ActionName = d.Person
	v.result = &result
	return nil
}

// stands is what Microsoft says of the job now, as a sentence with a blank after it; empty where it has none, or says nothing.
func (h *Wizard) stands(r *http.Request, v actView) string {
	j, found, err := h.Acts.Live(r.Context(), v.setup, v.job.ID)
	if err != nil || !found {
		return ""
	}
	return "Microsoft says: " + newRower(nil, v.job.now)(j).Verdict + ". "
}

// after is the page that shows what became of it: the application's, where it was read already. It looks again until the change was read.
func (h *Wizard) after(r *http.Request, v actView) string {
	if _, err := h.Provisioning.Application(r.Context(), v.setup.Tenant, v.setup.SPID); err != nil {
		return setupURL(v.m, v.setup.SPID)
	}
	return appURL(v.setup.Tenant, v.setup.SPID) + "?" + url.Values{changedAt: {v.job.now.UTC().Format(time.RFC3339)}}.Encode()
}

// The parts of the page, ready to print.

// sentAsYou stands beside what changes something at Microsoft.
const sentAsYou = "Sent as you. You need " + provisioning.Needs + "."

func actURL(tid tenant.ID, sp, job, act string) string {
	return appURL(tid, sp) + "/jobs/" + url.PathEscape(job) + "/" + act
}

func (v actView) url() string { return actURL(v.setup.Tenant, v.setup.SPID, v.job.ID, v.act.name) }

func (v actView) back() string { return appURL(v.setup.Tenant, v.setup.SPID) }

func (v actView) title() string { return v.act.title + " " + appName(v.setup.Name) }

func (v actView) header() ui.PageHeader {
	h := wizardHeader(v.m, v.title(), "")
	h.Context = append(h.Context, ui.Crumb{Text: appName(v.setup.Name), URL: v.back()})
	return h
}

func (v actView) facts() ui.Facts {
	return ui.Facts{Wide: true, Items: []ui.Fact{{Label: "State", Value: ui.Cell{State: &v.job.state}, Note: "read at Microsoft just now"}, {Label: "Runs", Value: ui.TextCell(v.job.Every)}, {Label: "Job id", Value: ui.CopyCell(v.job.ID, short(v.job.ID), "Copy job id")}}}
}

func (v actView) resetChoice() ui.Choice {
	c := ui.Choice{Name: "reset", Legend: "What the restart includes", Many: true, Error: v.faults["reset"], Hint: "With nothing ticked it only starts again."}
	for _, name := range provisioning.ResetScopes {
		c.Options = append(c.Options, ui.Option{Value: name, Label: resets[name][0], Hint: resets[name][1], Selected: slices.Contains(v.resets, name)})
	}
	return c
}

func (v actView) foot() ui.Actions {
	return ui.Actions{
		Items: []ui.Action{{Text: v.act.button, Kind: v.act.kind}, {Text: "Cancel", URL: v.back(), Kind: ui.Quiet}},
		Note:  sentAsYou,
	}
}

// outcome is what became of the account, in a sentence.
func (v actView) outcome() *ui.Banner {
	if b := v.result.banner(); b != nil {
		return b
	}
	if strings.EqualFold(v.result.Status, "success") {
		return &ui.Banner{Kind: "ok", Title: v.who + " was provisioned."}
	}
	return &ui.Banner{Kind: "unknown", Title: "Microsoft does not say what became of " + v.who + "."}
}
