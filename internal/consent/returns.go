package consent

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Params are what came back from Microsoft, or from anyone who typed the address.
type Params struct {
	State        string
	Tenant       string
	AdminConsent string
	Error        string
	Description  string
}

// Return takes a return and gives what became of the attempt. It never fails for what the parameters hold: each kind of return has its
// Result. An error is one of ours, of the database or the audit.
func (s *Service) Return(ctx context.Context, p Params) (Outcome, error) {
	if !secretForm(p.State) {
		return Outcome{Result: Unknown, At: s.now()}, nil
	}
	receipt, receiptHash := newSecret()
	a, ok, err := s.Store.spendAcrossTenants(ctx, hashOf(p.State), receiptHash, s.now())
	if err != nil {
		return Outcome{}, err
	}
	if !ok {
		return s.spent(ctx, a)
	}
	l, err := s.Store.Link(ctx, a.Tenant, a.LinkID)
	if err != nil {
		return Outcome{}, err
	}
	switch result := s.judge(p, &a, l); result {
	case "":
		a, err = s.prove(ctx, a, l)
	default:
		a, err = s.end(ctx, a, result)
	}
	if err != nil {
		return Outcome{}, err
	}
	o, err := s.outcome(ctx, a, l)
	o.Receipt = receipt
	return o, err
}

// spent is the outcome of a state that no return may have any more.
func (s *Service) spent(ctx context.Context, a attempt) (Outcome, error) {
	if a.Tenant.IsZero() {
		return Outcome{Result: Unknown, At: s.now()}, nil
	}
	l, err := s.Store.Link(ctx, a.Tenant, a.LinkID)
	if err != nil {
		return Outcome{}, err
	}
	o, err := s.outcome(ctx, a, l)
	o.Result, o.At = Used, s.now()
	if a.ReturnedAt == nil {
		o.Result = Expired
	}
	return o, err
}

// judge reads the parameters in the order in which they may be believed: an error always wins, even beside admin_consent=True (Microsoft
// sends both). Empty means that the tenant itself has to be read.
func (s *Service) judge(p Params, a *attempt, l Link) Result {
	a.Code = aadsts(p.Description)
	if p.Error != "" {
		return refusal(p.Error, a.Code)
	}
	other, err := tenant.ParseID(p.Tenant)
	switch {
	case err != nil || !strings.EqualFold(p.AdminConsent, "true"):
		return Refused
	case other != a.Tenant:
		a.Other = other
		return WrongTenant
	case l.RevokedAt != nil:
		return Revoked
	case l.UsedAt != nil:
		return Used
	}
	return ""
}

var aadstsForm = regexp.MustCompile(`AADSTS([0-9]{5,8})\b`)

// aadsts finds Microsoft's number in its text; nothing else of the text is kept or shown.
func aadsts(description string) int {
	m := aadstsForm.FindStringSubmatch(description)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// refusal sorts Microsoft's error codes. Sources: AADSTS65004 user declined, 90094 and 90095 administrator needed; v1 of the page says
// permission_denied, v2 consent_required or access_denied.
func refusal(code string, aadsts int) Result {
	switch {
	case aadsts == 90093 || aadsts == 90094 || aadsts == 90095:
		return NeedsAdmin
	case aadsts == 65004:
		return Declined
	case aadsts == 0 && (code == "access_denied" || code == "permission_denied" || code == "consent_required"):
		return Declined
	case code == "access_denied":
		return Declined
	}
	return Refused
}

// end settles an attempt that was not proven.
func (s *Service) end(ctx context.Context, a attempt, result Result) (attempt, error) {
	now := s.now()
	a.Outcome, a.OutcomeAt, a.NextTryAt = result, &now, nil
	if err := s.Store.settle(ctx, a, now); err != nil {
		return a, err
	}
	detail := map[string]any{"result": result}
	if a.Code != 0 {
		detail["aadsts"] = a.Code
	}
	if !a.Other.IsZero() {
		detail["other_tenant"] = a.Other
	}
	s.Refused(ctx, a.Tenant, Outcome{Result: result, Code: a.Code, At: now})
	return a, s.note(ctx, a.Tenant, Event{Name: customer, Action: "consent.returned", Object: linkObject(a.LinkID), Detail: detail})
}

// prove reads the tenant. Only what the reading shows makes the attempt connected or partial and uses the link up.
func (s *Service) prove(ctx context.Context, a attempt, l Link) (attempt, error) {
	rec := s.look(ctx, a.Tenant, l.ClientID, l.Features)
	now := rec.reading.At
	a.OutcomeAt, a.Tries = &now, a.Tries+1
	a.NextTryAt = nextTry(a.Tries, now)
	switch {
	case rec.reading.State == tenant.StateConnected:
		a.Outcome, a.NextTryAt = Connected, nil
	case rec.reading.State == tenant.StatePartial:
		a.Outcome = Partial // the rest may still be on its way: the tenant is read again
	case a.NextTryAt == nil:
		a.Outcome = Unproven
	default:
		a.Outcome = Waiting
	}
	if a.Outcome == Waiting || a.Outcome == Unproven {
		rec.reading.State = "" // nothing was proven, in either direction: grants need time to reach every place at Microsoft
		if _, err := s.Store.save(ctx, a.Tenant, record{reading: rec.reading}); err != nil {
			return a, err
		}
		if err := s.Store.settle(ctx, a, now); err != nil {
			return a, err
		}
		return a, s.note(ctx, a.Tenant, Event{Name: portal, Action: "consent.unconfirmed", Object: linkObject(a.LinkID), Detail: map[string]any{"tries": a.Tries, "problem": rec.reading.Problem}})
	}
	r, err := s.Registration(ctx, l.ClientID)
	if err != nil {
		return a, err
	}
	s.Accepted(ctx, a.Tenant, now)
	rec.attempt, rec.setBy = &a, l.CreatedBy
	// Between two of Microsoft's pages the link still has to lead to the second: the program's own permissions are there, a person's are not.
	rec.between = a.Outcome == Partial && !slices.ContainsFunc(permission.Rounds(l.Features, rec.verdict.Granted, r.Delegated), func(r permission.Round) bool { return r.All })
	return a, s.keep(ctx, a.Tenant, rec)
}

func nextTry(tries int, now time.Time) *time.Time {
	if tries > len(retries) {
		return nil
	}
	at := now.Add(retries[tries-1])
	return &at
}

// RunDue reads the tenants of the attempts whose time has come, and says how many it took. A schedule calls it every few seconds in any
// number of processes; an attempt is taken by one of them.
func (s *Service) RunDue(ctx context.Context) (int, error) {
	due, err := s.Store.takeDueAcrossTenants(ctx, s.now(), time.Minute, 20)
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, a := range due {
		l, err := s.Store.Link(ctx, a.Tenant, a.LinkID)
		if err == nil {
			_, err = s.prove(ctx, a, l)
		}
		problems = append(problems, err)
	}
	return len(due), errors.Join(problems...)
}

// OutcomeOf shows an attempt again by its receipt, as it stands now; errs.NotFound for a receipt that is none.
func (s *Service) OutcomeOf(ctx context.Context, receipt string) (Outcome, error) {
	if !secretForm(receipt) {
		return Outcome{}, fmt.Errorf("consent receipt: %w", errs.NotFound)
	}
	a, err := s.Store.attemptByReceiptAcrossTenants(ctx, hashOf(receipt))
	if err != nil {
		return Outcome{}, err
	}
	l, err := s.Store.Link(ctx, a.Tenant, a.LinkID)
	if err != nil {
		return Outcome{}, err
	}
	return s.outcome(ctx, a, l)
}

func (s *Service) outcome(ctx context.Context, a attempt, l Link) (Outcome, error) {
	t, err := s.Store.Tenant(ctx, a.Tenant)
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{Result: a.Outcome, Tenant: t, Link: l, Language: a.Language, Other: a.Other, Code: a.Code, NextTry: a.NextTryAt}
	if a.OutcomeAt != nil {
		o.At = *a.OutcomeAt
	}
	if o.Result != Connected && o.Result != Partial {
		return o, nil
	}
	r, err := s.Registration(ctx, l.ClientID)
	if err != nil && !errors.Is(err, errs.NotFound) { // a link outlives its registration
		return o, err
	}
	held, err := s.held(ctx, l)
	if err != nil {
		return o, err
	}
	o.Features = statesOf(l.Features, held)
	if o.Held, o.ReadAt, err = s.receipt(ctx, a.Tenant); err != nil {
		return o, err
	}
	o.More = o.Result == Partial && l.State(s.now()) == LinkOpen && len(permission.Rounds(l.Features, held, r.Delegated)) > 0
	return o, nil
}

// held are the permissions that the last whole reading found granted, of use or not.
func (s *Service) held(ctx context.Context, l Link) ([]permission.Permission, error) {
	known, err := s.Store.ClientIDOf(ctx, l.Tenant)
	if err != nil || known != l.ClientID {
		return nil, err // what another registration was granted is of no use to this one
	}
	open, err := s.Store.Standings(ctx, l.Tenant, false)
	return Held(open), err
}

// receipt is what a customer may keep of a consent: what is granted of what was asked for, and when that was read.
func (s *Service) receipt(ctx context.Context, tid tenant.ID) (held []permission.Permission, at time.Time, err error) {
	open, err := s.Store.Standings(ctx, tid, false)
	if err != nil {
		return nil, at, err
	}
	for _, st := range open {
		if st.Standing == StandingGranted {
			held, at = append(held, st.Permission), st.LastSeen
		}
	}
	return held, at, nil
}

func statesOf(features []permission.Feature, held []permission.Permission) []permission.State {
	var states []permission.State
	for _, st := range permission.FeaturesOf(held) {
		for _, f := range features {
			if st.Feature == f {
				states = append(states, st)
			}
		}
	}
	return states
}
