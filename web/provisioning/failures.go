package provisioning

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var clusterNoun = fresh.Noun{One: "cause", Many: "causes", Whole: "failing objects in the provisioning log", Icon: "people_sync"}

// cluster is failures of one cause that began together: what the table, the JSON twin and the CSV show.
type cluster struct {
	ID        string             `json:"id"`
	What      string             `json:"what"`
	Class     provisioning.Class `json:"class"`
	App       string             `json:"application"`
	ErrorCode string             `json:"error_code"`
	Reason    string             `json:"reason"`
	Advice    string             `json:"microsoft_recommends"`
	Tenants   int64              `json:"customers"`
	Objects   int64              `json:"objects"`
	Since     time.Time          `json:"since"`
	Known     bool               `json:"since_known"` // false: it may have begun before what was read of the log
	LastAt    time.Time          `json:"last_at"`
	First     string             `json:"first_object"`
	FirstURL  string             `json:"first_object_url"`
	FirstOf   page.TenantRef     `json:"first_tenant"`
	URL       string             `json:"url"` // the objects

	now time.Time
}

func newCluster(m tenant.Membership, c provisioning.Cluster, now time.Time) cluster {
	class := provisioning.ClassOf(c.ErrorCode, c.Reason)
	q := url.Values{"app": {c.AppKey}, "cause": {c.Cause}, "since": {c.Since.UTC().Format(time.RFC3339Nano)}, "until": {c.Until.UTC().Format(time.RFC3339Nano)}}
	return cluster{
		ID: page.Fingerprint([]string{c.AppKey, c.Cause, c.Since.UTC().String()}), What: classWords[class].what, Class: class, App: appName(c.App), ErrorCode: c.ErrorCode, Reason: c.Reason, Advice: c.Advice,
		Tenants: c.Tenants, Objects: c.Objects, Since: c.Since.UTC(), Known: c.Known, LastAt: c.LastAt.UTC(), First: c.FirstName, FirstURL: objectURL(c.FirstTenant, c.FirstSPID, c.FirstObject),
		FirstOf: page.TenantRef{ID: c.FirstTenant}, URL: m.Path("/provisioning/objects") + "?" + q.Encode(), now: now,
	}
}

// classWords say what kind of failure it is and who can do something about it.
var classWords = map[provisioning.Class]struct{ what, next string }{
	provisioning.Conflict:    {"The target has such an account already", "Somebody who runs the target renames or deletes the account there, or an administrator matches by another attribute."},
	provisioning.Missing:     {"A value that the target needs is missing", "Whoever keeps the directory fills in the attribute; the next cycle takes it."},
	provisioning.Invalid:     {"The target does not take a value", "An administrator changes the mapping of the attribute, or somebody corrects its value in the directory."},
	provisioning.Credentials: {"The target does not take Entra’s credentials", "An administrator of the target makes new ones; an Application Administrator saves them under the job’s credentials."},
	provisioning.Licences:    {"The target has no licence left", "Whoever pays for the target buys licences or releases some."},
	provisioning.Unavailable: {"The target does not answer", "Nothing to do unless it persists: Entra tries again in each cycle. Then ask who runs the target."},
	provisioning.Throttled:   {"The target asks to be left alone for a while", "Nothing to do: Entra tries again. If it persists, ask the target’s support for a higher limit."},
	provisioning.NotFound:    {"The target does not know the account any more", "Provision the person on demand, so that the account is made anew."},
	provisioning.Other:       {"The target refused the change", "The reason below is Microsoft’s own."},
}

func clusterSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts:   []string{"-customers", "-objects", "-since"},
		Columns: []string{"what", "app", "customers", "objects", "since", "last", "first", "reason"},
		Default: []string{"what", "app", "customers", "objects", "since", "first", "reason"}, Placeholder: "Person, application, error",
	}
	if m.One() {
		s.Sorts, s.Default = []string{"-objects", "-since"}, []string{"what", "app", "objects", "since", "first", "reason"}
		return s
	}
	s.Filters = []page.Filter{page.ByCustomer}
	return s
}

// failures are the causes behind what fails now, over all customers: one line for seventeen customers with the same conflict.
func (h *Handler) failures(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := clusterSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f := provisioning.ObjectFilter{Q: q.Q}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningLog)
	if err != nil {
		return err
	}
	found, err := h.Provisioning.Clusters(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	rows := make([]cluster, 0, len(found))
	for _, c := range found {
		rows = append(rows, newCluster(m, c, now))
	}
	sortClusters(rows, q)
	shown, next, err := page.Cut(rows, func(c cluster) string { return c.ID }, q.After, logSize)
	if err != nil {
		return err
	}
	l := page.List[cluster]{
		Title: "Failures by cause", One: clusterNoun.One, Many: clusterNoun.Many, Caption: "What fails now, by cause", M: m, Query: q, Spec: spec, Columns: clusterColumns(m), Rows: shown, Count: int64(len(rows)), Next: next,
		URL: func(c cluster) string { return c.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Each: page.AtHand(rows),
		Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}},
		Above:   ui.Note("Failures of the same kind at the same application that began together count as one cause. What came right since is not among them."),
		Actions: []ui.Action{{Text: "All failing objects", Icon: "people", URL: m.Path("/provisioning/objects")}, {Text: "Log", Icon: "history", URL: m.Path("/provisioning/log")}},
		Empty:   fresh.Empty(clusterNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now),
	}
	return l.Serve(w, r)
}

func sortClusters(rows []cluster, q page.Query) {
	slices.SortStableFunc(rows, func(a, b cluster) int {
		by := map[string]int{"customers": cmp.Or(cmp.Compare(a.Tenants, b.Tenants), cmp.Compare(a.Objects, b.Objects)), "objects": cmp.Compare(a.Objects, b.Objects), "since": a.Since.Compare(b.Since)}[q.Sort]
		if q.Desc {
			by = -by
		}
		return cmp.Or(by, cmp.Compare(a.ID, b.ID))
	})
}

func clusterColumns(m tenant.Membership) []page.Column[cluster] {
	number := func(key, label string, get func(cluster) int64, address func(cluster) string) page.Column[cluster] {
		return page.Column[cluster]{Key: key, Label: label, Kind: ui.KindNumber, Sort: key, Priority: 1, Width: 105, Text: func(c cluster) string { return strconv.FormatInt(get(c), 10) },
			Cell: func(c cluster) ui.Cell { return ui.NumberCell(get(c), address(c)) }}
	}
	nowhere := func(cluster) string { return "" }
	cs := []page.Column[cluster]{
		{Key: "what", Label: "Cause", Width: 230, Wrap: true, Text: func(c cluster) string { return c.What }},
		{Key: "app", Label: "Application", Width: 150, Priority: 1, Wrap: true, Text: func(c cluster) string { return c.App }, Cell: func(c cluster) ui.Cell { return ui.Cell{Text: c.App} }},
	}
	if !m.One() {
		cs = append(cs, number("customers", "Customers", func(c cluster) int64 { return c.Tenants }, nowhere))
	}
	return append(cs,
		number("objects", "Objects", func(c cluster) int64 { return c.Objects }, func(c cluster) string { return c.URL }),
		page.Column[cluster]{Key: "since", Label: "Since", Kind: ui.KindTime, Sort: "since", Priority: 1, Width: 130, Text: func(c cluster) string { return c.Since.Format(time.RFC3339) }, Cell: func(c cluster) ui.Cell {
			cell := ui.TimeCell(ui.Clock(c.Since, c.now))
			if !c.Known {
				cell.Title = "or earlier: the log does not reach further back"
			}
			return cell
		}},
		page.Column[cluster]{Key: "last", Label: "Last", Kind: ui.KindTime, Priority: 3, Width: 110, Text: func(c cluster) string { return c.LastAt.Format(time.RFC3339) }, Cell: func(c cluster) ui.Cell { return ui.TimeCell(ui.NewTime(c.LastAt, c.now)) }},
		page.Column[cluster]{Key: "first", Label: "First", Priority: 3, Width: 200, Text: func(c cluster) string { return c.First }, Cell: func(c cluster) ui.Cell { return ui.LinkCell(c.First, c.FirstURL) }},
		page.Column[cluster]{Key: "reason", Label: "Reason of the first", Priority: 2, Wrap: true, Phone: "line", Text: func(c cluster) string { return c.Reason }, Cell: func(c cluster) ui.Cell { return ui.Cell{Text: c.Reason} }},
		page.Column[cluster]{Key: "code", Label: "Error code", Exact: true, Text: func(c cluster) string { return c.ErrorCode }},
		page.Column[cluster]{Key: "advice", Label: "Microsoft recommends", Exact: true, Text: func(c cluster) string { return c.Advice }},
		page.Column[cluster]{Key: "known", Label: "Since is known", Exact: true, Text: func(c cluster) string { return strconv.FormatBool(c.Known) }},
	)
}

// objectURL is the page of an object of an application. The id goes into the query: it may be a name with anything in it.
func objectURL(tid tenant.ID, principal, object string) string {
	return appURL(tid, principal) + "/object?" + url.Values{"id": {object}}.Encode()
}

func moment(q page.Query, name string) (time.Time, error) {
	v := strings.TrimSpace(q.Get(name))
	if v == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, v)
}
