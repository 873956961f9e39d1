package brake

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// limitsSetting is the name of the setting.
const limitsSetting = "brake.limits"

// Settings are the limits with the change that waits, as they are kept.
type Settings struct {
	Now   Limits  `json:"now"`
	Asked *Change `json:"asked,omitempty"` // waits for a second owner, or for its time
}

// Change is a change of the limits that loosens something.
type Change struct {
	To      Limits    `json:"to"`
	By      string    `json:"by"`
	Tenant  tenant.ID `json:"tenant"`
	Object  string    `json:"object"`
	Session string    `json:"session"`
	At      time.Time `json:"at"`
	From    time.Time `json:"from"` // takes effect then, if nobody refuses it before
	Told    bool      `json:"told"` // the contacts were told
}

func (l Limits) contacts() []string {
	return slices.DeleteFunc(slices.Clone(l.Contacts), func(c string) bool { return c == "" })
}

// settled is the settings as of a moment: a change whose time has come is in effect.
func (v Settings) settled(now time.Time) Settings {
	if v.Asked != nil && !now.Before(v.Asked.From) {
		v.Now, v.Asked = v.Asked.To, nil
	}
	return v
}

func readSettings(ctx context.Context, db postgres.DB) (v Settings, err error) {
	v.Now = Defaults()
	_, err = postgres.Setting(ctx, db, limitsSetting, &v)
	if err == nil && v.Now.Check() != nil {
		v = Settings{Now: Defaults()} // nobody set this through us
	}
	return v, err
}

// limits are those in effect for a decision.
func (s *Store) limits(ctx context.Context, db postgres.DB, now time.Time) (Limits, error) {
	v, err := readSettings(ctx, db)
	return v.settled(now).Now, err
}

// Limits are the settings as they are now.
func (s *Store) Limits(ctx context.Context) (Settings, error) {
	var now time.Time
	db := s.pool.In(tenant.Scope{})
	if err := db.QueryRow(ctx, `SELECT GREATEST(at, now()) FROM brake_state`).Scan(&now); err != nil {
		return Settings{}, fmt.Errorf("brake: limits: %w", postgres.Kind(err))
	}
	v, err := readSettings(ctx, db)
	return v.settled(now), err
}

// SetLimits changes the limits. What only tightens takes effect at once, and drops a change that waits. What loosens anything waits, for a
// second owner or until it was to be seen for long enough, and the contacts are told. pending tells that it waits.
func (s *Store) SetLimits(ctx context.Context, who tenant.Person, in Session, to Limits, requestID string) (pending bool, err error) {
	if err := to.Check(); err != nil {
		return false, err
	}
	err = s.change(ctx, who, in, func(tx pgx.Tx, at moment, v *Settings) (string, map[string]any, error) {
		detail := map[string]any{"from": v.Now, "to": to}
		if pending = v.Now.Loosens(to); !pending {
			v.Now, v.Asked = to, nil
			return "brake.limits.changed", detail, nil
		}
		from := at.now.Add(time.Duration(v.Now.RaiseHours) * time.Hour)
		v.Asked = &Change{To: to, By: nameOf(who), Tenant: who.Tenant, Object: who.ObjectID, Session: in.ID, At: at.now, From: from}
		detail["takes_effect"] = from.Format(time.RFC3339)
		return "brake.limits.asked", detail, nil
	}, requestID)
	return pending, err
}

// ApproveLimits puts a change that waits into effect: an owner does who did not ask for it, in another session.
func (s *Store) ApproveLimits(ctx context.Context, who tenant.Person, in Session, asked time.Time, requestID string) error {
	return s.change(ctx, who, in, func(tx pgx.Tx, at moment, v *Settings) (string, map[string]any, error) {
		if err := settled(ctx, tx, who, at); err != nil {
			return "", nil, err
		}
		c := v.Asked
		switch {
		case c == nil || !c.At.Equal(asked):
			return "", nil, errs.ShowNext(errs.Conflict, "That change does not wait any more.", "Look at the limits as they are now.")
		case c.Tenant == who.Tenant && c.Object == who.ObjectID, c.Session == in.ID:
			return "", nil, errs.ShowNext(errs.Forbidden, "You asked for this change yourself; a second owner approves it.", "Without one it takes effect by itself later.")
		}
		detail := map[string]any{"from": v.Now, "to": c.To, "asked_by": c.By}
		v.Now, v.Asked = c.To, nil
		return "brake.limits.approved", detail, nil
	}, requestID)
}

// DropLimits ends a change that waits. Any owner may.
func (s *Store) DropLimits(ctx context.Context, who tenant.Person, in Session, requestID string) error {
	return s.change(ctx, who, in, func(_ pgx.Tx, _ moment, v *Settings) (string, map[string]any, error) {
		if v.Asked == nil {
			return "", nil, errs.Show(errs.Conflict, "No change waits.")
		}
		detail := map[string]any{"to": v.Asked.To, "asked_by": v.Asked.By}
		v.Asked = nil
		return "brake.limits.dropped", detail, nil
	}, requestID)
}

// change lets an owner who proved lately who they are change the settings, one after the other, and records it.
func (s *Store) change(ctx context.Context, who tenant.Person, in Session, f func(tx pgx.Tx, at moment, v *Settings) (action string, detail map[string]any, err error), requestID string) error {
	if !who.Role.May(tenant.MaySettings) || who.ObjectID == "" || in.ID == "" {
		return errs.ShowNext(errs.Forbidden, "Only an owner changes the limits.", "Ask an owner of the portal.")
	}
	return s.decide(ctx, func(tx pgx.Tx, at moment) error {
		if err := s.freshAtHome(at, in); err != nil {
			return err
		}
		kept, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		v := kept.settled(at.now)
		action, detail, err := f(tx, at, &v)
		if err != nil {
			return err
		}
		if err := postgres.SaveSetting(ctx, tx, limitsSetting, v, postgres.Changed{At: at.now, By: nameOf(who)}); err != nil {
			return err
		}
		return s.recordHome(ctx, tx, who, requestID, action, "limits of destructive acts", detail)
	})
}
