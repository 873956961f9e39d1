package tenants

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// ends is what ended at the customer and what ends within its lead time, what ends first at the beginning.
type ends struct {
	Items  []end      `json:"items"`
	Count  int64      `json:"count"`  // of all, where Items are the first few
	Unread []string   `json:"unread"` // kinds that can end and were never read completely: what ends there is not known
	AsOf   *time.Time `json:"as_of"`  // of the kind that was read longest ago; null: none was read
	Late   bool       `json:"late"`   // that kind is older than its target
}

// end is one thing that ends.
type end struct {
	Text     string    `json:"text"`
	State    string    `json:"state"`
	EndsAt   time.Time `json:"ends_at"`
	DaysLeft *int      `json:"days_left"` // whole days; negative once ended
	Sure     bool      `json:"sure"`      // read completely, and recently enough
	URL      string    `json:"url"`

	shape ui.Shape
}

// shownEnds is how many lines the page has room for; the rest is on the page of services.
const shownEnds = 6

func (h *Handler) ends(ctx context.Context, m tenant.Membership, now time.Time) (*ends, error) {
	if h.Services == nil {
		return nil, nil
	}
	watch, err := h.Services.Watch(ctx, now)
	if err != nil {
		return nil, err
	}
	found, err := h.Services.List(ctx, m.Scope, watch, service.Filter{State: []service.Standing{service.Ended, service.Soon}, Limit: shownEnds})
	if err != nil {
		return nil, err
	}
	readings, err := h.Services.Readings(ctx, m.Tenant.ID)
	if err != nil {
		return nil, err
	}
	return newEnds(found, readings, now), nil
}

func newEnds(found service.Page, readings []service.Reading, now time.Time) *ends {
	e := &ends{Items: []end{}, Count: found.Count, Unread: []string{}}
	for _, it := range found.Rows {
		late := verdict.ServiceLate(it, now)
		state := verdict.Service(it, late)
		x := end{Text: verdict.EndingWords[it.Kind], State: state.Text, EndsAt: it.ExpiresAt.UTC(), DaysLeft: page.DaysLeft(it.ExpiresAt, now), Sure: !late, URL: verdict.ServiceURL(it), shape: state.Shape}
		if it.Kind != service.ApplePush { // its topic is no name that people know
			x.Text += " " + it.Name
		}
		e.Items = append(e.Items, x)
	}
	for _, k := range service.Kinds() {
		if !k.Ends() {
			continue
		}
		i := slices.IndexFunc(readings, func(r service.Reading) bool { return r.Kind == k })
		if i < 0 || readings[i].ReadAt.IsZero() && readings[i].Outcome == service.Failed && readings[i].Trouble != "licence" {
			e.Unread = append(e.Unread, verdict.EndingWords[k])
			continue
		}
		at := readings[i].ReadAt
		if at.IsZero() { // without the licence there is nothing that could end, and the answer is as old as the attempt
			at = readings[i].TriedAt
		}
		if e.AsOf == nil || at.Before(*e.AsOf) {
			e.AsOf = page.Moment(at)
		}
	}
	target, _ := graphsync.Table().Get(graphsync.Services)
	e.Late = e.AsOf != nil && now.Sub(*e.AsOf) > target.FreshFor
	return e
}

func (e *ends) section(path string, now time.Time) ui.Section {
	s := ui.Section{Title: "Ends soon", Late: e.Late, Link: ui.Link{Text: "All services", URL: path}}
	if e.Count > int64(len(e.Items)) {
		s.Link = ui.Link{Text: "All " + ui.N(e.Count), URL: path + "?state=ended&state=soon"}
	}
	if e.AsOf != nil {
		s.AsOf = ui.NewTime(*e.AsOf, now)
	}
	return s
}

func (e *ends) ledger(now time.Time) ui.Ledger {
	var l ui.Ledger
	for _, x := range e.Items {
		l.Lines = append(l.Lines, ui.LedgerLine{Label: x.Text, Shape: x.shape, Number: x.left(now), URL: x.URL, Note: ui.Date(x.EndsAt, now), Bad: x.EndsAt.Before(now)})
	}
	return l
}

func (x end) left(now time.Time) string {
	switch {
	case !x.EndsAt.After(now) && !x.Sure:
		return "Was ended"
	case !x.EndsAt.After(now):
		return "Ended"
	case *x.DaysLeft == 0:
		return "Within a day"
	}
	return ui.Count(int64(*x.DaysLeft), "day", "days")
}

// gap is what is not known of what ends: silence would read as fine.
func (e *ends) gap(readings string) *ui.Banner {
	b := ui.Banner{Kind: "unknown", ActionText: "Show what was read", ActionURL: readings}
	switch {
	case e.AsOf == nil:
		b.Title, b.Text = "Not read yet.", "Whether something ends here is not known."
	case len(e.Unread) > 0:
		b.Title, b.Text = ui.Count(int64(len(e.Unread)), "kind was", "kinds were")+" never read.", "What ends there is not known: "+strings.Join(e.Unread, ", ")+"."
	default:
		return nil
	}
	return &b
}
