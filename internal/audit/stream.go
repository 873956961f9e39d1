package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

const streamSetting = "audit.stream"

// StreamSecret names the column under which the secret of the stream is sealed.
const StreamSecret = "setting.audit.stream"

// Stream is where all records go as they are made, for a program that watches (a SIEM). Each customer's records arrive in the order of its
// chain, at least once.
type Stream struct {
	Address string `json:"address"` // empty: nowhere
	Sealed  []byte `json:"secret,omitempty"`

	Changed   time.Time `json:"-"`
	ChangedBy string    `json:"-"`
}

// Stream is the setting.
func (s *Store) Stream(ctx context.Context) (v Stream, err error) {
	c, err := postgres.Setting(ctx, s.pool.In(tenant.Scope{}), streamSetting, &v)
	v.Changed, v.ChangedBy = c.At, c.By
	return v, err
}

// SetStream changes it. A stream that was off begins with what is recorded from now on; another address goes on where the last one was.
func (s *Store) SetStream(ctx context.Context, v Stream, by string) error {
	err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
		var was Stream
		if _, err := postgres.Setting(ctx, tx, streamSetting, &was); err != nil {
			return err
		}
		if was.Address == "" {
			if _, err := tx.Exec(ctx, `
				INSERT INTO audit_place (tenant_id, seq)
				SELECT tenant_id, max(seq) FROM audit GROUP BY tenant_id
				ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq`); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE audit_stream SET tries = 0, next_try_at = now(), problem = ''`); err != nil {
			return err
		}
		return postgres.SaveSetting(ctx, tx, streamSetting, v, postgres.Changed{By: by})
	})
	if err != nil {
		return fmt.Errorf("set the audit's stream: %w", postgres.Kind(err))
	}
	return nil
}

// Delivery is how the stream goes.
type Delivery struct {
	SentAt    time.Time // zero: nothing was delivered yet
	Tries     int       // that failed since
	NextTryAt time.Time
	Problem   string
	Behind    int64 // records that wait
}

// Delivery tells it.
func (s *Store) Delivery(ctx context.Context) (d Delivery, err error) {
	err = s.pool.In(tenant.Everything()).QueryRow(ctx, `
		SELECT d.sent_at, d.tries, d.next_try_at, d.problem,
		       (SELECT COALESCE(sum(h.seq - COALESCE(p.seq, 0)), 0)::bigint FROM tenant t CROSS JOIN LATERAL `+chainHead+` h LEFT JOIN audit_place p ON p.tenant_id = t.tenant_id)
		FROM   audit_stream d`).Scan(postgres.Zero(&d.SentAt), &d.Tries, &d.NextTryAt, &d.Problem, &d.Behind)
	if err != nil {
		return d, fmt.Errorf("the audit's stream: %w", postgres.Kind(err))
	}
	return d, nil
}

// chainHead is where the chain of tenant t ends.
const chainHead = `(SELECT a.seq FROM audit a WHERE a.tenant_id = t.tenant_id ORDER BY a.seq DESC LIMIT 1)`

// Bounds of a delivery, and of one round of them.
const (
	mostRecords  = 100
	mostTenants  = 50
	longestPause = time.Hour
)

// Deliver sends what waits, some of each customer's chain at a time, and stops at the first failure: the next try waits longer each time, and
// nothing is left out. send gets a name that is the same for each try to deliver the same records.
func (s *Store) Deliver(ctx context.Context, send func(ctx context.Context, delivery string, body []byte) error) error {
	db := s.pool.In(tenant.Everything())
	rows, _ := db.Query(ctx, `
		SELECT t.tenant_id, COALESCE(p.seq, 0)
		FROM   tenant t
		CROSS  JOIN LATERAL `+chainHead+` h
		LEFT   JOIN audit_place p ON p.tenant_id = t.tenant_id
		WHERE  h.seq > COALESCE(p.seq, 0) AND EXISTS (SELECT FROM audit_stream WHERE next_try_at <= now())
		ORDER  BY t.tenant_id
		LIMIT  $1`, mostTenants)
	type place struct {
		Tenant tenant.ID
		Seq    int64
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err != nil {
		return fmt.Errorf("the audit's stream: %w", postgres.Kind(err))
	}
	for _, p := range places {
		if err := s.deliver(ctx, p.Tenant, p.Seq, send); err != nil {
			return errors.Join(err, s.failed(ctx, err))
		}
	}
	return nil
}

func (s *Store) deliver(ctx context.Context, tid tenant.ID, after int64, send func(ctx context.Context, delivery string, body []byte) error) error {
	rows, _ := s.pool.In(tid).Query(ctx, selectRecord+`WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, tid, after, mostRecords)
	records, err := pgx.CollectRows(rows, scanRecord)
	if err != nil || len(records) == 0 {
		return postgres.Kind(err)
	}
	body, err := streamBody(tid, records)
	if err != nil {
		return err
	}
	last := records[len(records)-1].Seq
	if err := send(ctx, fmt.Sprintf("audit-%s-%d-%d", tid, after+1, last), body); err != nil {
		return err
	}
	_, err = s.pool.In(tid).Exec(ctx, `
		WITH sent AS (UPDATE audit_stream SET sent_at = now(), tries = 0, problem = '')
		INSERT INTO audit_place AS p (tenant_id, seq) VALUES ($1, $2)
		ON CONFLICT (tenant_id) DO UPDATE SET seq = GREATEST(p.seq, excluded.seq)`, tid, last)
	return postgres.Kind(err)
}

// streamBody is one delivery: records as an export has them, so that they verify in the same way.
func streamBody(tid tenant.ID, records []Record) ([]byte, error) {
	out := struct {
		Event   string `json:"event"`
		Format  string `json:"format"`
		Tenant  string `json:"tenant"`
		Records []line `json:"records"`
	}{Event: "audit.records", Format: format, Tenant: tid.String()}
	for _, r := range records {
		l, err := r.line()
		if err != nil {
			return nil, err
		}
		out.Records = append(out.Records, l)
	}
	var b bytes.Buffer
	err := jsonv2.MarshalWrite(&b, out)
	return b.Bytes(), err
}

// failed keeps why, and when to try again.
func (s *Store) failed(ctx context.Context, why error) error {
	sentence, _, ok := errs.Sentence(why)
	if !ok {
		sentence = "The records could not be read or kept."
	}
	_, err := s.pool.In(tenant.Scope{}).Exec(ctx, `
		UPDATE audit_stream SET tries = tries + 1, problem = $1, next_try_at = now() + LEAST($2::interval, interval '10 seconds' * power(2, LEAST(tries, 12)))`, sentence, longestPause)
	return postgres.Kind(err)
}
