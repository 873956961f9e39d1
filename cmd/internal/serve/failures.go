package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/doctor"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
)

// What fails in front of people is explained here and kept, so that a page can say what is behind it. That it could not be kept is logged
// and changes nothing of what the person is told.

func (p *Portal) keepFailure(ctx context.Context, f failure.Failure) string {
	id, err := p.Failures.Keep(ctx, f)
	if err != nil {
		p.Log.WarnContext(ctx, "failure not kept", "tenant_id", f.Tenant.String(), "err", err)
	}
	return id
}

func (p *Portal) fixed(ctx context.Context, tid tenant.ID, source, kind, object string, at time.Time) {
	if err := p.Failures.Fixed(ctx, tid, source, kind, object, at); err != nil {
		p.Log.WarnContext(ctx, "success not kept", "tenant_id", tid.String(), "err", err)
	}
}

func (p *Portal) liveFailed(ctx context.Context, tid tenant.ID, kind, object string, t graphsync.Trouble, err error) string {
	return p.keepFailure(ctx, failure.Failure{
		Tenant: tid, Source: failure.Live, Kind: kind, Object: object, At: t.At, Problem: t.Sentence, RequestID: t.RequestID, ActivityID: t.ActivityID,
		Diagnosis: p.behind(ctx, tid, "", err),
	})
}

func (p *Portal) liveFixed(ctx context.Context, tid tenant.ID, kind, object string, at time.Time) {
	p.fixed(ctx, tid, failure.Live, kind, object, at)
}

func (p *Portal) grantsFailed(ctx context.Context, tid tenant.ID, r consent.Reading, err error) {
	f := failure.Failure{Tenant: tid, Source: failure.Consent, Kind: failure.Grants, At: r.At, Problem: r.Problem, Diagnosis: p.behind(ctx, tid, "", err)}
	if got, ok := failureFrom(err, r.At); ok {
		f.RequestID, f.ActivityID = got.RequestID, got.Activity
	}
	p.keepFailure(ctx, f)
}

func (p *Portal) grantsRead(ctx context.Context, tid tenant.ID, at time.Time) {
	p.fixed(ctx, tid, failure.Consent, failure.Grants, "", at)
}

func (p *Portal) consentAccepted(ctx context.Context, tid tenant.ID, at time.Time) {
	p.fixed(ctx, tid, failure.Consent, failure.Return, "", at)
}

// consentCodes are Microsoft's numbers for results that come without one in some versions of its page.
var consentCodes = map[consent.Result]int{consent.Declined: 65004, consent.NeedsAdmin: 90094}

func (p *Portal) consentRefused(ctx context.Context, tid tenant.ID, o consent.Outcome) {
	if o.Result == consent.Used || o.Result == consent.Revoked { // nothing is missing, or the partner took the link back
		return
	}
	if o.Code == 0 {
		o.Code = consentCodes[o.Result]
	}
	f := failure.Failure{Tenant: tid, Source: failure.Consent, Kind: failure.Return, At: o.At, Problem: "A consent came back from Microsoft without effect."}
	if o.Code != 0 {
		f.Diagnosis = p.judged(ctx, tid, diagnose.Failure{AADSTS: o.Code, Kind: permission.Delegated, At: o.At})
	}
	p.keepFailure(ctx, f)
}

// explain keeps why a person's own doing failed at Microsoft, and gives the page that says so. Only staff have one.
func (p *Portal) explain(r *http.Request, err error, back string) string {
	c := page.ChromeOf(r.Context())
	if c.Person == nil || !c.Person.Role.Staff() {
		return ""
	}
	f := failure.Failure{Tenant: p.home, Source: failure.Act, Object: r.URL.EscapedPath(), Person: c.Person.UPN, Back: back, At: c.Now}
	if at, ok := errors.AsType[*page.At](err); ok {
		f.Tenant, f.Source, f.Object = at.Tenant, failure.SignIn, ""
		f.Back = page.SignInAt(at.Tenant, "/t/"+at.Tenant.String())
	} else if route := chi.RouteContext(r.Context()); route != nil {
		f.Kind = strings.TrimPrefix(route.RoutePattern(), "/t/{tenant}")
		if tid, err := tenant.ParseID(route.URLParam("tenant")); err == nil {
			f.Tenant = tid
		}
	}
	if !c.Reach.Has(f.Tenant) {
		return ""
	}
	id := p.keepDoing(r.Context(), f, err)
	if id == "" {
		return ""
	}
	return fresh.FailureURL(f.Tenant, id)
}

// keepDoing keeps why a person's own doing failed, and gives its id; empty: it was no answer of Microsoft's that is known.
func (p *Portal) keepDoing(ctx context.Context, f failure.Failure, err error) string {
	got, ok := failureFrom(err, f.At)
	if !ok {
		return ""
	}
	f.RequestID, f.ActivityID = got.RequestID, got.Activity
	f.Diagnosis = p.behind(ctx, f.Tenant, f.Person, err)
	if f.Problem, _, ok = errs.Sentence(err); !ok {
		f.Problem = f.Diagnosis.Verdict
	}
	return p.keepFailure(ctx, f)
}

// explainPlan is explain for a customer of a plan, which is worked off while nobody waits.
func (p *Portal) explainPlan(ctx context.Context, by tenant.Person, of provisioning.Plan, tid tenant.ID, err error) string {
	const pattern = "/provisioning/plans/{plan}"
	at := strings.Replace(pattern, "{plan}", strconv.FormatInt(of.ID, 10), 1)
	return p.keepDoing(ctx, failure.Failure{Tenant: tid, Source: failure.Act, Kind: pattern, Object: at, Person: by.UPN, Back: at, At: p.Sync.Now().UTC()}, err)
}

// refusedSignIn says what is behind a refused sign-in to whoever has no page of the doctor's.
func (p *Portal) refusedSignIn(_ *http.Request, err error) *page.Behind {
	at, ok := errors.AsType[*page.At](err)
	if !ok {
		return nil
	}
	f, ok := failureFrom(err, p.Sync.Now().UTC())
	if !ok {
		return nil
	}
	return doctor.Refused(f, at.Tenant, p.Config.Origin())
}

// invitationFailed keeps why an invitation of a job was refused, and gives the id under which it is found; empty: Microsoft did not say.
func (p *Portal) invitationFailed(ctx context.Context, by tenant.Person, job int64, l guest.Line, err error) string {
	return p.keepDoing(ctx, failure.Failure{
		Tenant: l.Tenant, Source: failure.Act, Kind: "/guests/invite", Object: l.Address, Person: by.UPN, Back: "/guests/jobs/" + strconv.FormatInt(job, 10), At: p.Sync.Now().UTC(),
	}, err)
}

// tryAgain does what failed once more. A change or a sign-in is the person's to repeat: there, what it depends on is read again, and judged.
func (p *Portal) tryAgain(ctx context.Context, f failure.Failure) error {
	if f.Source == failure.Live {
		if err := p.Live.Due(ctx, f.Tenant, f.Kind, f.Object); err != nil {
			return err
		}
		read, ok := p.liveReads()[f.Kind]
		if !ok {
			return fmt.Errorf("live reading %q: %w", f.Kind, errs.NotFound)
		}
		return read(ctx, f.Tenant, f.Object)
	}
	if _, err := p.Consent.Reread(ctx, f.Tenant); err != nil || f.Source == failure.Consent || f.Diagnosis == nil {
		return err
	}
	now := p.Sync.Now().UTC()
	return p.Failures.Judge(ctx, f, p.judged(ctx, f.Tenant, answered(f, now)), now)
}

// answered is the call as it failed, out of what was kept of it.
func answered(f failure.Failure, now time.Time) diagnose.Failure {
	d := diagnose.Failure{Kind: permission.Application, At: now, Person: f.Person, RequestID: f.RequestID, Activity: f.ActivityID}
	if a := f.Diagnosis.Answer; a != nil {
		d.Status, d.Code, d.AADSTS, d.Path, d.Text, d.Method, d.Inner, d.Challenge, d.Approval = a.Status, a.Code, a.AADSTS, a.Path, a.Text, a.Method, a.Inner, a.Challenge, a.Approval
		if a.Delegated {
			d.Kind = permission.Delegated
		}
	}
	return d
}

// liveReads are the readings that pages make while somebody looks, by kind.
func (p *Portal) liveReads() map[string]func(ctx context.Context, tid tenant.ID, object string) error {
	devices, defended := &device.Live{Graph: p.Graph, Kept: p.Live}, &protection.Live{Graph: p.Graph, Kept: p.Live}
	return map[string]func(ctx context.Context, tid tenant.ID, object string) error{
		graphsync.LiveComplianceStates:   only(devices.PolicyStates),
		graphsync.LiveDeviceDetail:       only(devices.Detail),
		graphsync.LiveDeviceLogs:         only(devices.Logs),
		graphsync.LiveDetectedAppDevices: only((&detectedapp.Live{Graph: p.Graph, Kept: p.Live}).DevicesOf),
		graphsync.LivePolicyStatuses:     only((&configuration.Live{Graph: p.Graph, Kept: p.Live}).FailedDevices),
		graphsync.LiveAppInstallStatus:   only((&app.InstallLive{Graph: p.Graph, Kept: p.Live}).FailedInstalls),
		graphsync.LiveMalwareDevices:     only(defended.DevicesOf),
		graphsync.LiveDeviceMalware:      only(defended.MalwareOf),
	}
}

// only is a reading whose value nobody looks at now: it is kept, and so is its failure.
func only[T any](read func(context.Context, tenant.ID, string) (graphsync.LiveReading[T], error)) func(context.Context, tenant.ID, string) error {
	return func(ctx context.Context, tid tenant.ID, object string) error {
		_, err := read(ctx, tid, object)
		return err
	}
}
