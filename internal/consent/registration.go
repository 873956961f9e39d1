package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Registration is an app registration of the partner's that customers can be asked with. Microsoft's page always shows all application
// permissions that a registration lists, and they can be granted only as a whole: who wants to allow less needs a registration that lists less.
type Registration struct {
	ClientID    string // application (client) id, a lower-case GUID; "" is the first one, which the portal is started with
	Name        string // what Microsoft's page calls the program; "": not read yet
	Application []permission.Permission
	Delegated   []permission.Permission // asked for on the same page
	OwnSecret   bool                    // it has a secret of its own; otherwise it proves itself as the first one does
	ReadAt      time.Time               // of name and permissions; zero for the first one
	AddedAt     time.Time
	AddedBy     string
	Tenants     int64 // that know the portal by it
}

// Fits tells whether the registration lists every application permission that the features need.
func (r Registration) Fits(features []permission.Feature) bool {
	return !slices.ContainsFunc(permission.Compare(features, r.Application).Missing, func(p permission.Permission) bool { return p.Kind == permission.Application })
}

// Surplus are the application permissions that a customer would have to grant although the features do not need them.
func (r Registration) Surplus(features []permission.Feature) []permission.Permission {
	return permission.Compare(features, r.Application).Surplus
}

// Offered are all registrations, the first one first.
func (s *Service) Offered(ctx context.Context) ([]Registration, error) {
	others, err := s.Store.Registrations(ctx)
	if err != nil {
		return nil, err
	}
	return append([]Registration{s.first(ctx)}, others...), nil
}

func (s *Service) first(ctx context.Context) Registration {
	var r Registration
	r.Application, r.Delegated = permission.Registered()
	if s.Program != nil {
		r.Name = s.Program(ctx)
	}
	return r
}

// Registration is one of them by its client id, "" for the first, or errs.NotFound.
func (s *Service) Registration(ctx context.Context, clientID string) (Registration, error) {
	if clientID == "" {
		return s.first(ctx), nil
	}
	return s.Store.Registration(ctx, clientID)
}

// Narrowest is the registration that asks for least among those that list what the features need. The one that the customer knows already
// comes first: to change it leaves the old one's permissions granted until the customer deletes it.
func Narrowest(offered []Registration, features []permission.Feature, known *string) (Registration, error) {
	fitting := slices.DeleteFunc(slices.Clone(offered), func(r Registration) bool { return !r.Fits(features) })
	if len(fitting) == 0 {
		return Registration{}, errs.ShowNext(errs.Invalid, "No app registration lists all that these features need.", "Add the missing permissions to a registration in Microsoft Entra, then read it again in the settings.")
	}
	if i := slices.IndexFunc(fitting, func(r Registration) bool { return known != nil && r.ClientID == *known }); i >= 0 {
		return fitting[i], nil
	}
	return slices.MinFunc(fitting, func(a, b Registration) int { return cmp.Compare(len(a.Application), len(b.Application)) }), nil
}

// Any lets CreateLink choose the registration.
const Any = "any"

// choose is the registration that a link asks with.
func (s *Service) choose(ctx context.Context, t tenant.Tenant, o Order) (Registration, error) {
	if o.ClientID != Any {
		r, err := s.Registration(ctx, o.ClientID)
		if err != nil {
			return r, errs.Show(errs.Invalid, "One of the app registrations is not known.")
		}
		if !r.Fits(o.Features) {
			return r, errs.ShowNext(errs.Invalid, "This app registration does not list all that the features need.", "Choose another one, or fewer features.")
		}
		return r, nil
	}
	offered, err := s.Offered(ctx)
	if err != nil {
		return Registration{}, err
	}
	var known *string
	if t.State == tenant.StateConnected || t.State == tenant.StatePartial {
		clientID, err := s.Store.ClientIDOf(ctx, t.ID)
		if err != nil {
			return Registration{}, err
		}
		known = &clientID
	}
	return Narrowest(offered, o.Features, known)
}

// ProgramOf is what Microsoft's pages call the program by which the tenant knows the portal; "" where it was not read yet.
func (s *Service) ProgramOf(ctx context.Context, tid tenant.ID) (string, error) {
	clientID, err := s.Store.ClientIDOf(ctx, tid)
	if err != nil {
		return "", err
	}
	r, err := s.Registration(ctx, clientID)
	return r.Name, err
}

// Finder reads a registration in the home tenant and proves that a secret is its own ("": the first one's credential). What is wrong with it
// is an error that people may read.
type Finder interface {
	FindRegistration(ctx context.Context, clientID, secret string) (Registration, error)
}

// AddRegistration reads the registration, proves its credential and offers it from then on. One that could write is refused: the program
// never writes by itself.
func (s *Service) AddRegistration(ctx context.Context, who tenant.Person, clientID, secret string) (Registration, error) {
	r, err := s.find(ctx, clientID, secret)
	if err != nil {
		return Registration{}, err
	}
	r.OwnSecret, r.AddedAt, r.AddedBy, r.ReadAt = secret != "", s.now(), nameOf(who), s.now()
	if err := s.Store.addRegistration(ctx, r, secret); err != nil {
		return Registration{}, err
	}
	return r, s.note(ctx, s.Home, Event{Actor: who, Action: "registration.added", Object: r.ClientID, Detail: map[string]any{"name": r.Name, "permissions": names(r.Application)}})
}

// RereadRegistration reads name and permissions again; the credential stays.
func (s *Service) RereadRegistration(ctx context.Context, who tenant.Person, clientID string) error {
	secret, err := s.Store.Secret(ctx, clientID)
	if err != nil {
		return err
	}
	r, err := s.find(ctx, clientID, secret)
	if err != nil {
		return err
	}
	r.ReadAt = s.now()
	if err := s.Store.updateRegistration(ctx, r); err != nil {
		return err
	}
	return s.note(ctx, s.Home, Event{Actor: who, Action: "registration.read", Object: clientID, Detail: map[string]any{"name": r.Name, "permissions": names(r.Application)}})
}

func (s *Service) find(ctx context.Context, clientID, secret string) (Registration, error) {
	r, err := s.Finder.FindRegistration(ctx, clientID, secret)
	if err != nil {
		return Registration{}, err
	}
	for _, p := range r.Application {
		if p.Writes() {
			return Registration{}, errs.ShowNext(errs.Invalid, fmt.Sprintf("The registration lists the application permission %s, which could change things.", p.Name), "Remove it in Microsoft Entra: only people may change things, with a permission of their own.")
		}
	}
	return r, nil
}

// RemoveRegistration stops offering it. While a customer knows the portal by it, or a link that asks with it is open, it is errs.Conflict.
func (s *Service) RemoveRegistration(ctx context.Context, who tenant.Person, clientID string) error {
	if err := s.Store.removeRegistration(ctx, clientID, s.now()); err != nil {
		return err
	}
	return s.note(ctx, s.Home, Event{Actor: who, Action: "registration.removed", Object: clientID})
}
