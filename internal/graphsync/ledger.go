package graphsync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/tenant"
)

// begin opens the run: its number is one more than any before. ok is false where the tenant is not connected, or is not
// one that the dataset is of.
func (s *Service) begin(ctx context.Context, tid tenant.ID, d Dataset, reason string, jobID int64) (run *Run, ok bool, err error) {
	run = &Run{Tenant: tid, Dataset: d, s: s, patient: reason == "schedule", pageAt: s.local()}
	err = s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		var connected bool
		var theirs time.Time
		asked := s.local()
		err := tx.QueryRow(ctx, `
			SELECT home = $2 AND (home OR state IN ('connected', 'partial')), clock_timestamp()
			FROM   tenant
			WHERE  tenant_id = $1`, tid, d.Home).Scan(&connected, &theirs)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !connected {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		s.heard(asked, theirs)
		run.StartedAt = s.now()
		if err := tx.QueryRow(ctx, `
			INSERT INTO sync_state AS s (tenant_id, dataset, state, run, started_at, seen_at, job_id, changed_at)
			VALUES ($1, $2, 'running', 1, $3, $3, $4, $3)
			ON CONFLICT (tenant_id, dataset) DO UPDATE
			SET    state = 'running', stopped = false, run = s.run + 1, pages = 0, rows = 0, bytes = 0, retries = 0, throttled_ms = 0, page_size = 0,
			       started_at = $3, seen_at = $3, job_id = $4, changed_at = $3
			RETURNING run, watermark`, tid, d.Name, run.StartedAt, jobID).Scan(&run.Number, &run.Watermark); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE sync_run
			SET    state = 'lost', ended_at = $3, error_kind = 'lost', error_sentence = 'The worker ended without a word; its read was repeated.'
			WHERE  tenant_id = $1
			AND    dataset = $2
			AND    state = 'running'`, tid, d.Name, run.StartedAt)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO sync_run (tenant_id, dataset, run, state, reason, started_at)
			VALUES ($1, $2, $3, 'running', $4, $5)`, tid, d.Name, run.Number, reason, run.StartedAt)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("begin to read %s of %s: %w", d.Name, tid, err)
	}
	run.watermark = run.Watermark
	return run, ok, nil
}

// settled is the state of a dataset whose run ended without an outcome: what it was before.
const settled = `CASE WHEN error_kind <> '' THEN 'failed' WHEN last_complete_at IS NULL THEN 'never' ELSE 'ok' END`

// saveProgress shows people how far the run is. It tells a run that is late.
func (s *Service) saveProgress(ctx context.Context, r *Run, p Progress) error {
	tag, err := s.pool.In(r.Tenant).Exec(ctx, `
		UPDATE sync_state
		SET    pages = $4, rows = $5, bytes = $6, retries = $7, throttled_ms = $8, seen_at = $9, changed_at = $9, page_size = $10
		WHERE  tenant_id = $1
		AND    dataset = $2
		AND    run = $3`, r.Tenant, r.Dataset.Name, r.Number, p.Pages, p.Rows, p.Bytes, p.Retries, p.Throttled.Milliseconds(), s.now(), p.Size)
	if err != nil {
		return fmt.Errorf("progress of %s of %s: %w", r.Dataset.Name, r.Tenant, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrLate
	}
	return nil
}

// complete is the only place that makes a read count.
func (s *Service) complete(ctx context.Context, r *Run) error {
	now := s.now()
	return s.end(ctx, r, "ok", Trouble{}, `
		UPDATE sync_state
		SET    state = 'ok', pages = $4, rows = $5, bytes = $6, retries = $7, throttled_ms = $8, changed_at = $9, page_size = $10,
		       last_complete_at = $9, last_complete_run = $3, last_complete_rows = $5, duration_ms = $11, next_at = $12, failures = 0,
		       error_kind = '', error_sentence = '', error_at = NULL, request_id = '', client_request_id = '', activity_id = '', diagnosis = NULL,
		       watermark = $13
		WHERE  tenant_id = $1
		AND    dataset = $2
		AND    run = $3`, now.Sub(r.StartedAt).Milliseconds(), now.Add(jitter(r.Dataset.Every)), r.watermark)
}

// failed keeps what was read before, and says what went wrong.
func (s *Service) failed(ctx context.Context, r *Run, err error) error {
	t := trouble(err)
	t.At = s.now()
	var failures int
	if e := s.pool.In(r.Tenant).QueryRow(ctx, `
		SELECT failures + 1
		FROM   sync_state
		WHERE  tenant_id = $1
		AND    dataset = $2`, r.Tenant, r.Dataset.Name).Scan(&failures); e != nil {
		return fmt.Errorf("end of %s of %s: %w", r.Dataset.Name, r.Tenant, e)
	}
	s.line(r, "failed", err)
	ended := s.end(ctx, r, "failed", t, `
		UPDATE sync_state
		SET    state = 'failed', pages = $4, rows = $5, bytes = $6, retries = $7, throttled_ms = $8, changed_at = $9, page_size = $10,
		       next_at = $11, failures = $12, error_kind = $13, error_sentence = $14, error_at = $9, request_id = $15,
		       client_request_id = $16, activity_id = $17, diagnosis = NULL
		WHERE  tenant_id = $1
		AND    dataset = $2
		AND    run = $3`, s.now().Add(max(backoff(t.Kind, failures, r.Dataset.Every), pause(err))), failures, t.Kind, t.Sentence, t.RequestID,
		t.ClientRequestID, t.ActivityID)
	if ended != nil || s.opts.Failed == nil {
		return ended
	}
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second) // may ask the tenant for its grants
	defer cancel()
	s.diagnosed(looking, r, s.opts.Failed(looking, r.Tenant, r.Dataset, err))
	return nil
}

// diagnosed keeps what is behind a failure, with the failure, and has what passes by itself tried again when it has. The outcome stands without it.
func (s *Service) diagnosed(ctx context.Context, r *Run, d *Diagnosis) {
	if d == nil {
		return
	}
	body, err := json.Marshal(d)
	for _, sql := range []string{
		`UPDATE sync_state SET diagnosis = $4, next_at = least(next_at, ($4::jsonb ->> 'again')::timestamptz)
		 WHERE tenant_id = $1 AND dataset = $2 AND run = $3 AND state = 'failed'`,
		`UPDATE sync_run SET diagnosis = $4 WHERE tenant_id = $1 AND dataset = $2 AND run = $3`,
	} {
		if err == nil {
			_, err = s.pool.In(r.Tenant).Exec(ctx, sql, r.Tenant, r.Dataset.Name, r.Number, string(body))
		}
	}
	if err != nil {
		s.log.Warn("diagnosis not kept", "tenant_id", r.Tenant.String(), "resource", r.Dataset.Name, "run", r.Number, "err", err.Error())
	}
}

// interrupted is a run that the portal itself ended by stopping; it is due again.
func (s *Service) interrupted(ctx context.Context, r *Run) error {
	return s.end(ctx, r, "lost", Trouble{Kind: "lost", Sentence: "The portal was stopped during this read; it is repeated."}, `
		UPDATE sync_state
		SET    state = `+settled+`, pages = $4, rows = $5, bytes = $6, retries = $7,
		       throttled_ms = $8, changed_at = $9, page_size = $10, next_at = $9
		WHERE  tenant_id = $1
		AND    dataset = $2
		AND    run = $3`)
}

// lost is a run that another one overtook: only its own line in the ledger is written.
func (s *Service) lost(ctx context.Context, r *Run, sentence string) error {
	return s.end(ctx, r, "lost", Trouble{Kind: "lost", Sentence: sentence}, "")
}

// end writes the outcome to the state, if the run is still the newest, and to the ledger. more are the arguments from $11 on.
func (s *Service) end(ctx context.Context, r *Run, state string, t Trouble, update string, more ...any) error {
	r.mu.Lock()
	p, written, gone := r.progress, r.written, r.gone
	r.mu.Unlock()
	if t.RequestID == "" {
		t.RequestID, t.ClientRequestID = p.RequestID, p.ClientRequestID
	}
	err := s.pool.InTx(ctx, r.Tenant, func(tx pgx.Tx) error {
		if update != "" {
			tag, err := tx.Exec(ctx, update, append([]any{r.Tenant, r.Dataset.Name, r.Number, p.Pages, p.Rows, p.Bytes, p.Retries,
				p.Throttled.Milliseconds(), s.now(), p.Size}, more...)...)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				state, t = "lost", Trouble{Kind: "lost", Sentence: "A newer read of the same began meanwhile."}
			}
		}
		_, err := tx.Exec(ctx, `
			UPDATE sync_run
			SET    state = $4, ended_at = $5, page_size = $18, pages = $6, rows = $7, written = $8, gone = $9, bytes = $10, retries = $11,
			       throttled_ms = $12, error_kind = $13, error_sentence = $14, request_id = $15, client_request_id = $16, activity_id = $17
			WHERE  tenant_id = $1
			AND    dataset = $2
			AND    run = $3`, r.Tenant, r.Dataset.Name, r.Number, state, s.now(), p.Pages, p.Rows, written, gone, p.Bytes, p.Retries,
			p.Throttled.Milliseconds(), t.Kind, t.Sentence, t.RequestID, t.ClientRequestID, t.ActivityID, p.Size)
		return err
	})
	if err != nil {
		return fmt.Errorf("end of %s of %s: %w", r.Dataset.Name, r.Tenant, err)
	}
	if state != "failed" {
		s.line(r, state, nil)
	}
	return nil
}

// line is the one line of a run in the log.
func (s *Service) line(r *Run, status string, err error) {
	args := []any{"tenant_id", r.Tenant.String(), "resource", r.Dataset.Name, "run", r.Number, "status", status,
		"duration_ms", s.now().Sub(r.StartedAt).Milliseconds(), "rows", r.progress.Rows, "pages", r.progress.Pages}
	if err != nil {
		s.log.Warn("sync run", append(args, "err", err.Error())...)
		return
	}
	s.log.Info("sync run", args...)
}
