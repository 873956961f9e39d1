package provisioning

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Outcome is how far a customer of a plan is.
type Outcome string

// The outcomes.
const (
	Waiting  Outcome = "waiting"
	Working  Outcome = "working"
	Done     Outcome = "done"   // the application and its job are there
	Failed   Outcome = "failed" // Said tells why; what was done stays done, and is not done twice
	Unclear  Outcome = "unknown"
	Unsigned Outcome = "sign-in" // the person had no sign-in there; after one it is tried again
)

// Plan is one application for several customers: it is added and its job made at each. Credentials differ from customer to customer and are
// never kept, so they are entered at each afterwards. Then the jobs are started, where somebody says so.
type Plan struct {
	ID           int64
	MadeAt       time.Time
	MadeBy       string
	Template     string
	TemplateName string
	AliveAt      time.Time // when a portal last worked on it
	Nonce        string    // of the form that makes it; empty where it was read
	Customers    int64     // of which the reader sees the lines
	Waiting      int64
	Failed       int64
	Unclear      int64
	Unsigned     int64
	Started      int64  // whose job was started
	State        string // one of PlanStates, as it was when asked for
}

// PlanStates are what a plan can be as a whole; of several, what needs a person first.
var PlanStates = []string{"running", "stopped", "failed", "unknown", "sign-in", "ready", "started"}

// PlanStep is what the outcome of a line is about.
type PlanStep string

// The steps of a line. Between them somebody enters the credentials at the customer.
const (
	JobStep   PlanStep = "job"
	StartStep PlanStep = "start"
)

// PlanLine is one customer of a plan.
type PlanLine struct {
	Tenant     tenant.ID
	TenantName string
	Name       string // of the application there
	Outcome    Outcome
	SPID       string
	Said       string
	ChangedAt  time.Time
	Failure    string // id of what is behind a failure, where that was kept
	Settings   map[string]string
	Step       PlanStep
	SavedAt    time.Time // when credentials went to Microsoft
	StartedAt  time.Time // when the job was started
}

// Startable tells a line whose job waits for nothing but to be started.
func (l PlanLine) Startable() bool {
	return l.Outcome == Done && l.Step == JobStep && !l.SavedAt.IsZero() && l.StartedAt.IsZero()
}

// stalled is after how long without a sign of life a plan counts as stopped: the portal that ran it is gone.
const stalled = 5 * time.Minute

// atOnce is at how many customers a plan works at the same time; Microsoft limits each customer for itself.
const atOnce = 4

// Planner works plans off in the background, by the sign-ins of who started them.
type Planner struct {
	Acts  *Acts
	Done  func(ctx context.Context, tid tenant.ID) // told when a customer is through; may be nil
	Sleep func()                                   // between two looks for a new application; nil: 3 seconds
	Log   *slog.Logger                             // of our own mistakes, which people only read to be some; nil: none
	// Explain keeps what is behind a failure at Microsoft and gives its id; empty: there is nothing to explain. May be nil.
	Explain func(ctx context.Context, by tenant.Person, p Plan, tid tenant.ID, err error) string

	running sync.WaitGroup
}

// Start works the plan's waiting lines off and returns at once. Everything is sent in the name of the person behind ctx, as long as the
// sign-ins of that person last.
func (r *Planner) Start(ctx context.Context, by tenant.Person, requestID string, p Plan, lines []PlanLine) {
	ctx = context.WithoutCancel(ctx) // the order was given: leaving the page takes nothing back
	places := make(chan struct{}, atOnce)
	r.running.Go(func() {
		for _, l := range lines {
			if l.Outcome != Waiting {
				continue
			}
			places <- struct{}{}
			r.running.Go(func() {
				defer func() { <-places }()
				if took, err := r.Acts.Store.claimLine(ctx, p.ID, l, r.Acts.Now()); err != nil || !took {
					return // the database is gone, or another portal is faster: what waits can be tried again
				}
				err := r.line(ctx, by, requestID, p, &l)
				if _, _, told := errs.Sentence(err); err != nil && !told && r.Log != nil {
					r.Log.ErrorContext(ctx, "line of a plan", "request_id", requestID, "tenant_id", l.Tenant.String(), "plan", p.ID, "err", err)
				}
				l = concluded(l, err)
				if err != nil && l.Outcome != Unsigned && r.Explain != nil {
					l.Failure = r.Explain(ctx, by, p, l.Tenant, err)
				}
				if r.Acts.Store.settleLine(ctx, p.ID, l, r.Acts.Now()) == nil && r.Done != nil {
					r.Done(ctx, l.Tenant)
				}
			})
		}
	})
}

// Wait returns when nothing is under way.
func (r *Planner) Wait() { r.running.Wait() }

// concluded is the line with what became of it.
func concluded(l PlanLine, err error) PlanLine {
	sentence, next, told := errs.Sentence(err)
	switch {
	case err == nil && l.Step == StartStep:
		l.Outcome, l.Said = Done, "Microsoft started the job."
	case err == nil:
		l.Outcome, l.Said = Done, "Enter its credentials to go on."
	case !told:
		l.Outcome, l.Said = Failed, "The portal made a mistake. Its log has the details."
	case errors.Is(err, errs.Unauthorised):
		l.Outcome, l.Said = Unsigned, "It was not done, because it needs a sign-in of yours there."
	default:
		l.Outcome, l.Said = Failed, strings.TrimSpace(sentence+" "+next)
		if errors.Is(err, errs.Timeout) && l.SPID == "" {
			l.Outcome = Unclear // the application may be there
		}
	}
	return l
}

// looks is how often a new application is looked for before the line gives up.
const looks = 60

// line does what is left to do at a customer.
func (r *Planner) line(ctx context.Context, by tenant.Person, requestID string, p Plan, l *PlanLine) error {
	if l.Step == StartStep {
		return InStep(NeedsStart, r.start(ctx, by, requestID, *l))
	}
	s, err := r.application(ctx, by, requestID, p, l)
	if err != nil {
		return InStep(Appearing, err)
	}
	st, err := r.Acts.Look(ctx, s)
	for n := 1; n < looks && err == nil && !st.Found && !st.Gone(r.Acts.Now()); n++ {
		r.sleep()
		st, err = r.Acts.Look(ctx, s)
	}
	switch {
	case err != nil:
		return InStep(NeedsJob, err)
	case !st.Found:
		return InStep(Appearing, errs.ShowNext(errs.Conflict, "Microsoft’s directory does not find the application.", "Try again later, or look whether somebody deleted it."))
	case st.Job != nil:
		return nil
	case len(st.Templates) == 0:
		return InStep(NeedsJob, errs.Show(errs.Conflict, "Microsoft has no template for a provisioning job of this application."))
	}
	template := st.Templates[0].ID
	for _, t := range st.Templates {
		if t.Default {
			template = t.ID
		}
	}
	return InStep(NeedsJob, r.Acts.MakeJob(ctx, by, requestID, s, template))
}

// start starts the job, unless it works already.
func (r *Planner) start(ctx context.Context, by tenant.Person, requestID string, l PlanLine) error {
	s, err := r.Acts.Store.Setup(ctx, l.Tenant, l.SPID)
	if err != nil {
		return err
	}
	st, err := r.Acts.Look(ctx, s)
	switch {
	case err != nil:
		return err
	case st.Job == nil:
		return errs.ShowNext(errs.Conflict, "The application, or its job, is not there any more.", "Open the customer to see what is.")
	case st.Step() == Watching: // somebody started it elsewhere
		return r.Acts.Store.finished(ctx, s, r.Acts.Now())
	case st.Step() == NeedsAccess:
		return errs.ShowNext(errs.Conflict, "Microsoft has no credentials for the application yet.", "Enter them at the customer.")
	}
	return r.Acts.Start(ctx, by, requestID, s, st.Job.ID)
}

// application adds the application, unless an earlier try did.
func (r *Planner) application(ctx context.Context, by tenant.Person, requestID string, p Plan, l *PlanLine) (Setup, error) {
	if l.SPID != "" {
		return r.Acts.Store.Setup(ctx, l.Tenant, l.SPID)
	}
	same, err := r.Acts.Named(ctx, l.Tenant, l.Name)
	if err != nil {
		return Setup{}, err
	}
	if len(same) > 0 {
		return Setup{}, errs.ShowNext(errs.Conflict, "An application of this name is there already, so nothing was added.", "Set that one up at the customer, or plan with another name.")
	}
	s, err := r.Acts.Add(ctx, by, requestID, l.Tenant, GalleryApp{ID: p.Template, Name: p.TemplateName}, l.Name, l.Settings)
	l.SPID = s.SPID
	return s, err
}

func (r *Planner) sleep() {
	if r.Sleep != nil {
		r.Sleep()
		return
	}
	time.Sleep(3 * time.Second)
}
