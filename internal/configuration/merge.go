package configuration

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// staged are the columns that a read fills, in the order of Stage.Add.
var staged = strings.Fields(`
	kind id type platform name name_key description template technologies version assigned assignments settings has_status succeeded pending
	not_applicable errors failed conflicts status_at created_at modified_at doc search apps unlisted deployed user_status`)

// Stage gathers the policies of one read of some kinds, with their assignments.
type Stage struct {
	kinds                 []string // of the read
	whole                 []string // of those, the ones that were read to the end
	left                  map[Kind]error
	policies, assignments *postgres.Stage
}

// Stage starts to gather a read. Merge sweeps these kinds and no other.
func (s *Store) Stage(kinds ...Kind) *Stage {
	st := &Stage{left: map[Kind]error{}, policies: postgres.NewStage(staged...), assignments: postgres.NewStage("kind", "policy_id", "id", "target", "group_id", "filter_id", "filter_type", "source")}
	for _, k := range kinds {
		st.kinds = append(st.kinds, string(k))
	}
	st.whole = slices.Clone(st.kinds)
	return st
}

// leave says that a kind could not be read: what is held of it stays, and nothing of it is swept.
func (s *Stage) leave(k Kind, why error) {
	s.left[k] = why
	s.whole = slices.DeleteFunc(s.whole, func(w string) bool { return w == string(k) })
}

// Close drops what was gathered.
func (s *Stage) Close() { s.policies.Close(); s.assignments.Close() }

// Add adds a policy with its document, whose settings may be any JSON. One that comes twice counts as it came last.
func (s *Stage) Add(p Policy, doc Document) error {
	v := any(map[string]any{})
	if len(doc.Settings) > 0 {
		var err error
		if v, err = parse(doc.Settings); err != nil {
			return fmt.Errorf("stage policy %q: %w", p.ID, err)
		}
	}
	doc.Settings = canonical(strip(v))
	r := read{p, doc}
	r.finish()
	r.Apps = appKeys(doc.Apps)
	r.Assignments = len(doc.Assignments)
	r.Assigned = r.Assigned || r.Assignments > 0
	return s.add(r)
}

func (s *Stage) add(p read) error {
	doc, err := json.Marshal(p.doc)
	if err != nil {
		return fmt.Errorf("stage policy %q: %w", p.ID, err)
	}
	st := Status{}
	if p.Status != nil {
		st = *p.Status
	}
	deployed, err := json.Marshal(p.Deployment)
	if err != nil {
		return fmt.Errorf("stage policy %q: %w", p.ID, err)
	}
	users, err := json.Marshal(p.UserStatus)
	if err != nil {
		return fmt.Errorf("stage policy %q: %w", p.ID, err)
	}
	search := strings.ToLower(strings.Join([]string{p.Name, p.Description, p.Type, p.Template}, "\n"))
	row := s.policies.Row().Text(string(p.Kind)).Text(p.ID).Text(p.Type).Text(p.Platform).Text(p.Name).Text(strings.ToLower(cut(p.Name, maxKey))).
		Text(p.Description).Text(p.Template).Text(p.Technologies).Int(p.Version).Bool(p.Assigned).Int(int64(p.Assignments)).
		Int(int64(p.Settings)).Bool(p.Status != nil).Int(st.Succeeded).Int(st.Pending).Int(st.NotApplicable).Int(st.Errors).
		Int(st.Failed).Int(st.Conflicts).Time(st.At).Time(p.CreatedAt).Time(p.ModifiedAt).Text(string(doc)).Text(search).Strings(p.Apps).Bool(p.Unlisted)
	for _, optional := range [][]byte{deployed, users} {
		if string(optional) == "null" {
			row.Null()
		} else {
			row.Text(string(optional))
		}
	}
	if err := row.End(); err != nil {
		return err
	}
	for _, a := range p.doc.Assignments {
		if err := s.assignments.Row().Text(string(p.Kind)).Text(p.ID).Text(a.ID).Text(a.Target).Text(a.GroupID).Text(a.FilterID).
			Text(a.FilterType).Text(a.Source).End(); err != nil {
			return err
		}
	}
	return nil
}

// Merge makes the tenant's policies of the stage's kinds those of the read, which was complete. It writes only what differs, and keeps a
// version of each policy whose document is new.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if err := s.mergePolicies(ctx, tx, tid, run, now, &m); err != nil {
		return m, err
	}
	if err := s.mergeAssignments(ctx, tx, tid, &m); err != nil {
		return m, err
	}
	if err := s.writeReadings(ctx, tx, tid, now); err != nil {
		return m, err
	}
	m.Counters, err = counters(ctx, tx, tid, s.kinds)
	return m, err
}

// reads is what reads of these kinds are known by, see postgres.Stage.Same.
func (s *Stage) reads(table string) string { return table + " " + strings.Join(s.kinds, " ") }

func (s *Stage) mergePolicies(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, m *graphsync.Merged) error {
	if same, err := s.policies.Same(ctx, tx, s.reads("policy"), tid, s.whole...); err != nil || same {
		return err
	}
	if err := s.policies.Copy(ctx, tx, "policy_stage", "policy"); err != nil {
		return fmt.Errorf("merge policies of %s: %w", tid, err)
	}
	for _, q := range []struct {
		sql  string
		args []any
		n    *int64
	}{
		{changed, []any{tid}, nil},
		{remember, []any{tid, now, run}, nil},
		{upsert, []any{tid, now}, &m.Written},
		{sweep, []any{tid, now, run, s.whole}, &m.Gone},
	} {
		tag, err := tx.Exec(ctx, q.sql, q.args...)
		if err != nil {
			return fmt.Errorf("write policies of %s: %w", tid, err)
		}
		if q.n != nil {
			*q.n = tag.RowsAffected()
		}
	}
	return nil
}

const changed = `
	CREATE TEMP TABLE policy_changed ON COMMIT DROP AS
	SELECT n.*
	FROM   (SELECT DISTINCT ON (kind, id) * FROM policy_stage ORDER BY kind, id, seq DESC) n
	LEFT   JOIN policy o ON o.tenant_id = $1 AND o.kind = n.kind AND o.id = n.id
	WHERE  o.id IS NULL OR o.hash <> n.hash OR o.gone_at IS NOT NULL`

// remember keeps a version where the document is new; counts of devices are no part of it.
const remember = `
	INSERT INTO policy_version (tenant_id, kind, policy_id, run, at, doc, first)
	SELECT $1, n.kind, n.id, $3, $2, n.doc, o.id IS NULL
	FROM   policy_changed n
	LEFT   JOIN policy o ON o.tenant_id = $1 AND o.kind = n.kind AND o.id = n.id
	WHERE  o.id IS NULL OR o.gone_at IS NOT NULL OR o.doc <> n.doc
	ON     CONFLICT DO NOTHING`

var upsert = func() string {
	cols := strings.Join(staged, ", ")
	sets := make([]string, len(staged))
	for i, c := range staged {
		sets[i] = c + " = excluded." + c
	}
	return `
	INSERT INTO policy (tenant_id, ` + cols + `, hash, first_seen_at, changed_at)
	SELECT $1, ` + cols + `, hash, $2, $2
	FROM   policy_changed
	ON     CONFLICT (tenant_id, kind, id) DO UPDATE
	SET    ` + strings.Join(sets, ", ") + `, hash = excluded.hash, changed_at = excluded.changed_at, gone_at = NULL`
}()

const sweep = `
	WITH gone AS (
		UPDATE policy o
		SET    gone_at = $2
		WHERE  o.tenant_id = $1
		AND    o.kind = ANY($4)
		AND    o.gone_at IS NULL
		AND    NOT EXISTS (SELECT FROM policy_stage n WHERE n.kind = o.kind AND n.id = o.id)
		RETURNING o.kind, o.id)
	INSERT INTO policy_version (tenant_id, kind, policy_id, run, at)
	SELECT $1, kind, id, $3, $2
	FROM   gone
	ON     CONFLICT DO NOTHING`

func (s *Stage) mergeAssignments(ctx context.Context, tx pgx.Tx, tid tenant.ID, m *graphsync.Merged) error {
	if same, err := s.assignments.Same(ctx, tx, s.reads("policy_assignment"), tid, s.whole...); err != nil || same {
		return err
	}
	if err := s.assignments.Copy(ctx, tx, "policy_assignment_stage", "policy_assignment"); err != nil {
		return fmt.Errorf("merge assignments of policies of %s: %w", tid, err)
	}
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`
		DELETE FROM policy_assignment o
		WHERE  o.tenant_id = $1
		AND    o.kind = ANY($2)
		AND    NOT EXISTS (SELECT FROM policy_assignment_stage n WHERE n.kind = o.kind AND n.policy_id = o.policy_id AND n.id = o.id)`, []any{tid, s.whole}},
		{`
		INSERT INTO policy_assignment AS o (tenant_id, kind, policy_id, id, target, group_id, filter_id, filter_type, source)
		SELECT DISTINCT ON (kind, policy_id, id) $1::uuid, kind, policy_id, id, target, group_id, filter_id, filter_type, source
		FROM   policy_assignment_stage
		ORDER  BY kind, policy_id, id, seq DESC
		ON     CONFLICT (tenant_id, kind, policy_id, id) DO UPDATE
		SET    target = excluded.target, group_id = excluded.group_id, filter_id = excluded.filter_id, filter_type = excluded.filter_type, source = excluded.source
		WHERE  (o.target, o.group_id, o.filter_id, o.filter_type, o.source) IS DISTINCT FROM
		       (excluded.target, excluded.group_id, excluded.filter_id, excluded.filter_type, excluded.source)`, []any{tid}},
	} {
		tag, err := tx.Exec(ctx, q.sql, q.args...)
		if err != nil {
			return fmt.Errorf("write assignments of policies of %s: %w", tid, err)
		}
		m.Written += tag.RowsAffected()
	}
	return nil
}

// counters are the figures of what the tenant has now of these kinds.
func counters(ctx context.Context, tx pgx.Tx, tid tenant.ID, kinds []string) (map[string]int64, error) {
	rows, _ := tx.Query(ctx, `
		SELECT v.key, count(*)
		FROM   policy a
		CROSS  JOIN LATERAL (VALUES ('total'), ('kind:' || a.kind), ('type:' || a.type), ('platform:' || a.platform), ('assigned:' || a.assigned),
		                            ('errors:' || (a.errors + a.failed > 0))) AS v (key)
		WHERE  a.tenant_id = $1
		AND    a.kind = ANY($2)
		AND    a.gone_at IS NULL
		GROUP  BY v.key`, tid, kinds)
	counted, err := postgres.Counted(rows, "total")
	if err != nil {
		return nil, fmt.Errorf("count policies of %s: %w", tid, err)
	}
	return counted, nil
}
