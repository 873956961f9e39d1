// Package doctor serves the page from a failure at a customer: what failed, layer by layer, who can fix it, what to send them, what would show
// that it is fixed, and trying again with before and after. /t/{tenant}/doctor/{dataset} is a read by schedule,
// /t/{tenant}/doctor/failures/{id} what failed in front of a person.
//
// It shows what internal/diagnose found when it failed. Looking at the page asks Microsoft nothing; "Try again" does.
package doctor

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Sync     *graphsync.Service
	Failures *failure.Store
	// TryAgain does what failed once more, or for a change that is a person's to repeat reads again what it depends on. What comes of it is
	// kept with the failure; an error is one of ours.
	TryAgain func(ctx context.Context, f failure.Failure) error
}

// MountTenant adds the pages inside a customer.
func (h *Handler) MountTenant(r page.Router) {
	r.Get("/doctor", h.all)
	r.Get("/doctor/{dataset}", h.show)
	r.Post("/doctor/{dataset}", tenant.MaySync, h.again)
	r.Get("/doctor/failures/{failure}", h.showFailure)
	r.Post("/doctor/failures/{failure}", tenant.MaySync, h.againFailure)
}

// view is the page, and its JSON twin.
type view struct {
	TenantID   tenant.ID            `json:"tenant_id"`
	Tenant     string               `json:"tenant"`
	Source     string               `json:"source"` // sync, live, consent, act, sign-in
	Dataset    string               `json:"dataset,omitempty"`
	Label      string               `json:"label"`
	Person     string               `json:"person,omitempty"` // who tried, where a person did
	State      string               `json:"state"`            // never, running, ok, failed
	FailedAt   *time.Time           `json:"failed_at"`
	Failures   int                  `json:"failures"` // in a row
	Problem    string               `json:"problem"`  // what the read itself said
	AsOf       *time.Time           `json:"as_of"`    // of the last complete read
	NextAt     *time.Time           `json:"next_at"`
	RequestID  string               `json:"request_id"`
	ActivityID string               `json:"activity_id"`
	Diagnosis  *graphsync.Diagnosis `json:"diagnosis"` // null: it was no answer of Microsoft's that is known
	Language   permission.Lang      `json:"language"`
	Message    string               `json:"message,omitempty"` // to send to whoever can fix it
	Before     *outcome             `json:"before"`            // null: nothing was tried since
	After      *outcome             `json:"after"`

	m       tenant.Membership
	now     time.Time
	target  time.Duration
	title   string
	path    string    // of this page
	first   time.Time // since when it fails
	back    ui.Link   // where it was tried
	advice  string    // what trying again does here
	button  string
	partner string
}

// outcome is what one try came to.
type outcome struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	OK   bool      `json:"ok"`
	open bool      // not known
}

// all is where choosing another customer on a page of this room leads: the sync lists what could not be read there.
func (h *Handler) all(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return page.SeeOther(w, r, "/sync?customer="+m.Tenant.ID.String())
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.view(r, m)
	if err != nil {
		return err
	}
	s := page.Shell(r, m, v.title)
	if v.State == "running" {
		s.Refresh = 5
	}
	return page.Answer(w, r, v, doctorPage(s, v))
}

// view finds the dataset among those of the tenant; one that the tenant has nothing of is not there.
func (h *Handler) view(r *http.Request, m tenant.Membership) (view, error) {
	name := chi.URLParam(r, "dataset")
	all, err := h.Sync.OfTenant(r.Context(), m.Tenant.ID)
	if err != nil {
		return view{}, err
	}
	for _, st := range all {
		if st.Dataset != name {
			continue
		}
		v := newView(r, m, st.Trouble.Diagnosis)
		d, _ := graphsync.Table().Get(name)
		v.Source, v.Dataset, v.Label, v.State, v.target = "sync", name, graphsync.Label(name), st.State, d.FreshFor
		v.FailedAt, v.Failures, v.Problem = page.Moment(st.Trouble.At), st.Trouble.Failures, st.Trouble.Sentence
		v.AsOf, v.RequestID, v.ActivityID = page.Moment(st.LastCompleteAt), st.Trouble.RequestID, st.Trouble.ActivityID
		v.path, v.button, v.title = m.Path("/doctor/"+name), "Read now", "Reading "+v.Label
		if v.failed() {
			v.button, v.title = "Try again", v.Label+" could not be read"
		}
		if !st.Stopped {
			v.NextAt = page.Moment(st.NextAt)
		}
		if err := h.compareRuns(r.Context(), &v); err != nil {
			return v, err
		}
		v.write(r)
		return v, nil
	}
	return view{}, errs.NotFound
}

// newView is what every page of the room has.
func newView(r *http.Request, m tenant.Membership, d *graphsync.Diagnosis) view {
	c := page.ChromeOf(r.Context())
	return view{TenantID: m.Tenant.ID, Tenant: m.Tenant.Name(), Diagnosis: d, m: m, now: c.Now, partner: c.Partner}
}

// write adds the message, in the language that was asked for or else in that of who it is for.
func (v *view) write(r *http.Request) {
	reader := permission.English
	if v.Diagnosis != nil && v.Diagnosis.Who == string(diagnose.Customer) {
		reader = permission.LanguageOf(v.m.Tenant.Country)
	}
	v.Language = lang.Of(r, reader)
	if !v.failed() || v.FailedAt == nil {
		return
	}
	f := facts{customer: v.Tenant, partner: v.partner, person: v.m.Person.Name, tenant: v.TenantID.String(), times: v.Failures, since: v.first, at: *v.FailedAt, request: v.RequestID, activity: v.ActivityID}
	v.Message = message(v.Language, v.Diagnosis, f)
}

// compareRuns puts the last failed run beside what came after it, and says since when it fails.
func (h *Handler) compareRuns(ctx context.Context, v *view) error {
	found, err := h.Sync.Runs(ctx, tenant.Only(v.TenantID), graphsync.Filter{Dataset: []string{v.Dataset}, State: []string{"failed"}, Limit: max(2, min(v.Failures, 200))})
	if err != nil || len(found.Rows) == 0 {
		return err
	}
	last := found.Rows[0].Trouble
	switch {
	case v.State == "ok" && v.AsOf != nil && v.AsOf.After(last.At):
		v.Before, v.After = refusal(last.At, last.Diagnosis, last.Sentence), &outcome{At: *v.AsOf, Text: "It was read completely.", OK: true}
	case v.State == "failed" && v.Failures > 1 && len(found.Rows) > 1:
		earlier := found.Rows[1].Trouble
		v.Before, v.After = refusal(earlier.At, earlier.Diagnosis, earlier.Sentence), refusal(last.At, last.Diagnosis, last.Sentence)
	}
	if v.Failures > 0 {
		v.first = found.Rows[min(v.Failures, len(found.Rows))-1].Trouble.At
	}
	return nil
}

func refusal(at time.Time, d *graphsync.Diagnosis, sentence string) *outcome {
	if d == nil {
		return &outcome{At: at, Text: sentence, open: true}
	}
	return &outcome{At: at, Text: d.Verdict, open: d.Confidence == string(diagnose.Unsure)}
}

// again asks for the read before its time. Where Microsoft refuses it once more, the sync reads the tenant's grants again as well.
func (h *Handler) again(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.view(r, m)
	if err != nil {
		return err
	}
	asked, err := h.Sync.RequestNow(r.Context(), tenant.Only(m.Tenant.ID), v.Dataset)
	if err != nil {
		return err
	}
	return page.Done(w, r, v.path, fresh.Asked(asked))
}

// failed tells whether there is something to explain. A read that runs again keeps its last failure until it ends.
func (v view) failed() bool { return v.Problem != "" && v.State != "ok" }

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Sync", URL: "/sync?customer=" + v.TenantID.String()}}, Title: v.title}
	if v.back.URL != "" {
		h.Context = []ui.Crumb{{Text: v.back.Text, URL: v.back.URL}}
	}
	h.Freshness = v.freshness()
	if v.m.May(tenant.MaySync) && v.m.Tenant.State.Readable() {
		h.Actions = []ui.Action{{Text: v.button, Icon: "arrow_sync", Post: v.path}}
	}
	return h
}

func (v view) freshness() ui.Freshness {
	f := ui.Freshness{State: ui.ShapeUnknown, Never: "Not read yet"}
	if v.Source != "sync" {
		f.Never = v.attempts()
		if v.State == "ok" {
			f.State = ui.ShapeOK
		}
		return f
	}
	if v.AsOf != nil {
		f.AsOf, f.State = ui.NewTime(*v.AsOf, v.now), ui.ShapeStale
		if v.State == "ok" && v.now.Sub(*v.AsOf) <= v.target {
			f.State = ui.ShapeOK
		}
		f.Parts = append(f.Parts, ui.Link{Text: "last complete read"})
	}
	if v.FailedAt != nil && v.failed() {
		f.Parts = append(f.Parts, ui.Link{Text: "failed " + ui.NewTime(*v.FailedAt, v.now).Text + tries(v.Failures)})
	}
	f.Parts = append(f.Parts, ui.Link{Text: "all attempts", URL: "/sync/runs?customer=" + v.TenantID.String() + "&dataset=" + v.Dataset})
	if v.State == "running" {
		f.Parts = append(f.Parts, ui.Link{Text: "being read now"})
	} else if v.NextAt != nil {
		f.Next = "next try " + ui.Future(*v.NextAt, v.now).Text
	}
	return f
}

func tries(n int) string {
	if n < 2 {
		return ""
	}
	return ", " + strconv.Itoa(n) + " times in a row"
}
