package consent

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// lookLimit bounds one look into a tenant: the customer may be waiting for its page.
const lookLimit = 20 * time.Second

// Reread reads the tenant's grants and keeps what changed: once a day, after a refusal that looks like a missing grant, and for tenants
// that consented before the portal knew them. The measure is what the tenant agreed to, or the suggested features where it never did.
// A failed look is kept too, and changes nothing else.
func (s *Service) Reread(ctx context.Context, tid tenant.ID) (Reading, error) {
	features, err := s.Store.Wish(ctx, tid)
	if err != nil {
		return Reading{}, err
	}
	setBy := ""
	if len(features) == 0 {
		features, setBy = permission.Suggested(), portal
	}
	clientID, err := s.Store.ClientIDOf(ctx, tid)
	if err != nil {
		return Reading{}, err
	}
	rec := s.look(ctx, tid, clientID, features)
	if rec.reading.State == tenant.StateConnected || rec.reading.State == tenant.StatePartial {
		rec.setBy = setBy
	}
	return rec.reading, s.keep(ctx, tid, rec)
}

// look reads the tenant once, as one of our registrations. It always gives a reading; what went wrong is in it.
func (s *Service) look(ctx context.Context, tid tenant.ID, clientID string, features []permission.Feature) record {
	s.Authority.Forget(tid)
	reading, stop := context.WithTimeout(ctx, lookLimit)
	defer stop()
	g, err := s.Reader.ReadGrants(reading, tid, clientID)
	rec := record{clientID: clientID, features: features, reading: Reading{At: s.now()}}
	var absent interface{ NoPrincipal() bool }
	switch {
	case err != nil && errors.As(err, &absent) && absent.NoPrincipal():
		// The tenant has no service principal of ours: everything was read, and nothing is granted.
		g = Grants{ApplicationRead: true, DelegatedRead: true}
		rec.reading.Problem = "The tenant does not know our program."
	case err != nil:
		g = Grants{}
		rec.reading.Problem = problemOf(err)
		s.Log.WarnContext(ctx, "grants not read", "tenant_id", tid.String(), "err", err)
	case !g.ApplicationRead:
		rec.reading.Problem = "The application permissions could not be read to the end."
	case !g.DelegatedRead:
		rec.reading.Problem = "The delegated permissions could not be read to the end."
	}
	rec.reading.ApplicationRead, rec.reading.DelegatedRead, rec.reading.Personal = g.ApplicationRead, g.DelegatedRead, g.Personal
	rec.verdict = verdictOf(features, g)
	rec.reading.Held, rec.reading.Missing, rec.reading.Surplus = len(rec.verdict.Granted), len(rec.verdict.Missing), len(rec.verdict.Surplus)
	rec.reading.State = stateOf(g, rec.verdict)
	switch {
	case err != nil:
		s.Failed(ctx, tid, rec.reading, err)
	case rec.reading.Whole():
		s.Proved(ctx, tid, rec.reading.At)
	}
	return rec
}

func problemOf(err error) string {
	switch {
	case errors.Is(err, errs.Forbidden), errors.Is(err, errs.Unauthorised):
		return "The tenant refused to show our grants."
	case errors.Is(err, errs.Timeout), errors.Is(err, context.DeadlineExceeded):
		return "Microsoft did not answer in time."
	case errors.Is(err, errs.TooMany):
		return "Microsoft asked us to wait."
	case errors.Is(err, errs.Unavailable), errors.Is(err, errs.BadGateway):
		return "Microsoft was not available."
	}
	return "The grants could not be read."
}

// verdictOf compares only kinds that were read to the end: of the others nothing is known, so nothing is missing.
func verdictOf(features []permission.Feature, g Grants) permission.Verdict {
	measured := slices.DeleteFunc(slices.Clone(features), func(f permission.Feature) bool {
		e, ok := permission.EntryOf(f)
		return !ok || !read(g, e.Kind())
	})
	held := slices.DeleteFunc(slices.Clone(g.Held), func(p permission.Permission) bool { return !read(g, p.Kind) })
	return permission.Compare(measured, held)
}

func read(g Grants, k permission.Kind) bool {
	return k == permission.Application && g.ApplicationRead || k == permission.Delegated && g.DelegatedRead
}

// stateOf is what a look proves. "Connected" needs everything to have been read; "partial" only something of ours missing and something
// there; with nothing granted the consent is withdrawn, or was never given.
func stateOf(g Grants, v permission.Verdict) tenant.State {
	switch {
	case !g.ApplicationRead:
		return ""
	case len(v.Granted) == 0 && !g.DelegatedRead:
		return ""
	case len(v.Granted) == 0:
		return tenant.StateWithdrawn
	case !v.Complete():
		return tenant.StatePartial
	case !g.DelegatedRead:
		return ""
	}
	return tenant.StateConnected
}

// keep saves a reading, notes what it changed, and starts the first sync where the tenant has just become readable.
func (s *Service) keep(ctx context.Context, tid tenant.ID, rec record) error {
	was, err := s.Store.save(ctx, tid, rec)
	if err != nil {
		return err
	}
	if was.switched {
		s.Authority.Forget(tid)
	}
	if was.before != was.after || was.changes > 0 || rec.attempt != nil {
		object := tid.String()
		if rec.attempt != nil {
			object = linkObject(rec.attempt.LinkID)
		}
		err := s.note(ctx, tid, Event{Name: portal, Action: actionRead, Object: object, Detail: map[string]any{
			"before": was.before, "after": was.after, "granted": names(rec.verdict.Granted), "missing": names(rec.verdict.Missing), "surplus": names(rec.verdict.Surplus), "registration": rec.clientID,
		}})
		if err != nil {
			return err
		}
	}
	if readable(was.after) && rec.reading.ApplicationRead && (rec.attempt == nil || was.switched) {
		if err := s.lookForOthers(ctx, tid, rec.clientID); err != nil {
			s.Log.ErrorContext(ctx, "other registrations not looked for", "tenant_id", tid.String(), "err", err)
		}
	}
	if readable(was.after) && (!readable(was.before) || rec.attempt != nil && was.changes > 0) {
		if err := s.OnConnected(ctx, tid); err != nil {
			// The consent stands and is kept; the schedule starts what was not started here.
			s.Log.ErrorContext(ctx, "first sync not started", "tenant_id", tid.String(), "err", err)
		}
	}
	return nil
}

func readable(st tenant.State) bool { return st == tenant.StateConnected || st == tenant.StatePartial }

func names(ps []permission.Permission) []string {
	n := make([]string, len(ps))
	for i, p := range ps {
		n[i] = p.Name
	}
	return n
}
