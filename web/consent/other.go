package consent

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// otherRow is another registration of the partner's that the customer knows, or may know.
type otherRow struct {
	Name        string     `json:"name"`
	ClientID    string     `json:"client_id"`
	Application []string   `json:"application_permissions"`
	Delegated   []string   `json:"delegated_permissions"`
	Since       *time.Time `json:"first_seen"` // null: no look has told yet
	AsOf        *time.Time `json:"as_of"`
	Problem     string     `json:"problem,omitempty"`
	URL         string     `json:"url,omitempty"` // where Microsoft Entra lets the customer take it back

	customer, country string
	now               time.Time
}

// others are those of the view, with what Microsoft's page calls them.
func (h *Handler) others(ctx context.Context, c domain.View) ([]otherRow, error) {
	rows := []otherRow{}
	if len(c.Others) == 0 {
		return rows, nil
	}
	offered, err := h.Consent.Offered(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, r := range offered {
		names[r.ClientID] = r.Name
	}
	for _, o := range c.Others {
		row := otherRow{
			Name: cmp.Or(names[o.ClientID], "An app registration of ours"), ClientID: cmp.Or(o.AppID, o.ClientID), Application: permissionNames(o.Application), Delegated: permissionNames(o.Delegated),
			Since: page.Moment(o.FirstSeen), AsOf: page.Moment(o.ReadAt), Problem: o.Problem, customer: c.Tenant.Name(), country: c.Tenant.Country, now: h.now(),
		}
		if o.Principal != "" {
			// Microsoft does not document the address; it is that of its own page.
			row.URL = "https://entra.microsoft.com/" + c.Tenant.ID.String() + "/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Permissions/objectId/" + o.Principal + "/appId/" + o.AppID
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// said is what was read, and when; what was not is not known.
func (o otherRow) said() string {
	if o.Since == nil {
		return "It could not be read whether " + o.customer + " still knows it. " + o.Problem
	}
	said := "Granted since " + ui.Date(*o.Since, o.now) + " or before: " + ui.Count(int64(len(o.Application)), "application permission", "application permissions") + ", " + ui.Count(int64(len(o.Delegated)), "delegated one", "delegated ones") + "."
	if o.Problem != "" {
		return said + " The latest look told nothing. " + o.Problem
	}
	return said
}

// message is what to send to the customer, in the language of its country.
func (o otherRow) message() string {
	w := inLang[o.language()]
	text := lang.Fill("name", o.Name, "id", o.ClientID, "customer", o.customer).Text(w.takeOther)
	if granted := slices.Concat(o.Application, o.Delegated); len(granted) > 0 {
		text += "\n" + w.otherHolds + " " + strings.Join(granted, ", ") + "."
	}
	if o.URL != "" {
		text += "\n" + o.URL
	}
	return text + "\n"
}

func (o otherRow) language() permission.Lang { return permission.LanguageOf(o.country) }
