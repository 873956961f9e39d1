// Package doctor serves the page from a failed read of a customer (/t/{tenant}/doctor/{dataset}): what failed, layer by layer, who can fix it,
// what to send them, and what would show that it is fixed.
//
// It shows what internal/diagnose found when the read failed and never talks to Microsoft; "Try again" asks the sync for the read.
package doctor

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Sync *graphsync.Service
}

// MountTenant adds the pages inside a customer.
func (h *Handler) MountTenant(r page.Router) {
	r.Get("/doctor", h.all)
	r.Get("/doctor/{dataset}", h.show)
	r.Post("/doctor/{dataset}", tenant.MaySync, h.again)
}

// view is the page, and its JSON twin.
type view struct {
	TenantID   tenant.ID            `json:"tenant_id"`
	Tenant     string               `json:"tenant"`
	Dataset    string               `json:"dataset"`
	Label      string               `json:"label"`
	State      string               `json:"state"` // never, running, ok, failed
	FailedAt   *time.Time           `json:"failed_at"`
	Failures   int                  `json:"failures"` // in a row
	Problem    string               `json:"problem"`  // what the read itself said
	AsOf       *time.Time           `json:"as_of"`    // of the last complete read
	NextAt     *time.Time           `json:"next_at"`
	RequestID  string               `json:"request_id"`
	ActivityID string               `json:"activity_id"`
	Diagnosis  *graphsync.Diagnosis `json:"diagnosis"` // null: it was no answer of Microsoft's that is known

	m      tenant.Membership
	now    time.Time
	target time.Duration
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
	return page.Answer(w, r, v, doctorPage(page.Shell(r, m, v.title()), v))
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
		d, _ := graphsync.Table().Get(name)
		v := view{
			TenantID: m.Tenant.ID, Tenant: m.Tenant.Name(), Dataset: name, Label: graphsync.Label(name), State: st.State, FailedAt: page.Moment(st.Trouble.At), Failures: st.Trouble.Failures,
			Problem: st.Trouble.Sentence, AsOf: page.Moment(st.LastCompleteAt), RequestID: st.Trouble.RequestID, ActivityID: st.Trouble.ActivityID, Diagnosis: st.Trouble.Diagnosis,
			m: m, now: page.ChromeOf(r.Context()).Now, target: d.FreshFor,
		}
		if !st.Stopped {
			v.NextAt = page.Moment(st.NextAt)
		}
		return v, nil
	}
	return view{}, errs.NotFound
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
	return page.Done(w, r, m.Path("/doctor/"+v.Dataset), fresh.Asked(asked))
}

// failed tells whether there is something to explain. A read that runs again keeps its last failure until it ends.
func (v view) failed() bool { return v.Problem != "" }

func (v view) title() string {
	if v.failed() {
		return v.Label + " could not be read"
	}
	return "Reading " + v.Label
}

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Sync", URL: "/sync?customer=" + v.TenantID.String()}}, Title: v.title()}
	h.Freshness = ui.Freshness{State: ui.ShapeUnknown, Never: "Not read yet"}
	if v.AsOf != nil {
		h.Freshness.AsOf = ui.NewTime(*v.AsOf, v.now)
		h.Freshness.State = ui.ShapeStale
		if v.State == "ok" && v.now.Sub(*v.AsOf) <= v.target {
			h.Freshness.State = ui.ShapeOK
		}
		h.Freshness.Parts = append(h.Freshness.Parts, ui.Link{Text: "last complete read"})
	}
	if v.FailedAt != nil && v.failed() {
		h.Freshness.Parts = append(h.Freshness.Parts, ui.Link{Text: "failed " + ui.NewTime(*v.FailedAt, v.now).Text + tries(v.Failures)})
	}
	h.Freshness.Parts = append(h.Freshness.Parts, ui.Link{Text: "all attempts", URL: "/sync/runs?customer=" + v.TenantID.String() + "&dataset=" + v.Dataset})
	if v.State == "running" {
		h.Freshness.Parts = append(h.Freshness.Parts, ui.Link{Text: "being read now"})
	} else if v.NextAt != nil {
		h.Freshness.Next = "next try " + ui.Future(*v.NextAt, v.now).Text
	}
	if v.m.May(tenant.MaySync) && v.m.Tenant.State.Readable() {
		h.Actions = []ui.Action{{Text: "Try again", Icon: "arrow_sync", Post: v.m.Path("/doctor/" + v.Dataset)}}
	}
	return h
}

func tries(n int) string {
	if n < 2 {
		return ""
	}
	return ", " + strconv.Itoa(n) + " times in a row"
}
