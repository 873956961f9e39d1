package serve

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
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
	if !errors.As(err, &refused) || refused.Kind == graph.BadAnswer || refused.LeftAlone() {
		return nil
	}
	if refused.Kind == graph.Permission || refused.Kind == graph.Token {
		if _, err := p.Consent.Reread(ctx, tid); err != nil {
			p.Log.WarnContext(ctx, "grants not read after a refusal", "tenant_id", tid.String(), "resource", d.Name, "err", err)
		}
	}
	f := failureOf(refused, time.Now().UTC())
	if err := p.around(ctx, tid, &f); err != nil {
		p.Log.WarnContext(ctx, "diagnosis without the tenant's grants", "tenant_id", tid.String(), "resource", d.Name, "err", err)
	}
	return kept(f, diagnose.Diagnose(f))
}

// longestWords are those of Microsoft's that are kept, in bytes.
const longestWords = 2000

// kept is the finding as the sync keeps it. A database takes no NUL, and nobody reads other control characters.
func kept(f diagnose.Failure, found diagnose.Finding) *graphsync.Diagnosis {
	d := &graphsync.Diagnosis{
		Layer: string(found.Layer), Verdict: found.Verdict, Who: string(found.Who), Remedy: found.Remedy, Useless: found.Useless, Message: found.Message,
		Confidence: string(found.Confidence), Evidence: found.Evidence, Proof: found.Proof,
		Answer: &graphsync.Answer{Status: f.Status, Code: plain(f.Code), AADSTS: f.AADSTS, Path: plain(f.Path), Text: plain(f.Text)},
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
		Status: e.Status, Code: e.Code, Inner: e.InnerCode, Text: e.Message, Kind: permission.Application, Method: http.MethodGet, Path: e.Path(),
		Challenge: e.Challenge, Approval: e.ApprovalCode != "", Fresh: e.Status == http.StatusUnauthorized, RequestID: e.RequestID, Activity: e.ActivityID, At: at,
		NoAnswer: e.Status == 0 && (e.Kind == graph.Timeout || e.Kind == graph.Unavailable),
	}
	var token *entra.Error
	if errors.As(e, &token) {
		f.AADSTS, f.OAuth, f.NoAnswer = token.Code, token.OAuth, token.Status == 0
		f.Status, f.RequestID = token.Status, token.CorrelationID
	}
	return f
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
		f.Fresh = f.Fresh || f.At.Sub(newest) > settled
	}
	o, err := organization.NewStore(p.Pool).Get(ctx, tid)
	if err == nil && o.Intune != organization.IntuneUnknown {
		licensed := strings.EqualFold(string(o.Intune), string(organization.IntuneLicensed))
		f.Licence = &licensed
		if read, err := p.Sync.Freshness(ctx, tenant.Only(tid), graphsync.Organization); err == nil {
			f.LicenceAt = read.AsOf
		}
	}
	return nil // without a read of its licences nothing is known of them
}
