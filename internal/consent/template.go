package consent

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Template is a named set of features that the plans of several customers may follow. A plan is what the partner wants to ask for; what
// the customer agreed to is the measure of its consent, whatever becomes of the template, until it is asked again.
type Template struct {
	ID        int64
	Name      string
	Features  []permission.Feature
	ChangedAt time.Time
	ChangedBy string
	Followers int64 // among the tenants of the scope that asked
}

// maxName is the longest name of a template, in characters.
const maxName = 60

// check puts a template in order, as it came from a form.
func (t Template) check() (Template, error) {
	t.Name = strings.Join(strings.Fields(t.Name), " ")
	if n := utf8.RuneCountInString(t.Name); n < 1 || n > maxName {
		return t, errs.Show(errs.Invalid, fmt.Sprintf("A template needs a name of at most %d characters.", maxName))
	}
	features, err := permission.ParseFeatures(featureNames(t.Features))
	if err != nil {
		return t, errs.Show(errs.Invalid, "One of the features is not known.")
	}
	t.Features = features
	return t, nil
}

// Follower is a customer whose plan follows a template, with what was last read there.
type Follower struct {
	Tenant tenant.Tenant
	ReadAt time.Time               // of the last whole look; zero: there was none, and nothing is known
	Held   []permission.Permission // what it found granted
}

// Drift compares what was last read with the template. known is false where nothing was read whole, or nothing may be read now.
func (f Follower) Drift(t Template) (v permission.Verdict, known bool) {
	if f.ReadAt.IsZero() || !readable(f.Tenant.State) {
		return v, false
	}
	return permission.Compare(t.Features, f.Held), true
}

// CreateTemplate makes a template.
func (s *Service) CreateTemplate(ctx context.Context, who tenant.Person, t Template) (Template, error) {
	t, err := t.check()
	if err != nil {
		return t, err
	}
	t.ChangedAt, t.ChangedBy = s.now(), nameOf(who)
	if t.ID, err = s.Store.createTemplate(ctx, t); err != nil {
		return t, err
	}
	return t, s.noteTemplate(ctx, who, "consent.template.created", t)
}

// ChangeTemplate changes a template for all that follow it. Nothing changes at the customers: they are asked again one by one.
func (s *Service) ChangeTemplate(ctx context.Context, who tenant.Person, t Template) error {
	t, err := t.check()
	if err != nil {
		return err
	}
	t.ChangedAt, t.ChangedBy = s.now(), nameOf(who)
	if err := s.Store.changeTemplate(ctx, t); err != nil {
		return err
	}
	return s.noteTemplate(ctx, who, "consent.template.changed", t)
}

// DeleteTemplate removes a template. One that is followed stays: errs.Conflict.
func (s *Service) DeleteTemplate(ctx context.Context, who tenant.Person, t Template) error {
	if err := s.Store.deleteTemplate(ctx, t.ID); err != nil {
		return err
	}
	return s.noteTemplate(ctx, who, "consent.template.deleted", t)
}

// noteTemplate writes into the partner's own chain, for a template is no single customer's.
func (s *Service) noteTemplate(ctx context.Context, who tenant.Person, action string, t Template) error {
	return s.note(ctx, s.Home, Event{Actor: who, Action: action, Object: "consent template " + strconv.FormatInt(t.ID, 10), Detail: map[string]any{"name": t.Name, "features": featureNames(t.Features)}})
}

// Follow lets a customer's plan follow a template, or with 0 be its own again. It asks the customer for nothing.
func (s *Service) Follow(ctx context.Context, who tenant.Person, tid tenant.ID, template int64) error {
	name := ""
	if template != 0 {
		t, err := s.Store.Template(ctx, tenant.Only(tid), template)
		if errors.Is(err, errs.NotFound) {
			return errs.ShowNext(errs.Invalid, "There is no such template.", "Choose one of the list.")
		}
		if err != nil {
			return err
		}
		name = t.Name
	}
	changed, err := s.Store.follow(ctx, tid, template, nameOf(who), s.now())
	if err != nil || !changed {
		return err
	}
	return s.note(ctx, tid, Event{Actor: who, Action: "consent.plan.changed", Object: tid.String(), Detail: map[string]any{"template": name}})
}
