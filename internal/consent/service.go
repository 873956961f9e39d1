package consent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Authority is what the service needs of Entra.
type Authority interface {
	// Discover finds a tenant by domain or GUID. What it finds is a way, not a proof.
	Discover(ctx context.Context, domainOrGUID string) (tenant.ID, error)
	// AdminConsentURL is Microsoft's consent page of that tenant for a registration; "" is the first one.
	AdminConsentURL(tid tenant.ID, clientID, redirect, state, scope string) string
	// Forget drops cached tokens of the tenant: an old token carries old permissions.
	Forget(tid tenant.ID)
}

// Reader reads the grants of one of our registrations ("" is the first one) from a tenant with a token of its own. An error whose chain has
// NoPrincipal() true says that the tenant does not know it.
type Reader interface {
	ReadGrants(ctx context.Context, tid tenant.ID, clientID string) (Grants, error)
	// ReadOther reads the grants of another registration, with a token of the one that the tenant knows the portal by.
	ReadOther(ctx context.Context, tid tenant.ID, as, other string) (Grants, error)
}

// Event is one line for the audit.
type Event struct {
	Actor  tenant.Person // zero: the portal itself, or a customer who has not signed in
	Name   string        // who, where Actor is zero
	Action string        // dotted, for example consent.link.created
	Object string
	Detail map[string]any
}

// Journal keeps events for good.
type Journal interface {
	Append(ctx context.Context, tid tenant.ID, e Event) error
}

// Deps are what a Service is built from.
type Deps struct {
	Store     *Store
	Authority Authority
	Reader    Reader
	Journal   Journal
	Home      tenant.ID                        // the partner's own tenant, whose chain keeps what is no single customer's
	Finder    Finder                           // of registrations to add
	Program   func(ctx context.Context) string // what Microsoft's page calls the first registration; nil or "": not known
	// OnConnected is called each time a reading shows that at least one feature works where none did before; it starts the first sync.
	OnConnected func(ctx context.Context, tid tenant.ID) error
	// Failed is told of each look into a tenant that saw nothing complete, with Microsoft's answer, and Proved of each that saw everything;
	// Refused of each return that ended without consent, and Accepted of each that a look has proven. nil: nobody is told.
	Failed    func(ctx context.Context, tid tenant.ID, r Reading, err error)
	Proved    func(ctx context.Context, tid tenant.ID, at time.Time)
	Refused   func(ctx context.Context, tid tenant.ID, o Outcome)
	Accepted  func(ctx context.Context, tid tenant.ID, at time.Time)
	ReturnURL string                         // the portal's own /auth/consent, absolute
	Audiences map[permission.Resource]string // of a national cloud; missing: those of the global one
	Now       func() time.Time               // nil: time.Now
	Log       *slog.Logger
}

// Service is the rules around links, attempts and readings.
type Service struct{ Deps }

// NewService makes a Service.
func NewService(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Failed == nil {
		d.Failed = func(context.Context, tenant.ID, Reading, error) {}
	}
	if d.Refused == nil {
		d.Refused = func(context.Context, tenant.ID, Outcome) {}
	}
	if d.Proved == nil {
		d.Proved = func(context.Context, tenant.ID, time.Time) {}
	}
	if d.Accepted == nil {
		d.Accepted = func(context.Context, tenant.ID, time.Time) {}
	}
	if d.OnConnected == nil {
		d.OnConnected = func(context.Context, tenant.ID) error { return nil }
	}
	return &Service{d}
}

func (s *Service) now() time.Time { return s.Now().UTC() }

// AddTenant makes a customer known by domain or GUID. The domain only finds the GUID; from then on the GUID is the tenant, even if the
// domain moves. Whoever made it sees it. A tenant that is known already comes back as it is (made is false), and the partner's own is
// errs.Invalid.
func (s *Service) AddTenant(ctx context.Context, who tenant.Person, domainOrGUID string) (t tenant.Tenant, made bool, err error) {
	given := strings.ToLower(strings.TrimSpace(domainOrGUID))
	tid, err := s.Authority.Discover(ctx, given)
	if err != nil {
		return tenant.Tenant{}, false, fmt.Errorf("find tenant: %w", err)
	}
	domain := given
	if _, err := tenant.ParseID(given); err == nil {
		domain = ""
	}
	t, made, err = s.Store.Add(ctx, tid, domain, who.StaffID, s.now())
	if err != nil {
		return tenant.Tenant{}, false, err
	}
	if t.Home {
		return tenant.Tenant{}, false, errs.Show(errs.Invalid, "This is your own tenant. Customers have one of their own.")
	}
	if made {
		return t, made, s.note(ctx, tid, Event{Actor: who, Action: "tenant.added", Object: tid.String(), Detail: map[string]any{"found_by": given}})
	}
	return t, made, nil
}

// Order is what a new link asks for.
type Order struct {
	Features []permission.Feature
	Language permission.Lang
	Message  string
	Contact  string
	Valid    time.Duration // 0: DefaultValid
	ClientID string        // the registration to ask with; "" is the first one, Any the one that asks for least
}

func (o Order) check() (Order, error) {
	names := featureNames(o.Features)
	features, err := permission.ParseFeatures(names)
	if err != nil {
		return o, errs.Show(errs.Invalid, "One of the features is not known.")
	}
	o.Features = features
	if o.Valid == 0 {
		o.Valid = DefaultValid
	}
	switch {
	case !o.Language.Known():
		return o, errs.Show(errs.Invalid, "Choose one of the six languages.")
	case o.Valid < time.Hour || o.Valid > MaxValid:
		return o, errs.Show(errs.Invalid, "A link lives between one hour and 30 days.")
	case utf8.RuneCountInString(o.Message) > maxText || utf8.RuneCountInString(o.Contact) > maxText:
		return o, errs.Show(errs.Invalid, fmt.Sprintf("Message and contact have at most %d characters each.", maxText))
	}
	o.Message, o.Contact = strings.TrimSpace(o.Message), strings.TrimSpace(o.Contact)
	return o, nil
}

// CreateLink makes a link for the tenant's administrator. The token is given once and only its hash is kept.
func (s *Service) CreateLink(ctx context.Context, who tenant.Person, tid tenant.ID, o Order) (Link, string, error) {
	o, err := o.check()
	if err != nil {
		return Link{}, "", err
	}
	t, err := s.Store.Tenant(ctx, tid)
	if err != nil {
		return Link{}, "", err
	}
	if t.Home || t.State == tenant.StateSuspended {
		return Link{}, "", errs.Show(errs.Conflict, "This tenant is your own or suspended; it cannot be asked for consent.")
	}
	r, err := s.choose(ctx, t, o)
	if err != nil {
		return Link{}, "", err
	}
	token, hash := newSecret()
	now := s.now()
	l, err := s.Store.CreateLink(ctx, tid, Link{
		ClientID: r.ClientID,
		Features: o.Features, Language: o.Language, Message: o.Message, Contact: o.Contact,
		CreatedAt: now, CreatedBy: nameOf(who), ExpiresAt: now.Add(o.Valid).Truncate(time.Minute),
	}, hash)
	if err != nil {
		return Link{}, "", err
	}
	err = s.note(ctx, tid, Event{Actor: who, Action: "consent.link.created", Object: linkObject(l.ID), Detail: map[string]any{
		"features": featureNames(l.Features), "language": l.Language, "expires_at": l.ExpiresAt, "registration": l.ClientID,
	}})
	return l, token, err
}

// LinkSent notes to whom a link was sent. The link itself is not in the note.
func (s *Service) LinkSent(ctx context.Context, who tenant.Person, l Link, to string) error {
	return s.note(ctx, l.Tenant, Event{Actor: who, Action: "consent.link.sent", Object: linkObject(l.ID), Detail: map[string]any{"to": to}})
}

// RevokeLink withdraws an open link. Whoever holds it reads that it is over.
func (s *Service) RevokeLink(ctx context.Context, who tenant.Person, tid tenant.ID, id int64) error {
	if err := s.Store.RevokeLink(ctx, tid, id, nameOf(who), s.now()); err != nil {
		return err
	}
	return s.note(ctx, tid, Event{Actor: who, Action: "consent.link.revoked", Object: linkObject(id)})
}

func linkObject(id int64) string { return fmt.Sprintf("consent link %d", id) }

func nameOf(p tenant.Person) string {
	if p.Name != "" && p.UPN != "" {
		return p.Name + " <" + p.UPN + ">"
	}
	return p.Name + p.UPN
}

// Open looks at a link without using it, however often. An unknown token is errs.NotFound. A link that is over comes back too, for its
// page to say how it ended; see Link.State.
func (s *Service) Open(ctx context.Context, token string) (Link, tenant.Tenant, error) {
	if !secretForm(token) {
		return Link{}, tenant.Tenant{}, fmt.Errorf("consent token: %w", errs.NotFound)
	}
	l, err := s.Store.LinkAcrossTenants(ctx, hashOf(token))
	if err != nil {
		return Link{}, tenant.Tenant{}, err
	}
	t, err := s.Store.Tenant(ctx, l.Tenant)
	return l, t, err
}

// open is Open for links that can still be used; others are errs.Gone.
func (s *Service) open(ctx context.Context, token string) (Link, error) {
	l, _, err := s.Open(ctx, token)
	if err == nil && l.State(s.now()) != LinkOpen {
		err = fmt.Errorf("consent link is %s: %w", l.State(s.now()), errs.Gone)
	}
	return l, err
}

// Begin starts an attempt and gives the address of Microsoft's page. It does not use the link up: whoever leaves and never returns may
// begin again.
func (s *Service) Begin(ctx context.Context, token string, lang permission.Lang) (string, error) {
	l, err := s.open(ctx, token)
	if err != nil {
		return "", err
	}
	return s.leave(ctx, l, lang)
}

// GoOn starts the next attempt of a link whose earlier one, shown by its receipt, was a part of it. Like Begin it uses nothing up.
func (s *Service) GoOn(ctx context.Context, receipt string) (string, error) {
	if !secretForm(receipt) {
		return "", fmt.Errorf("consent receipt: %w", errs.NotFound)
	}
	a, err := s.Store.attemptByReceiptAcrossTenants(ctx, hashOf(receipt))
	if err != nil {
		return "", err
	}
	l, err := s.Store.Link(ctx, a.Tenant, a.LinkID)
	if err != nil {
		return "", err
	}
	if state := l.State(s.now()); state != LinkOpen {
		return "", fmt.Errorf("consent link is %s: %w", state, errs.Gone)
	}
	return s.leave(ctx, l, a.Language)
}

// leave is a new attempt and the address of the page of Microsoft's that is next.
func (s *Service) leave(ctx context.Context, l Link, lang permission.Lang) (string, error) {
	r, err := s.Registration(ctx, l.ClientID)
	if err != nil {
		return "", err
	}
	held, err := s.held(ctx, l)
	if err != nil {
		return "", err
	}
	state, hash := newSecret()
	now := s.now()
	a := attempt{Tenant: l.Tenant, StateHash: hash, LinkID: l.ID, Language: lang, StartedAt: now, ExpiresAt: now.Add(attemptLife)}
	if err := s.Store.begin(ctx, a); err != nil {
		return "", err
	}
	if err := s.note(ctx, l.Tenant, Event{Name: customer, Action: "consent.begun", Object: linkObject(l.ID)}); err != nil {
		return "", err
	}
	return s.Authority.AdminConsentURL(l.Tenant, l.ClientID, s.ReturnURL, state, s.scope(l.Features, held, r.Delegated)), nil
}

// scope is what Microsoft's page is asked for next, by a registration that lists these delegated permissions. Where all is granted already,
// the whole is asked for again.
func (s *Service) scope(features []permission.Feature, held, listed []permission.Permission) string {
	rounds := permission.Rounds(features, held, listed)
	if len(rounds) == 0 {
		rounds = permission.Rounds(features, nil, listed)
	}
	r := rounds[0]
	if r.All {
		return s.audience(r.Resource) + "/.default"
	}
	names := make([]string, len(r.Names))
	for i, p := range r.Names {
		names[i] = s.audience(p.Resource) + "/" + p.Name
	}
	return strings.Join(names, " ")
}

// audience is what Microsoft's pages call a resource in this cloud.
func (s *Service) audience(r permission.Resource) string {
	if a, ok := s.Audiences[r]; ok {
		return a
	}
	return map[permission.Resource]string{permission.Graph: "https://graph.microsoft.com", permission.Defender: "https://api.security.microsoft.com"}[r]
}

// Decline notes that the customer said no on our own page. The link stays open: a mail scanner may press buttons, and people change
// their minds. It gives the receipt of the page that says so.
func (s *Service) Decline(ctx context.Context, token string, lang permission.Lang) (receipt string, err error) {
	l, err := s.open(ctx, token)
	if err != nil {
		return "", err
	}
	state, hash := newSecret()
	now := s.now()
	a := attempt{Tenant: l.Tenant, StateHash: hash, LinkID: l.ID, Language: lang, StartedAt: now, ExpiresAt: now.Add(attemptLife)}
	if err := s.Store.begin(ctx, a); err != nil {
		return "", err
	}
	o, err := s.Return(ctx, Params{State: state, Error: "access_denied"})
	return o.Receipt, err
}

// View gathers what the tenant's consent page shows.
func (s *Service) View(ctx context.Context, tid tenant.ID) (View, error) {
	var (
		v    View
		errv [10]error
	)
	v.Tenant, errv[0] = s.Store.Tenant(ctx, tid)
	v.Features, errv[1] = s.Store.Wish(ctx, tid)
	v.Open, errv[2] = s.Store.Standings(ctx, tid, false)
	v.Past, errv[3] = s.Store.Standings(ctx, tid, true)
	v.LastAny, errv[4] = s.Store.Latest(ctx, tid, false)
	v.LastFull, errv[5] = s.Store.Latest(ctx, tid, true)
	v.Links, errv[6] = s.Store.Links(ctx, tid)
	v.Gaps, errv[7] = s.Store.Gaps(ctx, tid, 50)
	v.Plan, errv[8] = s.Store.Plan(ctx, tid)
	v.Others, errv[9] = s.Store.Others(ctx, tid)
	return v, errors.Join(errv[:]...)
}

func (s *Service) note(ctx context.Context, tid tenant.ID, e Event) error {
	if s.Journal == nil {
		return nil
	}
	if err := s.Journal.Append(ctx, tid, e); err != nil {
		return fmt.Errorf("audit %s of %s: %w", e.Action, tid, err)
	}
	return nil
}
