package graphsync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The kinds of live readings.
const (
	LiveComplianceStates   = "complianceStates"   // policies and settings of one device
	LiveDeviceDetail       = "deviceDetail"       // hardware and results of remote actions of one device
	LiveDeviceLogs         = "deviceLogs"         // diagnostics that were collected from one device
	LiveDetectedAppDevices = "detectedAppDevices" // devices that have one version of a program
	LivePolicyStatuses     = "policyStatuses"     // devices with which one policy failed
	LiveAppInstallStatus   = "appInstallStatus"   // how the installations of one app stand
	LiveMalwareDevices     = "malwareDevices"     // devices on which one malware was detected
	LiveDeviceMalware      = "deviceMalware"      // malware that was detected on one device
)

// LiveKinds are all of them. A kind that is none of these cannot be read, so whoever goes through them has every one.
var LiveKinds = []string{
	LiveComplianceStates, LiveDeviceDetail, LiveDeviceLogs, LiveDetectedAppDevices, LivePolicyStatuses, LiveAppInstallStatus, LiveMalwareDevices, LiveDeviceMalware,
}

// LiveReading is what was read from Microsoft while somebody looked. Without a body it is unknown, and Trouble says why.
type LiveReading[T any] struct {
	Value   T
	ReadAt  time.Time // of Value; zero: nothing was ever read
	Now     bool      // Value was read for this very look
	Trouble Trouble   // of the last try, where that failed; Value is then older, or missing
}

// Known tells whether there is a value at all.
func (l LiveReading[T]) Known() bool { return !l.ReadAt.IsZero() }

// LiveStore keeps live readings in Postgres, so that the next look says "as of" instead of asking Microsoft again.
type LiveStore struct {
	// Failed is told of each reading that failed, and gives the id under which the failure is kept; nil: it is kept nowhere else.
	Failed func(ctx context.Context, tid tenant.ID, kind, object string, t Trouble, err error) string
	// Fixed is told of a reading that succeeded after one that had failed; nil: nobody is.
	Fixed func(ctx context.Context, tid tenant.ID, kind, object string, at time.Time)

	pool *postgres.Pool
	now  func() time.Time
}

// NewLiveStore is the store on that database; nil is the real clock.
func NewLiveStore(pool *postgres.Pool, now func() time.Time) *LiveStore {
	if now == nil {
		now = time.Now
	}
	return &LiveStore{pool: pool, now: now}
}

const (
	liveRetry = 30 * time.Second // a try that failed is not repeated by every reload
	liveTime  = 8 * time.Second  // a person waits
	liveKept  = 14 * 24 * time.Hour
)

// KeptLive is what an earlier look read, without asking Microsoft.
func KeptLive[T any](ctx context.Context, s *LiveStore, tid tenant.ID, kind, object string) (LiveReading[T], error) {
	l, _, err := kept[T](ctx, s, tid, kind, object)
	return l, err
}

// ReadLive is what an earlier look read where that is younger than maxAge, and else what read gives now. A read that fails is no error of
// ReadLive: the reading then carries the trouble, and the older value where there is one. While the withdrawal of the tenant's consent stands,
// nothing is read and nothing kept.
func ReadLive[T any](ctx context.Context, s *LiveStore, tid tenant.ID, kind, object string, maxAge time.Duration, read func(context.Context) (T, error)) (LiveReading[T], error) {
	if !slices.Contains(LiveKinds, kind) {
		return LiveReading[T]{}, fmt.Errorf("live reading %q: %w", kind, errs.Invalid)
	}
	l, tried, err := kept[T](ctx, s, tid, kind, object)
	if err != nil {
		return l, err
	}
	now := s.now()
	if l.Known() && now.Sub(l.ReadAt) < maxAge && l.Trouble.Kind == "" || l.Trouble.Kind != "" && now.Sub(tried) < liveRetry {
		return l, nil
	}
	if ended, err := s.ended(ctx, tid); err != nil {
		return l, err
	} else if ended {
		l.Trouble = Trouble{Kind: "withdrawn", Sentence: "The customer took the consent back, so nothing is read there any more.", At: now}
		return l, nil
	}
	limited, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	value, err := read(limited)
	if ctx.Err() != nil {
		return l, ctx.Err() // nobody looks any more
	}
	if err != nil {
		l.Trouble = liveTrouble(err)
		l.Trouble.At = now
		if s.Failed != nil {
			l.Trouble.FailureID = s.Failed(ctx, tid, kind, object, l.Trouble, err)
		}
		return l, s.failed(ctx, tid, kind, object, l.Trouble)
	}
	if l.Trouble.Kind != "" && s.Fixed != nil {
		s.Fixed(ctx, tid, kind, object, now)
	}
	l = LiveReading[T]{Value: value, ReadAt: now, Now: true}
	return l, s.save(ctx, tid, kind, object, value, now)
}

// Due lets the next look ask Microsoft again, although the last one failed a moment ago.
func (s *LiveStore) Due(ctx context.Context, tid tenant.ID, kind, object string) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		UPDATE live_read SET tried_at = tried_at - $4::interval
		WHERE  tenant_id = $1 AND kind = $2 AND object_id = $3 AND error_kind <> ''`, tid, kind, object, liveRetry)
	if err != nil {
		return fmt.Errorf("let %s of %s be read again: %w", kind, tid, err)
	}
	return nil
}

// endedSQL holds while a withdrawal stands or a deletion goes on. Writes ask it, too: a reading may have been under way.
const endedSQL = `EXISTS (SELECT FROM tenant WHERE tenant_id = $1 AND (withdrawn_at IS NOT NULL OR erasing))`

func (s *LiveStore) ended(ctx context.Context, tid tenant.ID) (ended bool, err error) {
	if err := s.pool.In(tid).QueryRow(ctx, `SELECT `+endedSQL, tid).Scan(&ended); err != nil {
		return false, fmt.Errorf("whether %s may be read: %w", tid, err)
	}
	return ended, nil
}

func liveTrouble(err error) Trouble {
	if errors.Is(err, context.DeadlineExceeded) {
		return Trouble{Kind: "timeout", Sentence: "Microsoft Graph did not answer in time."}
	}
	return trouble(err)
}

func kept[T any](ctx context.Context, s *LiveStore, tid tenant.ID, kind, object string) (l LiveReading[T], tried time.Time, err error) {
	var body []byte
	t := &l.Trouble
	err = s.pool.In(tid).QueryRow(ctx, `
		SELECT tried_at, read_at, body, error_kind, error_sentence, request_id, client_request_id, activity_id, failure_id
		FROM   live_read
		WHERE  tenant_id = $1
		AND    kind = $2
		AND    object_id = $3`, tid, kind, object).
		Scan(postgres.Zero(&tried), postgres.Zero(&l.ReadAt), &body, &t.Kind, &t.Sentence, &t.RequestID, &t.ClientRequestID, &t.ActivityID, &t.FailureID)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return LiveReading[T]{}, time.Time{}, nil
	case err != nil:
		return l, tried, fmt.Errorf("live reading %s of %s: %w", kind, tid, err)
	}
	if t.Kind != "" {
		t.At = tried
	}
	if body != nil && json.Unmarshal(body, &l.Value) != nil { // an older shape: read it again
		return LiveReading[T]{}, time.Time{}, nil
	}
	return l, tried, nil
}

func (s *LiveStore) save(ctx context.Context, tid tenant.ID, kind, object string, value any, now time.Time) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("keep live reading %s of %s: %w", kind, tid, err)
	}
	_, err = s.pool.In(tid).Exec(ctx, `
		INSERT INTO live_read (tenant_id, kind, object_id, tried_at, read_at, body)
		SELECT $1::uuid, $2, $3, $4::timestamptz, $4::timestamptz, $5::jsonb
		WHERE  NOT `+endedSQL+`
		ON     CONFLICT (tenant_id, kind, object_id) DO UPDATE
		SET    tried_at = excluded.tried_at, read_at = excluded.read_at, body = excluded.body, error_kind = '', error_sentence = '',
		       request_id = '', client_request_id = '', activity_id = '', failure_id = ''`, tid, kind, object, now, string(body))
	if err != nil {
		return fmt.Errorf("keep live reading %s of %s: %w", kind, tid, err)
	}
	return nil
}

func (s *LiveStore) failed(ctx context.Context, tid tenant.ID, kind, object string, t Trouble) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		INSERT INTO live_read (tenant_id, kind, object_id, tried_at, error_kind, error_sentence, request_id, client_request_id, activity_id, failure_id)
		SELECT $1::uuid, $2, $3, $4::timestamptz, $5, $6, $7, $8, $9, $10
		WHERE  NOT `+endedSQL+`
		ON     CONFLICT (tenant_id, kind, object_id) DO UPDATE
		SET    tried_at = excluded.tried_at, error_kind = excluded.error_kind, error_sentence = excluded.error_sentence,
		       request_id = excluded.request_id, client_request_id = excluded.client_request_id, activity_id = excluded.activity_id,
		       failure_id = excluded.failure_id`,
		tid, kind, object, t.At, t.Kind, t.Sentence, t.RequestID, t.ClientRequestID, t.ActivityID, t.FailureID)
	if err != nil {
		return fmt.Errorf("keep the failure of live reading %s of %s: %w", kind, tid, err)
	}
	return nil
}

// Sweep drops readings that nobody looked at for two weeks.
func (s *LiveStore) Sweep(ctx context.Context) error {
	if _, err := s.pool.In(tenant.Everything()).Exec(ctx, `DELETE FROM live_read WHERE tried_at < $1`, s.now().Add(-liveKept)); err != nil {
		return fmt.Errorf("sweep live readings: %w", err)
	}
	return nil
}
