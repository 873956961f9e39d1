package guest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Revoke deletes a guest's account at the customer. Its directory roles are taken away first, and it leaves the groups by which it holds some: an
// account with roles may only be deleted with a permission that the portal asks nobody for (Microsoft Graph, delete user). A group with a rule
// cannot be left; what that means is Microsoft's to say. The row stays, with who did it and when.
func (s *Service) Revoke(ctx context.Context, by tenant.Person, requestID string, g Guest, groups []RoleGroup) error {
	if !g.GoneAt.IsZero() || g.Leaving() {
		return errs.Show(errs.Conflict, "The account is no longer in the customer’s directory.")
	}
	p, err := s.Who.As(ctx, g.Tenant, writeUsers)
	if err != nil {
		return err
	}
	taken := false
	if len(g.Roles) > 0 {
		if taken, err = s.takeRoles(ctx, by, requestID, g); err != nil {
			return err
		}
	}
	for _, in := range groups {
		if in.Dynamic {
			continue
		}
		if _, err := s.LeaveGroup(ctx, by, requestID, g, in); err != nil {
			return notDeleted(err, taken)
		}
		taken = true
	}
	d := deed{by, requestID, g.Tenant, "guest.revoked", g.Address, "the directory role User Administrator", map[string]any{"guest": g.ID, "roles_taken": taken}}
	if !g.RolesRead {
		d.needs += ", and an account that holds directory roles must lose them first"
	}
	_, err = send[struct{}](ctx, s, p, d, graph.Change{Method: http.MethodDelete, Path: g.path()}, nil)
	if err != nil {
		return notDeleted(err, taken)
	}
	return s.Store.Revoked(ctx, g.Tenant, g.ID, by.UPN, s.Now())
}

// notDeleted says of a failure that roles were taken away before it.
func notDeleted(err error, taken bool) error {
	if sentence, next, ok := errs.Sentence(err); ok && taken {
		return fmt.Errorf("%w (%w)", errs.ShowNext(errs.Conflict, "The directory roles were taken away, but the account was not deleted. "+sentence, next), err)
	}
	return err
}

// path is the account in Microsoft Graph.
func (g Guest) path() string { return "/users/" + url.PathEscape(g.ID) }

// takeRoles ends each directory role that the account holds itself, as the tenant tells them now.
func (s *Service) takeRoles(ctx context.Context, by tenant.Person, requestID string, g Guest) (taken bool, err error) {
	p, err := s.Who.As(ctx, g.Tenant, writeRoles)
	if err != nil {
		return false, err
	}
	held, err := graph.ListAs[graph.DirectoryRoleAssignment](ctx, p, rolesPath, graph.Query{Filter: "principalId eq '" + g.ID + "'"})
	if err != nil {
		return false, refusal(err, needsRoles)
	}
	for _, a := range held {
		if !strings.EqualFold(a.PrincipalID, g.ID) { // filters can be ignored
			continue
		}
		d := deed{by, requestID, g.Tenant, "guest.role.taken", g.Address, needsRoles, map[string]any{"guest": g.ID, "role": a.RoleDefinitionID}}
		if _, err := send[struct{}](ctx, s, p, d, graph.Change{Method: http.MethodDelete, Path: rolesPath + "/" + url.PathEscape(a.ID)}, nil); err != nil {
			return taken, err
		}
		taken = true
	}
	return taken, nil
}

// Seats are a licence of the customer that brings Intune, and how many of its seats are in use.
type Seats struct {
	SKU     string // GUID
	Name    string // part number: SPE_E5
	Enabled int64
	Used    int64
}

// Free is how many may still be given.
func (l Seats) Free() int64 { return max(l.Enabled-l.Used, 0) }

// Seats reads at Microsoft which licences of the customer bring Intune, and what is free of them now.
func (s *Service) Seats(ctx context.Context, tid tenant.ID) (found []Seats, err error) {
	for w, err := range graph.List[graph.SubscribedSKU](ctx, s.Graph, tid, "/subscribedSkus", graph.Query{}) {
		if err != nil {
			return nil, refusal(err, "a consent to Organization.Read.All")
		}
		brings := slices.ContainsFunc(w.Plans, func(p graph.ServicePlan) bool { return slices.Contains(intunePlans, strings.ToLower(p.ID)) })
		if brings && !strings.EqualFold(w.AppliesTo, "Company") {
			found = append(found, Seats{SKU: strings.ToLower(w.SKUID), Name: clean(w.PartNumber), Enabled: int64(w.Prepaid.Enabled), Used: int64(w.Consumed)})
		}
	}
	return found, nil
}

// Country tells whether s can be an account's usageLocation: two capital letters of ISO 3166-1.
func Country(s string) bool { return country.MatchString(s) }

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// account is what licences need to know of a user object.
type account struct {
	graph.GuestAccount
	Usage string `json:"usageLocation"`
}

// read asks the directory for the account as it is now, by the portal's own sign-in.
func (s *Service) read(ctx context.Context, g Guest) (account, error) {
	return graph.Get[account](ctx, s.Graph, g.Tenant, g.path(), graph.Query{Select: []string{"id", "userType", "usageLocation", "assignedPlans"}})
}

// GiveLicence gives a guest a seat of a licence. The account's country is set first where it has none, as Microsoft demands. Seen tells
// whether the account shows the licence when it is read back.
func (s *Service) GiveLicence(ctx context.Context, by tenant.Person, requestID string, g Guest, sku, country string) (seen bool, err error) {
	if err := g.ready(); err != nil {
		return false, err
	}
	now, err := s.read(ctx, g)
	if err != nil {
		return false, refusal(err, "a consent to User.Read.All")
	}
	if has := fromGraph(now.GuestAccount).Intune; has != nil && *has {
		return false, errs.Show(errs.Conflict, "The account holds an Intune licence already.")
	}
	if err := s.seat(ctx, g.Tenant, sku); err != nil {
		return false, err
	}
	p, err := s.as(ctx, g.Tenant, writeLicences, writeUsers)
	if err != nil {
		return false, err
	}
	if now.Usage == "" {
		if err := s.setCountry(ctx, by, requestID, g, country); err != nil {
			return false, err
		}
	}
	type add struct {
		SKU      string   `json:"skuId"`
		Disabled []string `json:"disabledPlans"`
	}
	d := deed{by, requestID, g.Tenant, "guest.licence.given", g.Address, "the directory role License Administrator or User Administrator", map[string]any{"guest": g.ID, "sku": sku}}
	_, err = send[struct{}](ctx, s, p, d, graph.Change{Method: http.MethodPost, Path: g.path() + "/assignLicense", Body: map[string]any{
		"addLicenses": []add{{sku, []string{}}}, "removeLicenses": []string{}, // both are mandatory
	}}, nil)
	if err != nil {
		return false, err
	}
	if now, err = s.read(ctx, g); err != nil {
		return false, nil // it was given; that it cannot be read back now changes nothing
	}
	has := fromGraph(now.GuestAccount).Intune
	return has != nil && *has, nil
}

// seat refuses a licence that is none of the customer's with Intune, or of which nothing is free.
func (s *Service) seat(ctx context.Context, tid tenant.ID, sku string) error {
	all, err := s.Seats(ctx, tid)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(l Seats) bool { return l.SKU == sku })
	switch {
	case i < 0:
		return errs.ShowNext(errs.Invalid, "The customer has no such licence with Intune.", "Choose one of those that are offered.")
	case all[i].Free() == 0:
		return errs.ShowNext(errs.Conflict, "No seat of "+all[i].Name+" is free.", "The customer can buy another seat, or free one.")
	}
	return nil
}

func (s *Service) setCountry(ctx context.Context, by tenant.Person, requestID string, g Guest, country string) error {
	if !Country(country) {
		return errs.ShowNext(errs.Invalid, "The account has no country yet, and Microsoft gives no licence without one.", "Enter the country where the person works, as two letters: DE.")
	}
	p, err := s.Who.As(ctx, g.Tenant, writeUsers)
	if errors.Is(err, errs.Forbidden) {
		return fmt.Errorf("%w (%w)", errs.ShowNext(errs.Forbidden, "The account has no country yet, and the customer has not consented to "+writeUsers+", which sets it.", "An administrator of the customer can set the usage location of the account, or consent by a new link."), err)
	}
	if err != nil {
		return err
	}
	d := deed{by, requestID, g.Tenant, "guest.country.set", g.Address, "the directory role User Administrator", map[string]any{"guest": g.ID, "country": country}}
	_, err = send[struct{}](ctx, s, p, d, graph.Change{Method: http.MethodPatch, Path: g.path(), Body: map[string]string{"usageLocation": country}}, nil)
	return err
}
