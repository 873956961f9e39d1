package consent

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
)

// staffView is the tenant's consent page, and its JSON twin.
type staffView struct {
	TenantID   tenant.ID    `json:"tenant_id"`
	TenantName string       `json:"tenant_name"`
	State      tenant.State `json:"state"`
	Since      time.Time    `json:"state_since"`
	AsOf       *time.Time   `json:"as_of"` // the latest whole reading; null: never
	Problem    string       `json:"problem,omitempty"`
	Doctor     string       `json:"doctor,omitempty"` // the page that says what is behind the latest failure
	Features   []featureRow `json:"features"`
	Granted    []grantRow   `json:"granted"`
	Missing    []grantRow   `json:"missing"`
	Surplus    []grantRow   `json:"surplus"`
	Past       []grantRow   `json:"past"`
	History    []moveRow    `json:"history"` // latest first
	Links      []linkRow    `json:"links"`
	Others     []otherRow   `json:"other_registrations"` // that the customer knows besides, or may know
	Plan       planView     `json:"plan"`
	Program    string       `json:"program"`              // what Microsoft calls the app registration that the customer knows
	Withdrawal *taken       `json:"withdrawal,omitempty"` // taken back by the customer on their evidence page, and not given anew

	m        tenant.Membership
	now      time.Time
	late     bool
	known    domain.Registration
	lastAny  *domain.Reading
	returned bool // Doctor is about a consent that came back without effect
	form     formView
}

// taken is a withdrawal as staff should know it.
type taken struct {
	At        time.Time  `json:"at"`
	By        string     `json:"by"`
	DeleteAt  time.Time  `json:"delete_at"`
	DeletedAt *time.Time `json:"deleted_at"`
	GoneAt    *time.Time `json:"gone_at"` // null: Microsoft still knew the program, or did not say
}

// taken is the tenant's standing withdrawal, or nil.
func (h *Handler) taken(ctx context.Context, tid tenant.ID) (*taken, error) {
	if h.Withdrawals == nil {
		return nil, nil
	}
	w, err := h.Withdrawals.Store.Latest(ctx, tid)
	if errors.Is(err, errs.NotFound) || err == nil && !w.Stands {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t := &taken{At: w.At, By: w.By, DeleteAt: w.DeleteAt}
	if !w.DeletedAt.IsZero() {
		t.DeletedAt = &w.DeletedAt
	}
	if !w.GoneAt.IsZero() {
		t.GoneAt = &w.GoneAt
	}
	return t, nil
}

type featureRow struct {
	Feature permission.Feature `json:"feature"`
	Name    string             `json:"name"`
	Wanted  bool               `json:"wanted"`
	Works   bool               `json:"works"`
	Known   bool               `json:"known"` // false: not read, so it is not known whether it works
	Because string             `json:"because,omitempty"`
}

type grantRow struct {
	Name      string          `json:"name"`
	Kind      permission.Kind `json:"kind"`
	Resource  string          `json:"resource"`
	Writes    bool            `json:"writes"`
	Meaning   string          `json:"meaning,omitempty"` // of a permission that Microsoft gives to partner solutions only
	Was       string          `json:"was,omitempty"`
	FirstSeen time.Time       `json:"first_seen"`
	LastSeen  time.Time       `json:"last_seen"`
	GoneAt    *time.Time      `json:"gone_at,omitempty"`
}

type linkRow struct {
	ID        int64                `json:"id"`
	State     domain.LinkState     `json:"state"`
	Features  []permission.Feature `json:"features"`
	Language  permission.Lang      `json:"language"`
	CreatedAt time.Time            `json:"created_at"`
	CreatedBy string               `json:"created_by"`
	ExpiresAt time.Time            `json:"expires_at"`
	UsedAt    *time.Time           `json:"used_at,omitempty"`
	RevokedAt *time.Time           `json:"revoked_at,omitempty"`
	RevokedBy string               `json:"revoked_by,omitempty"`
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.staffView(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, staffPage(page.Shell(r, m, "Consent"), v))
}

func (h *Handler) staffView(r *http.Request, m tenant.Membership) (staffView, error) {
	c, err := h.Consent.View(r.Context(), m.Tenant.ID)
	if err != nil {
		return staffView{}, err
	}
	v := staffView{
		TenantID: c.Tenant.ID, TenantName: c.Tenant.Name(), State: c.Tenant.State, Since: c.Tenant.StateSince,
		Granted: []grantRow{}, Missing: []grantRow{}, Surplus: []grantRow{}, Past: []grantRow{}, Links: []linkRow{},
		m: m, now: h.now(), lastAny: c.LastAny,
	}
	if c.LastFull != nil {
		v.AsOf = &c.LastFull.At
		v.late = v.now.Sub(c.LastFull.At) > domain.FreshFor
	}
	if c.LastAny != nil && !c.LastAny.Whole() {
		v.Problem = c.LastAny.Problem
	}
	if v.Doctor, v.returned, err = h.failed(r.Context(), m.Tenant.ID); err != nil {
		return staffView{}, err
	}
	for _, st := range c.Open {
		to := map[string]*[]grantRow{domain.StandingGranted: &v.Granted, domain.StandingMissing: &v.Missing, domain.StandingSurplus: &v.Surplus}[st.Standing]
		*to = append(*to, newGrantRow(st))
	}
	for _, st := range c.Past {
		row := newGrantRow(st)
		row.Was = st.Standing
		v.Past = append(v.Past, row)
	}
	v.History = newHistory(c)
	for _, l := range c.Links {
		v.Links = append(v.Links, newLinkRow(l, v.now))
	}
	if v.Others, err = h.others(r.Context(), c); err != nil {
		return staffView{}, err
	}
	if v.Withdrawal, err = h.taken(r.Context(), m.Tenant.ID); err != nil {
		return staffView{}, err
	}
	if v.Plan, err = h.planView(r, m, c); err != nil {
		return staffView{}, err
	}
	v.Features = featureRows(c)
	v.form = newForm(c, h.partner(r.Context()), m.Person)
	v.form.mails = h.Mail != nil
	if v.form.offered, err = h.Consent.Offered(r.Context()); err != nil {
		return staffView{}, err
	}
	v.known, err = h.knownBy(r.Context(), m.Tenant.ID)
	v.Program = v.known.Name
	return v, err
}

// failed is the page that explains the latest look that failed, or else the latest consent that came back without effect.
func (h *Handler) failed(ctx context.Context, tid tenant.ID) (url string, returned bool, err error) {
	if h.Failures == nil {
		return "", false, nil
	}
	for _, kind := range []string{failure.Grants, failure.Return} {
		f, err := h.Failures.Latest(ctx, tid, failure.Consent, kind)
		if err == nil {
			return fresh.FailureURL(tid, f.ID), kind == failure.Return, nil
		}
		if !errors.Is(err, errs.NotFound) {
			return "", false, err
		}
	}
	return "", false, nil
}

func newGrantRow(st domain.Standing) grantRow {
	p := st.Permission
	row := grantRow{Name: p.Name, Kind: p.Kind, Resource: p.Resource.Label(), Writes: p.Writes(), FirstSeen: st.FirstSeen, LastSeen: st.LastSeen, GoneAt: st.GoneAt}
	if s, ok := permission.PartnerSolutionOf(p); ok {
		row.Name, row.Meaning = s.Name, s.Solution+": "+s.Explanation
	}
	return row
}

func newLinkRow(l domain.Link, now time.Time) linkRow {
	return linkRow{
		ID: l.ID, State: l.State(now), Features: l.Features, Language: l.Language, CreatedAt: l.CreatedAt, CreatedBy: l.CreatedBy,
		ExpiresAt: l.ExpiresAt, UsedAt: l.UsedAt, RevokedAt: l.RevokedAt, RevokedBy: l.RevokedBy,
	}
}

func featureRows(c domain.View) []featureRow {
	var rows []featureRow
	for _, s := range permission.FeaturesOf(domain.Held(c.Open)) {
		row := featureRow{Feature: s.Feature, Name: s.Feature.In(permission.English).Name, Wanted: slices.Contains(c.Features, s.Feature), Known: c.LastFull != nil}
		if row.Known {
			row.Works, row.Because = s.Works, s.Because()
		}
		rows = append(rows, row)
	}
	return rows
}

func (h *Handler) revoke(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "link"), 10, 64)
	if err != nil {
		return errs.NotFound
	}
	if err := h.Consent.RevokeLink(r.Context(), m.Person, m.Tenant.ID, id); err != nil {
		return err
	}
	return page.SeeOther(w, r, m.Path("/consent"))
}

// read looks into the tenant now.
func (h *Handler) read(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := h.Consent.Reread(r.Context(), m.Tenant.ID); err != nil {
		return err
	}
	return page.SeeOther(w, r, m.Path("/consent"))
}
