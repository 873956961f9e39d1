package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads all kinds of a tenant, each from its own path.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads kind after kind. A kind that was read completely is stored whatever becomes of the others; one that was not keeps its old
// rows, and its reading says why. The run itself fails where trying again soon may help, or where nothing could be read at all: a tenant
// that refuses one path for good (no Cloud PKI licence) is not read again every few minutes for that.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	var round round
	for _, s := range specs {
		if s.path == "" {
			continue
		}
		n := stage.rows.Rows()
		err := p.pullKind(ctx, tid, run, s, stage)
		if ctx.Err() != nil || errors.Is(err, graphsync.ErrLate) {
			return fmt.Errorf("pull services of %s: %w", tid, err)
		}
		if round.note(s, err, stage.rows.Rows() > n, p.Now()) {
			break
		}
	}
	err := run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) {
		return stage.Merge(ctx, tx, tid, run.Number, p.Now(), round.readings)
	})
	if err != nil {
		return err
	}
	if err := round.failure(); err != nil {
		return fmt.Errorf("pull services of %s: %w", tid, err)
	}
	return nil
}

// round is what became of each kind in one run.
type round struct {
	readings []Reading
	read     int
	passing  []error // may be over soon
	refused  []error // will stay until a person does something
}

// note writes down how a kind ended. end tells that asking for more kinds makes no sense now.
func (r *round) note(s spec, err error, found bool, now time.Time) (end bool) {
	g := Reading{Kind: s.kind, Outcome: Read, TriedAt: now, ReadAt: now}
	var e *graph.Error
	switch {
	case err == nil && s.single && !found:
		g.Outcome = Unset
	case errors.As(err, &e) && s.unset(e):
		g.Outcome, err = Unset, nil
	case err != nil:
		g.Outcome, g.ReadAt, g.Trouble, g.Sentence = Failed, time.Time{}, "internal", "The portal could not read the answer. The log says more."
	}
	if e != nil && err != nil {
		g.Trouble, g.Sentence = e.FailureKind(), e.FailureSentence()
		g.RequestID, g.ClientRequestID, g.ActivityID = e.FailureIDs()
	}
	r.readings = append(r.readings, g)
	switch {
	case err == nil:
		r.read++
	case e != nil && (e.Kind == graph.Permission || e.Kind == graph.Licence || e.Kind == graph.NotFound || e.Kind == graph.Refused):
		r.refused = append(r.refused, fmt.Errorf("%s: %w", s.kind, err))
	default:
		r.passing = append(r.passing, fmt.Errorf("%s: %w", s.kind, err))
		return len(r.passing) > 1 || e != nil && e.Kind == graph.Token
	}
	return false
}

// unset tells the answer of a singleton that nobody set up, where Intune gives an error instead of null, and of a service that the tenant
// does not know.
func (s spec) unset(e *graph.Error) bool {
	return s.kind == PartnerSolution && e.Kind == graph.NotFound || s.single && s.kind != Subscription && (e.Kind == graph.NotFound || e.Kind == graph.Refused && e.Status == 400)
}

// failure is what the run ends with.
func (r *round) failure() error {
	switch {
	case len(r.passing) > 0:
		return r.passing[0]
	case r.read == 0 && len(r.refused) > 0:
		return r.refused[0]
	}
	return nil
}

func (p *Puller) pullKind(ctx context.Context, tid tenant.ID, run *graphsync.Run, s spec, stage *Stage) error {
	q := graph.Query{Version: s.version, Select: s.asked(), OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	if s.single {
		o, err := graph.Get[graph.Object](ctx, p.Graph, tid, s.path, q)
		if err != nil {
			return err
		}
		if it, ok := fromSingle(s, o); ok {
			return stage.Add(it)
		}
		return nil
	}
	for o, err := range graph.List[graph.Object](ctx, p.Graph, tid, s.path, q) {
		if err != nil {
			return err
		}
		if it, ok := fromGraph(s, o); ok {
			if err := stage.Add(it); err != nil {
				return err
			}
		}
	}
	return nil
}

// fromSingle is a singleton as we keep it. One without anything in it is not set up.
func fromSingle(s spec, o graph.Object) (Item, bool) {
	it, _ := fromGraph(s, o)
	if s.kind == ApplePush && it.ExpiresAt.IsZero() && it.Detail["certificateSerialNumber"] == "" && it.Detail["topicIdentifier"] == "" {
		return it, false
	}
	if s.kind == Subscription && it.State == "" || s.kind == Brand && it.Name == "" && len(it.Detail) == 0 {
		return it, false
	}
	it.ID = string(s.kind) // there is one, and Graph's id for it may change
	return it, true
}

// fromGraph is an object as we keep it. ok is false where it has no id.
func fromGraph(s spec, o graph.Object) (it Item, ok bool) {
	it = Item{Kind: s.kind, ID: clean(o.Text("id")), Type: clean(graph.TypeName(o.Text("@odata.type"))), Health: None, Detail: map[string]string{}}
	for _, n := range names(s.name) {
		if it.Name == "" {
			it.Name = clean(o.Text(n))
		}
	}
	it.ExpiresAt, it.LastContactAt, it.ModifiedAt = timeOf(o, s.expires), timeOf(o, s.contact), timeOf(o, s.modified)
	if s.state != "" {
		it.State = clean(o.Text(s.state))
	}
	for _, n := range names(s.detail) {
		v := clean(o.Text(n))
		if strings.HasSuffix(n, "DateTime") {
			v = stamp(o.Time(n))
		}
		if v != "" {
			it.Detail[n] = short(v)
		}
	}
	if s.judge != nil {
		it.State, it.Health = s.judge(it.State, o)
	}
	return it, it.ID != ""
}

// longest is how much is kept of one text, in bytes; terms and conditions are the longest ones.
const longest = 20_000

func short(v string) string {
	if len(v) <= longest {
		return v
	}
	return strings.ToValidUTF8(v[:longest], "") + "…"
}

func timeOf(o graph.Object, member string) time.Time {
	if member == "" {
		return time.Time{}
	}
	return o.Time(member)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// byState judges by the state alone. Services differ in the case of enum members, so it does not count.
func byState(healths map[string]Health) func(string, graph.Object) (string, Health) {
	return func(state string, _ graph.Object) (string, Health) {
		if h, ok := healths[strings.ToLower(state)]; ok {
			return state, h
		}
		return state, Unknown
	}
}

// judgePush: the certificate has no state of its own.
func judgePush(_ string, o graph.Object) (string, Health) {
	switch {
	case o.Time("expirationDateTime").IsZero():
		return "unknown", Unknown
	case o.Text("certificateUploadFailureReason") != "":
		return "uploadFailed", Warn
	}
	return "present", OK
}

// judgeEnrollment: the token's state is that of its last sync with Apple; error code 0 is none.
func judgeEnrollment(_ string, o graph.Object) (string, Health) {
	switch {
	case o.Int("lastSyncErrorCode") != 0:
		return "syncFailed", Warn
	case o.Time("lastSuccessfulSyncDateTime").IsZero():
		return "neverSynced", Warn
	}
	return "synced", OK
}

var vppHealth = byState(map[string]Health{"valid": OK, "expired": Bad, "invalid": Bad, "assignedtoexternalmdm": Bad})

func judgeVPP(state string, o graph.Object) (string, Health) {
	state, h := vppHealth(state, o)
	if h == OK && strings.EqualFold(o.Text("lastSyncStatus"), "failed") {
		return "syncFailed", Warn
	}
	return state, h
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
