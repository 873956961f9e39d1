package detectedapp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Stage gathers the detected apps of one read.
type Stage struct{ rows *postgres.Stage }

// Stage starts to gather a read.
func (s *Store) Stage() *Stage {
	return &Stage{postgres.NewStage(strings.Fields("id app_key name name_key publisher publisher_key version version_key platform size devices search")...)}
}

// Close drops what was gathered.
func (s *Stage) Close() { s.rows.Close() }

// Add adds a version. One that comes twice counts as it came last.
func (s *Stage) Add(v Version) error {
	name, publisher := strings.ToLower(v.Name), strings.ToLower(v.Publisher)
	return s.rows.Row().Text(v.ID).Text(KeyOf(v.Name, v.Publisher)).Text(v.Name).Text(cut(name)).Text(v.Publisher).Text(cut(publisher)).Text(v.Version).
		Text(versionKey(v.Version)).Text(v.Platform).Int(v.Size).Int(v.Devices).Text(name + "\n" + publisher).End()
}

// cut keeps what is indexed below the size that an index takes.
func cut(s string) string {
	if len(s) <= 500 {
		return s
	}
	return strings.ToValidUTF8(s[:500], "")
}

// Merge makes the tenant's detected apps those of the read, which was complete, and keeps which versions came and went.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, now time.Time) (m graphsync.Merged, err error) {
	if m.Written, m.Gone, err = s.rows.Merge(ctx, tx, postgres.Merge{Table: "detected_app", Before: remember}, tid, 0, now); err != nil {
		return m, fmt.Errorf("merge detected apps of %s: %w", tid, err)
	}
	var versions, programs int64
	if err := tx.QueryRow(ctx, `SELECT count(*), count(DISTINCT app_key) FROM detected_app WHERE tenant_id = $1`, tid).Scan(&versions, &programs); err != nil {
		return m, fmt.Errorf("count detected apps of %s: %w", tid, err)
	}
	m.Counters = map[string]int64{"total": programs, "versions": versions}
	return m, nil
}
