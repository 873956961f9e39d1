package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Other is a registration of ours that a tenant was found to know beside the one by which it knows the portal. What was granted to it stays until
// an administrator there takes it back.
type Other struct {
	ClientID    string // as Registration's
	AppID       string // application (client) id; "": not known yet
	Principal   string // object id of its service principal in the tenant
	Application []permission.Permission
	Delegated   []permission.Permission
	FirstSeen   time.Time // zero: no look has told yet whether the tenant knows it
	ReadAt      time.Time // of the latest look that told
	Problem     string    // why the latest look told nothing; "": it did
}

// Others are the tenant's that are not known to be gone.
func (s *Store) Others(ctx context.Context, tid tenant.ID) ([]Other, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT client_id, app_id, principal, application, delegated, first_seen, read_at, problem
		FROM   consent_other
		WHERE  tenant_id = $1 AND gone_at IS NULL
		ORDER  BY client_id`, tid)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Other, error) {
		var o Other
		var application, delegated []string
		err := row.Scan(&o.ClientID, &o.AppID, &o.Principal, &application, &delegated, postgres.Zero(&o.FirstSeen), postgres.Zero(&o.ReadAt), &o.Problem)
		o.Application, o.Delegated = listed(permission.Application, application), listed(permission.Delegated, delegated)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("other registrations at %s: %w", tid, postgres.Kind(err))
	}
	return found, nil
}

// keepOther keeps what a look found of a registration.
func (s *Store) keepOther(ctx context.Context, tid tenant.ID, clientID string, g Grants, at time.Time) error {
	var names [2][]string
	for _, p := range g.Held {
		i := 0
		if p.Kind == permission.Delegated {
			i = 1
		}
		names[i] = append(names[i], string(p.Resource)+"/"+p.Name)
	}
	_, err := s.pool.In(tid).Exec(ctx, `
		INSERT INTO consent_other AS o (tenant_id, client_id, app_id, principal, application, delegated, first_seen, read_at)
		VALUES ($1, $2, $3, $4, COALESCE($5::text[], '{}'), COALESCE($6::text[], '{}'), $7, $7)
		ON     CONFLICT (tenant_id, client_id) DO UPDATE
		SET    app_id = excluded.app_id, principal = excluded.principal, application = excluded.application, delegated = excluded.delegated,
		       first_seen = CASE WHEN o.gone_at IS NULL THEN COALESCE(o.first_seen, excluded.first_seen) ELSE excluded.first_seen END,
		       read_at = excluded.read_at, gone_at = NULL, problem = ''`, tid, clientID, g.AppID, g.Principal, names[0], names[1], at)
	return postgres.Kind(err)
}

// otherGone notes that the tenant does not know the registration any more, or knows the portal by it.
func (s *Store) otherGone(ctx context.Context, tid tenant.ID, clientID string, at time.Time) error {
	_, err := s.pool.In(tid).Exec(ctx, `UPDATE consent_other SET gone_at = $3, read_at = $3, problem = '' WHERE tenant_id = $1 AND client_id = $2 AND gone_at IS NULL`, tid, clientID, at)
	return postgres.Kind(err)
}

// otherUnknown notes that a look told nothing of a registration that the tenant was found to know, or has agreed to by a link.
func (s *Store) otherUnknown(ctx context.Context, tid tenant.ID, clientID, problem string) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		INSERT INTO consent_other (tenant_id, client_id, problem)
		SELECT $1, $2, $3
		WHERE  EXISTS (SELECT FROM consent_other WHERE tenant_id = $1 AND client_id = $2 AND gone_at IS NULL)
		OR     EXISTS (SELECT FROM consent_link WHERE tenant_id = $1 AND COALESCE(client_id::text, '') = $2 AND used_at IS NOT NULL)
		ON     CONFLICT (tenant_id, client_id) DO UPDATE
		SET    problem = excluded.problem, gone_at = NULL`, tid, clientID, problem)
	return postgres.Kind(err)
}

// lookForOthers reads, as the registration by which the tenant knows the portal, what is granted there to every other one of ours. What cannot
// be read is unknown, and is no failure of the look before it.
func (s *Service) lookForOthers(ctx context.Context, tid tenant.ID, current string) error {
	offered, err := s.Offered(ctx)
	if err != nil {
		return err
	}
	known, err := s.Store.Others(ctx, tid)
	if err != nil {
		return err
	}
	ids := []string{}
	for _, r := range offered {
		ids = append(ids, r.ClientID)
	}
	for _, o := range known { // also those that are not offered any more
		ids = append(ids, o.ClientID)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		was := slices.ContainsFunc(known, func(o Other) bool { return o.ClientID == id && !o.FirstSeen.IsZero() })
		if err := s.lookForOther(ctx, tid, current, id, was); err != nil {
			return fmt.Errorf("registration %q at %s: %w", id, tid, err)
		}
	}
	return nil
}

func (s *Service) lookForOther(ctx context.Context, tid tenant.ID, current, id string, was bool) error {
	if id == current {
		return s.Store.otherGone(ctx, tid, id, s.now())
	}
	reading, stop := context.WithTimeout(ctx, lookLimit)
	defer stop()
	g, err := s.Reader.ReadOther(reading, tid, current, id)
	var absent interface{ NoPrincipal() bool }
	switch {
	case errors.As(err, &absent) && absent.NoPrincipal():
		if err := s.Store.otherGone(ctx, tid, id, s.now()); err != nil || !was {
			return err
		}
		return s.note(ctx, tid, Event{Name: portal, Action: "consent.other.gone", Object: id})
	case err != nil:
		s.Log.WarnContext(ctx, "another registration's grants not read", "tenant_id", tid.String(), "err", err)
		return s.Store.otherUnknown(ctx, tid, id, problemOf(err))
	}
	if err := s.Store.keepOther(ctx, tid, id, g, s.now()); err != nil || was {
		return err
	}
	return s.note(ctx, tid, Event{Name: portal, Action: "consent.other.found", Object: g.AppID, Detail: map[string]any{"granted": names(g.Held)}})
}
