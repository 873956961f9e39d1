package fresh_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/ui"
)

var (
	now     = time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	devices = fresh.Noun{One: "device", Many: "devices", Whole: "enrolled devices", Icon: "laptop"}
)

func contoso(t *testing.T) tenant.Membership {
	t.Helper()
	id, err := tenant.ParseID("c0000000-0000-4000-8000-000000000001")
	if err != nil {
		t.Fatal(err)
	}
	return tenant.Membership{Tenant: tenant.Tenant{ID: id, DisplayName: "Contoso"}, Scope: tenant.Only(id)}
}

// TestNeverGreenUnread goes through every state that a dataset can be in: only one of them is green.
func TestNeverGreenUnread(t *testing.T) {
	for name, tc := range map[string]struct {
		f    graphsync.Freshness
		want ui.Shape
	}{
		"complete":                {graphsync.Freshness{State: graphsync.Complete, Tenants: 3, Read: 3, Fresh: 3}, ui.ShapeOK},
		"complete of no tenant":   {graphsync.Freshness{State: graphsync.Complete}, ui.ShapeUnknown},
		"some late":               {graphsync.Freshness{State: graphsync.Late, Tenants: 3, Read: 3, Fresh: 2, Late: 1}, ui.ShapePartial},
		"all late":                {graphsync.Freshness{State: graphsync.Late, Tenants: 1, Read: 1, Late: 1}, ui.ShapeStale},
		"some missing":            {graphsync.Freshness{State: graphsync.Partial, Tenants: 3, Read: 2, Fresh: 2, Unread: 1}, ui.ShapePartial},
		"never":                   {graphsync.Freshness{State: graphsync.Never, Tenants: 1, Unread: 1}, ui.ShapeUnknown},
		"failed":                  {graphsync.Freshness{State: graphsync.Failed, Tenants: 1, Unread: 1, Failing: 1}, ui.ShapeUnknown},
		"a state of later making": {graphsync.Freshness{State: "surprise", Tenants: 1}, ui.ShapeUnknown},
	} {
		if got := fresh.Shape(tc.f); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestLine(t *testing.T) {
	all := graphsync.Freshness{
		Dataset: graphsync.Devices, State: graphsync.Partial, Tenants: 214, Read: 212, Fresh: 211, Late: 1, Unread: 2,
		AsOf: now.Add(-26 * time.Hour), Newest: now.Add(-3 * time.Minute),
	}
	if got := text(fresh.Line(all, tenant.Membership{}, now)); got != "partial 26 h ago | from 212 of 214 customers | newest 3 min ago | 1 late | 2 not read, so not counted here" {
		t.Errorf("all customers: %s", got)
	}
	if got := fresh.Line(all, tenant.Membership{}, now).Part; got != "from 212 of 214 customers" {
		t.Errorf("what is taken away says %q", got)
	}
	whole := all
	whole.Tenants, whole.Unread = 212, 0
	if got := fresh.Line(whole, tenant.Membership{}, now).Part; got != "" {
		t.Errorf("what lacks nothing says %q", got)
	}
	one := graphsync.Freshness{
		Dataset: graphsync.Devices, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-3 * time.Minute), Next: now.Add(12 * time.Minute),
	}
	if got := text(fresh.Line(one, contoso(t), now)); got != "ok 3 min ago | Devices, read completely | where this comes from | next read in 12 min" {
		t.Errorf("one customer: %s", got)
	}
	if got := text(fresh.Line(graphsync.Freshness{State: graphsync.Never, Tenants: 1, Unread: 1}, contoso(t), now)); !strings.HasPrefix(got, "unknown never:Not read yet") {
		t.Errorf("never read: %s", got)
	}
}

func text(f ui.Freshness) string {
	parts := []string{string(f.State) + " " + f.AsOf.Text}
	if f.AsOf.IsZero() {
		parts[0] = string(f.State) + " never:" + f.Never
	}
	for _, p := range f.Parts {
		parts = append(parts, p.Text)
	}
	if f.Next != "" {
		parts = append(parts, f.Next)
	}
	return strings.Join(parts, " | ")
}

// TestEmptyStatesDiffer holds that no two reasons for an empty list read the same.
func TestEmptyStatesDiffer(t *testing.T) {
	read := graphsync.Freshness{Dataset: graphsync.Devices, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-4 * time.Minute)}
	seen := map[string]string{}
	for name, tc := range map[string]struct {
		f    graphsync.Freshness
		m    tenant.Membership
		s    fresh.Search
		kind string
		say  string
	}{
		"none":          {read, contoso(t), fresh.Search{}, ui.EmptyNone, "read completely 4 min ago and has no enrolled devices"},
		"none anywhere": {read, tenant.Membership{}, fresh.Search{}, ui.EmptyNone, "1 customer was read completely"},
		"no match":      {read, contoso(t), fresh.Search{Narrowed: true, Total: 48317}, ui.EmptyNoMatch, "48,317 devices were looked at"},
		"no count":      {read, contoso(t), fresh.Search{Narrowed: true}, ui.EmptyNoMatch, "Drop a filter"},
		"not permitted": {
			graphsync.Freshness{State: graphsync.Failed, Tenants: 1, Unread: 1, Error: graphsync.Trouble{Kind: "licence", Sentence: "The tenant has no Intune licence."}},
			contoso(t), fresh.Search{Narrowed: true}, ui.EmptyNotPermitted, "no Intune licence",
		},
		"not read":     {graphsync.Freshness{State: graphsync.Never, Tenants: 1, Unread: 1, Next: now.Add(29 * time.Minute)}, contoso(t), fresh.Search{}, ui.EmptyNotRead, "next try is in 29 min"},
		"under way":    {graphsync.Freshness{State: graphsync.Never, Tenants: 1, Unread: 1, Running: true, Rows: 1998}, contoso(t), fresh.Search{}, ui.EmptyNotRead, "1,998 rows so far"},
		"failed":       {graphsync.Freshness{State: graphsync.Failed, Tenants: 1, Unread: 1, Error: graphsync.Trouble{Kind: "unavailable", Sentence: "Microsoft answered 503."}}, contoso(t), fresh.Search{}, ui.EmptyNotRead, "Microsoft answered 503."},
		"no customers": {graphsync.Freshness{State: graphsync.Never}, tenant.Membership{}, fresh.Search{}, ui.EmptyNotRead, "No customer is connected"},
	} {
		e := fresh.Empty(devices, tc.f, tc.m, tc.s, now)
		lines := e.Title + " " + strings.Join(e.Lines, " ")
		if e.Kind != tc.kind || !strings.Contains(lines, tc.say) {
			t.Errorf("%s: %s %q, want %s with %q", name, e.Kind, lines, tc.kind, tc.say)
		}
		if other := seen[lines]; other != "" {
			t.Errorf("%s reads like %s: %q", name, other, lines)
		}
		seen[lines] = name
	}
}
