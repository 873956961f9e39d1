package serve

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// settled is the age from which every token in use is younger than a grant: tokens live for 60 to 90 minutes.
const settled = 90 * time.Minute

// readFailed looks at a tenant's grants when a read was refused in a way that a missing grant would explain, and says what is behind the
// failure. nil: it is no answer of Microsoft's that diagnosis knows, and the run's own sentence says all.
func (p *Portal) readFailed(ctx context.Context, tid tenant.ID, d graphsync.Dataset, err error) *graphsync.Diagnosis {
	var refused *graph.Error
	if errors.As(err, &refused) && !refused.LeftAlone() && (refused.Kind == graph.Permission || refused.Kind == graph.Token) {
		if _, err := p.Consent.Reread(ctx, tid); err != nil {
			p.Log.WarnContext(ctx, "grants not read after a refusal", "tenant_id", tid.String(), "resource", d.Name, "err", err)
		}
	}
	return p.behind(ctx, tid, "", err)
}

// behind says what is behind a failed call of the portal's, or of the person's. nil: it is no answer of Microsoft's that diagnosis knows.
func (p *Portal) behind(ctx context.Context, tid tenant.ID, person string, err error) *graphsync.Diagnosis {
	f, ok := failureFrom(err, time.Now().UTC())
	if !ok {
		return nil
	}
	f.Person = person
	return p.judged(ctx, tid, f)
}

// judged is the finding with what is known of the tenant, and of the person where one called.
func (p *Portal) judged(ctx context.Context, tid tenant.ID, f diagnose.Failure) *graphsync.Diagnosis {
	if err := p.around(ctx, tid, &f); err != nil {
		p.Log.WarnContext(ctx, "diagnosis without what is known of the tenant", "tenant_id", tid.String(), "err", err)
	}
	return kept(f, diagnose.Diagnose(f))
}

// failureFrom finds Microsoft's answer in an error: Graph's, or Entra's to a person.
func failureFrom(err error, at time.Time) (diagnose.Failure, bool) {
	var refused *graph.Error
	var token *entra.Error
	switch {
	case errors.As(err, &refused):
		return failureOf(refused, at), refused.Kind != graph.BadAnswer && !refused.LeftAlone()
	case errors.As(err, &token):
		f := diagnose.Failure{Kind: permission.Delegated, At: at}
		refuse(&f, token)
		return f, true
	}
	return diagnose.Failure{}, false
}

// longestWords are those of Microsoft's that are kept, in bytes.
const longestWords = 2000

// kept is the finding as the sync keeps it. A database takes no NUL, and nobody reads other control characters.
func kept(f diagnose.Failure, found diagnose.Finding) *graphsync.Diagnosis {
	d := &graphsync.Diagnosis{
		Layer: string(found.Layer), Cause: string(found.Cause), Verdict: found.Verdict, Who: string(found.Who), Remedy: found.Remedy, Useless: found.Useless,
		Confidence: string(found.Confidence), Evidence: found.Evidence, Proof: found.Proof, Again: found.Again.UTC(),
		Answer: &graphsync.Answer{Status: f.Status, Code: plain(f.Code), AADSTS: f.AADSTS, Path: plain(f.Path), Text: plain(f.Text),
			Method: f.Method, Delegated: f.Kind == permission.Delegated, Inner: plain(f.Inner), Challenge: f.Challenge, Approval: f.Approval},
	}
	if len(found.Missing) > 0 {
		d.Permission = found.Missing[0].Name
	}
	for _, s := range found.Steps {
		d.Layers = append(d.Layers, graphsync.Layer{Layer: string(s.Layer), State: string(s.State), Evidence: s.Evidence, At: s.At.UTC()})
	}
	return d
}

func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, s)
	return strings.ToValidUTF8(s[:min(len(s), longestWords)], "")
}

// failureOf is the answer itself. The client has repeated a 401 with a new token before it gave up.
func failureOf(e *graph.Error, at time.Time) diagnose.Failure {
	f := diagnose.Failure{
		Status: e.Status, Code: e.Code, Inner: e.InnerCode, Text: e.Message, Kind: permission.Application, Method: cmp.Or(e.Method, http.MethodGet), Path: e.Path(),
		Challenge: e.Challenge, Approval: e.ApprovalCode != "", Fresh: e.Status == http.StatusUnauthorized && !e.Delegated, RequestID: e.RequestID, Activity: e.ActivityID, At: at,
		NoAnswer: e.Status == 0 && (e.Kind == graph.Timeout || e.Kind == graph.Unavailable),
	}
	if e.Delegated {
		f.Kind = permission.Delegated
	}
	var token *entra.Error
	if errors.As(e, &token) {
		refuse(&f, token)
	}
	return f
}

// refuse adds that Entra gave no token. An answer in the browser's address has a number and no status.
func refuse(f *diagnose.Failure, e *entra.Error) {
	f.AADSTS, f.OAuth, f.NoAnswer = e.Code, e.OAuth, e.Status == 0 && e.Code == 0 && e.OAuth == ""
	f.Status, f.RequestID = e.Status, e.CorrelationID
}

// around adds what was read of the tenant: its name, grants and licence.
func (p *Portal) around(ctx context.Context, tid tenant.ID, f *diagnose.Failure) (err error) {
	if f.Tenant, err = p.Tenants.Get(ctx, tenant.Only(tid), tid); err != nil {
		return err
	}
	read, err := p.Consent.Store.Latest(ctx, tid, true)
	if err != nil {
		return err
	}
	if read != nil {
		open, err := p.Consent.Store.Standings(ctx, tid, false)
		if err != nil {
			return err
		}
		f.ReadAt = read.At
		newest := time.Time{}
		for _, st := range open {
			if st.Standing == consent.StandingMissing {
				continue
			}
			f.Granted = append(f.Granted, st.Permission)
			if st.FirstSeen.After(newest) {
				newest = st.FirstSeen
			}
		}
		f.Settled = newest.Add(settled)
		f.Fresh = f.Fresh || f.At.After(f.Settled)
	}
	o, err := organization.NewStore(p.Pool).Get(ctx, tid)
	if err == nil && o.Intune != organization.IntuneUnknown {
		licensed := strings.EqualFold(string(o.Intune), string(organization.IntuneLicensed))
		f.Licence = &licensed
		if read, err := p.Sync.Freshness(ctx, tenant.Only(tid), graphsync.Organization); err == nil {
			f.LicenceAt = read.AsOf
		}
	}
	if f.Kind == permission.Delegated && f.Person != "" { // without a read of its licences nothing is known of them
		return p.doors(ctx, tid, f)
	}
	return nil
}

// doors adds how the person gets into the tenant, as far as both were read: by a guest account there, or by the partner's relationship.
func (p *Portal) doors(ctx context.Context, tid tenant.ID, f *diagnose.Failure) error {
	guests, err := p.Sync.Freshness(ctx, tenant.Only(tid), graphsync.Guests)
	if err != nil || guests.AsOf.IsZero() {
		return err
	}
	err = p.Guests.Each(ctx, tenant.Only(tid), guest.Filter{}, func(g guest.Guest) error {
		f.Guest = f.Guest || g.GoneAt.IsZero() && strings.EqualFold(g.Address, f.Person)
		return nil
	})
	if err != nil {
		return err
	}
	read, err := p.Sync.Freshness(ctx, tenant.Only(p.home), graphsync.Relationships)
	if err != nil || read.AsOf.IsZero() {
		return err
	}
	return p.Relationships.Each(ctx, tenant.Everything(), gdap.Filter{Tenants: []tenant.ID{tid}}, func(r gdap.Relationship) error {
		if f.GDAP == nil || r.Effective || !f.GDAP.Works && r.Works() {
			f.GDAP = &diagnose.Relationship{Works: r.Works(), Status: r.Status, Roles: r.Roles, ReadAt: read.AsOf}
		}
		return nil
	})
}
