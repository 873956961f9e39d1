package graphsync

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// State is how far what we hold of a dataset can be trusted.
type State string

const (
	Complete State = "complete" // read completely, and recently enough
	Late     State = "late"     // read completely, longer ago than promised
	Partial  State = "partial"  // of several tenants, some are complete
	Never    State = "never"    // not read completely yet
	Failed   State = "failed"   // not read completely yet, and the last attempt failed
)

// Freshness is what a page says about the age of what it shows, for one tenant or over several.
type Freshness struct {
	Dataset string
	State   State
	AsOf    time.Time // of the oldest complete read that is shown; zero: none
	Newest  time.Time // of the newest
	Running bool      // a read is under way
	Rows    int64     // so far, of the reads under way
	Pages   int64

	Tenants int // in the scope
	Read    int // read completely at least once
	Fresh   int // of these, recently enough
	Late    int // of these, too long ago
	Unread  int // never read completely
	Failing int // the last attempt failed, whatever we still hold

	Error Trouble // of one tenant: the last failure, while it lasts
	Next  time.Time

	one tenant.ID
	run int64
}

// Trouble is why a read failed, as far as it may be shown.
type Trouble struct {
	Kind            string // token, permission, licence, role, notfound, throttled, unavailable, badanswer, timeout, internal
	Sentence        string
	At              time.Time
	RequestID       string // Graph's
	ClientRequestID string // ours
	ActivityID      string // Intune's, the one that Microsoft support asks for
	Failures        int    // in a row
	Diagnosis       *Diagnosis
	FailureID       string // of a live reading: where what is behind it is kept; empty: nowhere
}

// Diagnosis is what is behind a failure and who can mend it, as internal/diagnose found when it happened; kept with the failure.
type Diagnosis struct {
	Layer      string   `json:"layer"`
	Cause      string   `json:"cause,omitempty"`      // what exactly, as internal/diagnose names it
	Permission string   `json:"permission,omitempty"` // that it is about, where it is about one
	Verdict    string   `json:"verdict"`
	Who        string   `json:"who"` // nobody, owner, staff, customer, support, unknown
	Remedy     string   `json:"remedy"`
	Useless    string   `json:"useless,omitempty"` // what people try and what would not help
	Confidence string   `json:"confidence"`        // certain, likely, unsure
	Evidence   []string `json:"evidence,omitempty"`
	Proof      string   `json:"proof,omitempty"` // what would show that it is fixed
	Layers     []Layer  `json:"layers,omitempty"`
	Answer     *Answer  `json:"answer,omitempty"`

	Again time.Time `json:"again,omitzero"` // when it has passed by itself, and is tried again at the latest; zero: not known
}

// Layer is one of those that the failed call passed, or did not.
type Layer struct {
	Layer    string    `json:"layer"`
	State    string    `json:"state"` // passed, failed, unknown, unneeded
	Evidence string    `json:"evidence"`
	At       time.Time `json:"at,omitzero"` // of the evidence
}

// Answer is what Microsoft said, word for word: for a page, as text, and never for the log, as it may name people.
type Answer struct {
	Status int    `json:"status,omitempty"` // 0: none came
	Code   string `json:"code,omitempty"`
	AADSTS int    `json:"aadsts,omitempty"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text,omitempty"`

	Method    string `json:"method,omitempty"`    // GET where empty
	Delegated bool   `json:"delegated,omitempty"` // asked with a person's token
	Inner     string `json:"inner,omitempty"`     // Intune's own code
	Challenge bool   `json:"challenge,omitempty"`
	Approval  bool   `json:"approval,omitempty"`
}

// Brief is the diagnosis without its parts, for lists.
func (d *Diagnosis) Brief() *Diagnosis {
	if d == nil {
		return nil
	}
	b := *d
	b.Layers, b.Answer = nil, nil
	return &b
}

// Snapshot is proof that a dataset of a tenant was read completely. Only a Freshness makes one, so a verdict that takes a Snapshot
// cannot be reached from a read that failed or never was.
type Snapshot struct {
	tid     tenant.ID
	dataset string
	run     int64
	asOf    time.Time
}

// Tenant is whose snapshot it is.
func (s Snapshot) Tenant() tenant.ID { return s.tid }

// Dataset is what was read.
func (s Snapshot) Dataset() string { return s.dataset }

// Run is the number of the complete read.
func (s Snapshot) Run() int64 { return s.run }

// AsOf is when the read was complete.
func (s Snapshot) AsOf() time.Time { return s.asOf }

// Snapshot is the last complete read of one tenant; ok is false where there is none, or where f is about several tenants.
func (f Freshness) Snapshot() (s Snapshot, ok bool) {
	if f.one.IsZero() || f.run == 0 || f.AsOf.IsZero() {
		return Snapshot{}, false
	}
	return Snapshot{tid: f.one, dataset: f.Dataset, run: f.run, asOf: f.AsOf}, true
}

// Sentence says in words how complete the figures over several tenants are, for example "211 of 214 tenants read completely, 2 late,
// 3 not read".
func (f Freshness) Sentence() string {
	switch {
	case f.Tenants == 0:
		return "No connected tenant"
	case f.Tenants == 1 && f.Read == 1:
		return "Read completely"
	case f.Tenants == 1:
		return "Not read yet"
	}
	s := fmt.Sprintf("%d of %d tenants read completely", f.Read, f.Tenants)
	if f.Late > 0 {
		s += fmt.Sprintf(", %d late", f.Late)
	}
	if f.Unread > 0 {
		s += fmt.Sprintf(", %d not read", f.Unread)
	}
	return s
}

// Freshness is how fresh one dataset is over the scope. Tenants that are not connected do not count, unless something was read of them.
func (s *Service) Freshness(ctx context.Context, scope tenant.Scope, dataset string) (Freshness, error) {
	found, err := s.FreshnessOf(ctx, scope, dataset)
	if err != nil {
		return Freshness{}, err
	}
	return found[0], nil
}

// FreshnessOf is Freshness of several datasets, in the order asked for, in one query. Of those that only the partner's own tenant has, another
// tenant is none; and over several tenants, what is said of a single one (Error, Next) is left out.
func (s *Service) FreshnessOf(ctx context.Context, scope tenant.Scope, datasets ...string) ([]Freshness, error) {
	if len(datasets) == 0 {
		return nil, nil
	}
	return s.fresh.Read(ctx, scope, strings.Join(datasets, " "), func(ctx context.Context) ([]Freshness, error) { return s.readFreshness(ctx, scope, datasets) })
}

func (s *Service) readFreshness(ctx context.Context, scope tenant.Scope, names []string) ([]Freshness, error) {
	of := make(Datasets, len(names))
	for i, name := range names {
		d, ok := s.datasets.Get(name)
		if !ok {
			return nil, fmt.Errorf("freshness of %q: %w", name, errs.Invalid)
		}
		of[i] = d
	}
	found, err := s.freshness(ctx, scope, of)
	if err != nil {
		return nil, err
	}
	for i, d := range of {
		f := &found[i]
		switch {
		case several(scope) && f.Tenants == 1 && len(of) == 1: // a status says more than a sum
			all, err := s.statuses(ctx, scope, d.Name)
			if err != nil {
				return nil, fmt.Errorf("freshness of %s: %w", d.Name, err)
			}
			*f = Sum(d, all, s.now())
		case !scope.All && len(scope.IDs) == 1 && f.Tenants == 0 && !(d.Home && len(of) > 1):
			f.Tenants, f.Unread = 1, 1
		}
	}
	return found, nil
}

// several tells that the scope may be of more than one tenant.
func several(scope tenant.Scope) bool { return scope.All || len(scope.IDs) > 1 }

// freshness is Sum over the scope for each of the datasets, in one query.
func (s *Service) freshness(ctx context.Context, scope tenant.Scope, of Datasets) ([]Freshness, error) {
	found := make([]Freshness, len(of))
	if several(scope) {
		sums, err := s.sums(ctx, scope, of)
		for i, d := range of {
			f, ok := sums[d.Name]
			if found[i] = f; !ok {
				found[i] = Sum(d, nil, s.now())
			}
		}
		return found, err
	}
	all, err := s.statuses(ctx, scope, of.names()...)
	byDataset := map[string][]Status{}
	for _, st := range all {
		byDataset[st.Dataset] = append(byDataset[st.Dataset], st)
	}
	for i, d := range of {
		found[i] = Sum(d, byDataset[d.Name], s.now())
	}
	return found, err
}

// sums are Sum over the scope, by dataset, added up in the database: every list over all tenants says how fresh it is. Datasets of which there
// is nothing are missing.
func (s *Service) sums(ctx context.Context, scope tenant.Scope, of Datasets) (map[string]Freshness, error) {
	names, since := of.names(), make([]time.Time, len(of))
	for i, d := range of {
		since[i] = s.now().Add(-d.FreshFor)
	}
	w := &postgres.Where{Args: []any{names, since}}
	w.And("(NOT stopped OR last_complete_at IS NOT NULL)")
	w.Within(scope, "tenant_id")
	if len(of) < len(s.datasets) { // an index finds a few; of all, it would be slower than the table
		w.OneOf("dataset", names)
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT dataset, count(*), count(last_complete_at), count(*) FILTER (WHERE last_complete_at < ($2::timestamptz[])[array_position($1::text[], dataset)]),
		       count(*) FILTER (WHERE error_kind <> ''),
		       bool_or(state = 'running'), COALESCE(sum(rows) FILTER (WHERE state = 'running'), 0)::bigint,
		       COALESCE(sum(pages) FILTER (WHERE state = 'running'), 0)::bigint, min(last_complete_at), max(last_complete_at)
		FROM   sync_state
		`+w.SQL()+`
		GROUP  BY dataset`, w.Args...)
	var f Freshness
	found := map[string]Freshness{}
	_, err := pgx.ForEachRow(rows, []any{&f.Dataset, &f.Tenants, &f.Read, &f.Late, &f.Failing, &f.Running, &f.Rows, &f.Pages, postgres.Zero(&f.AsOf), postgres.Zero(&f.Newest)}, func() error {
		f.Fresh, f.Unread = f.Read-f.Late, f.Tenants-f.Read
		f.State = f.stateOf()
		found[f.Dataset] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("freshness: %w", err)
	}
	return found, nil
}

// Sum is the freshness of a dataset over these statuses.
func Sum(d Dataset, of []Status, now time.Time) Freshness {
	f := Freshness{Dataset: d.Name, Tenants: len(of)}
	for _, st := range of {
		if st.State == "running" {
			f.Running, f.Rows, f.Pages = true, f.Rows+st.Rows, f.Pages+st.Pages
		}
		if st.Trouble.Kind != "" {
			f.Failing++
		}
		switch {
		case st.LastCompleteAt.IsZero():
			f.Unread++
			continue
		case now.Sub(st.LastCompleteAt) > d.FreshFor:
			f.Late++
		default:
			f.Fresh++
		}
		f.Read++
		if f.AsOf.IsZero() || st.LastCompleteAt.Before(f.AsOf) {
			f.AsOf = st.LastCompleteAt
		}
		if st.LastCompleteAt.After(f.Newest) {
			f.Newest = st.LastCompleteAt
		}
	}
	if len(of) == 1 {
		f.Error, f.Next, f.one, f.run = of[0].Trouble, of[0].NextAt, of[0].Tenant, of[0].LastCompleteRun
	}
	f.State = f.stateOf()
	return f
}

func (f Freshness) stateOf() State {
	switch {
	case f.Read == 0 && f.Failing > 0:
		return Failed
	case f.Read == 0:
		return Never
	case f.Unread > 0:
		return Partial
	case f.Late > 0:
		return Late
	}
	return Complete
}
