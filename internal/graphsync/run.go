package graphsync

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/tenant"
)

// ErrLate is what a run gets that is no longer the newest of its dataset: it must change nothing and end.
var ErrLate = errors.New("a newer run of this dataset began meanwhile")

// Run is one attempt to read a dataset of a tenant. Its methods are safe for several goroutines.
type Run struct {
	Tenant    tenant.ID
	Dataset   Dataset
	Number    int64
	StartedAt time.Time
	Watermark string // where the last complete run of an append-only dataset ended; empty: from the start

	s       *Service
	patient bool // nobody waits for it: it gives way to people

	mu        sync.Mutex
	pageAt    time.Time // when the last page was done with
	progress  Progress
	written   int64
	gone      int64
	watermark string
	wroteAt   time.Time
}

// Again has the next read come after that long at most: something is known to exist that this one did not find.
func (r *Run) Again(after time.Duration) { r.Dataset.Every = min(r.Dataset.Every, after) }

// Progress is what a run has read so far.
type Progress struct {
	Pages, Rows, Bytes, Retries int64
	Throttled                   time.Duration
	Size                        int64  // rows of a page at most, where smaller ones had to be asked for than the dataset says; else 0
	RequestID, ClientRequestID  string // of the last page
}

// Page tells that a page was read, or, with no rows, that the run is waiting. People see it at most once a second later.
// ErrLate ends the run.
func (r *Run) Page(ctx context.Context, p Progress) error {
	r.mu.Lock()
	r.progress.Pages += p.Pages
	r.progress.Rows += p.Rows
	r.progress.Bytes += p.Bytes
	r.progress.Retries += p.Retries
	r.progress.Throttled += p.Throttled
	if p.Size > 0 && (r.progress.Size == 0 || p.Size < r.progress.Size) {
		r.progress.Size = p.Size
	}
	if p.RequestID != "" {
		r.progress.RequestID, r.progress.ClientRequestID = p.RequestID, p.ClientRequestID
	}
	due := r.s.now().Sub(r.wroteAt) >= time.Second
	if due {
		r.wroteAt = r.s.now()
	}
	now := r.progress
	r.mu.Unlock()
	if due {
		if err := r.s.saveProgress(ctx, r, now); err != nil {
			return err
		}
	}
	return r.giveWay(ctx, p)
}

// A read that gives way rests for three times as long as a page took, but never so long that it seems to hang.
const (
	restPerPage = 3
	longestRest = time.Second
)

// giveWay rests after a page while people ask for much: their pages and the read share processors and the database.
func (r *Run) giveWay(ctx context.Context, p Progress) error {
	took := r.sincePage()
	if !r.patient || p.Pages == 0 || !r.s.busy() {
		return nil
	}
	select {
	case <-time.After(min(restPerPage*took, longestRest)):
	case <-ctx.Done():
		return ctx.Err()
	}
	r.sincePage()
	return nil
}

// sincePage is how long ago the last page was done with, and counts from now on.
func (r *Run) sincePage() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.s.local()
	took := now.Sub(r.pageAt)
	r.pageAt = now
	return took
}

// ReadTo sets the watermark that the next run starts from, if this one completes.
func (r *Run) ReadTo(watermark string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watermark = watermark
}

// Merged is what a run changed in what is stored.
type Merged struct {
	Written, Gone int64
	Counters      map[string]int64 // the figures of what is stored now
}

// Merge runs f, which makes what is stored that which was read, in one transaction under the tenant's scope, and keeps what it did in the
// ledger and as the run's figures. It holds the dataset's row meanwhile: a run that is late gets ErrLate instead and stores nothing.
func (r *Run) Merge(ctx context.Context, f func(tx pgx.Tx) (Merged, error)) error {
	return r.s.pool.InTx(ctx, r.Tenant, func(tx pgx.Tx) error {
		var newest int64
		err := tx.QueryRow(ctx, `
			SELECT run
			FROM   sync_state
			WHERE  tenant_id = $1
			AND    dataset = $2
			FOR    UPDATE`, r.Tenant, r.Dataset.Name).Scan(&newest)
		if err != nil {
			return fmt.Errorf("hold %s of %s: %w", r.Dataset.Name, r.Tenant, err)
		}
		if newest != r.Number {
			return ErrLate
		}
		m, err := f(tx)
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.written, r.gone = m.Written, m.Gone
		r.mu.Unlock()
		return r.count(ctx, tx, m.Counters)
	})
}

// count stores the figures of this run in place of those before, in the transaction that stores the rows, so that a count and the list
// that it leads to agree. The last figures of a day stay as that day's.
func (r *Run) count(ctx context.Context, tx pgx.Tx, figures map[string]int64) error {
	keys, values := make([]string, 0, len(figures)), make([]int64, 0, len(figures))
	for k, v := range figures {
		keys, values = append(keys, strings.ToValidUTF8(k, "\uFFFD")), append(values, v)
	}
	name, day := r.Dataset.Name, r.s.now().UTC().Format(time.DateOnly)
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM tenant_counter WHERE tenant_id = $1 AND dataset = $2 AND key <> ALL($3)`, []any{r.Tenant, name, keys}},
		{`INSERT INTO tenant_counter (tenant_id, dataset, key, value, read_at)
		  SELECT $1, $2, k, v, $5 FROM unnest($3::text[], $4::bigint[]) AS f (k, v)
		  ON CONFLICT (tenant_id, dataset, key) DO UPDATE SET value = excluded.value, read_at = excluded.read_at`,
			[]any{r.Tenant, name, keys, values, r.s.now()}},
		{`DELETE FROM tenant_daily WHERE tenant_id = $1 AND dataset = $2 AND day = $4::text::date AND key <> ALL($3)`,
			[]any{r.Tenant, name, keys, day}},
		{`INSERT INTO tenant_daily (tenant_id, dataset, key, day, value)
		  SELECT $1, $2, k, $5::text::date, v FROM unnest($3::text[], $4::bigint[]) AS f (k, v)
		  ON CONFLICT (tenant_id, dataset, key, day) DO UPDATE SET value = excluded.value WHERE tenant_daily.value <> excluded.value`,
			[]any{r.Tenant, name, keys, values, day}},
	} {
		if _, err := tx.Exec(ctx, q.sql, q.args...); err != nil {
			return fmt.Errorf("count %s of %s: %w", name, r.Tenant, err)
		}
	}
	return nil
}
