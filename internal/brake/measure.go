package brake

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Measure is one limit with what is used of it and what a request would add.
type Measure struct {
	Name     string    `json:"name"`  // of the limit, as in Numbers
	Label    string    `json:"label"` // "One customer in an hour"
	Tenant   tenant.ID `json:"-"`
	Customer string    `json:"customer,omitempty"` // its name; empty for limits that are no customer's
	Used     int       `json:"used"`
	This     int       `json:"this"`
	Limit    int       `json:"limit"`             // above it a second person must approve
	Most     int       `json:"cools_off_above"`   // above it the request cools off
	Fleet    int       `json:"devices,omitempty"` // of the customer, for its share; 0: not known
}

// Over tells that a second person must approve what it measures.
func (m Measure) Over() bool { return m.Used+m.This > m.Limit }

func (m Measure) farOver() bool { return m.Used+m.This > m.Most }

// why says what is over.
func (m Measure) why() string {
	where, window := "", map[string]string{"person_hour": "by one person within an hour", "person_day": "by one person within a day", "all_hour": "by everybody together within an hour",
		"customer_hour": "within an hour", "customer_day": "within a day", "share": "within a day"}[m.Name]
	if m.Customer != "" {
		where = " at " + m.Customer
	}
	return fmt.Sprintf("This would make %s%s %s; %d may be acted on without a second person.", devices(m.Used+m.This), where, window, m.Limit)
}

func devices(n int) string {
	if n == 1 {
		return "1 device"
	}
	return fmt.Sprintf("%d devices", n)
}

// used is what was spent, and what is granted and may still be spent. Granted devices count whenever they were asked for: they may be sent at
// any moment, so that within no window more is sent than was counted. What waits for a second person counts against whoever asked, so that
// nobody splits what is too much; against others it counts once it is approved, so that nobody takes everybody's budget by asking.
type used struct {
	personHour, personDay, allHour int
	hour, day                      map[tenant.ID]int
}

// usage reads what counts against a new request of that person, or against one that is to be approved (but), beside it.
func usage(ctx context.Context, db postgres.DB, who tenant.Person, but int64, now time.Time) (used, error) {
	u := used{hour: map[tenant.ID]int{}, day: map[tenant.ID]int{}}
	rows, _ := db.Query(ctx, `
		SELECT t.tenant_id, r.person_tenant = @tenant AND r.person_object = @oid::uuid, t.state = 'reserved' OR t.spent_at > @now::timestamptz - interval '1 hour', count(*)
		FROM   brake_target t
		JOIN   brake_request r USING (request_id)
		WHERE  r.request_id <> @but
		AND    (t.state = 'spent' AND t.spent_at > @now::timestamptz - interval '1 day'
		OR     t.state = 'reserved' AND r.live_until > @now AND (r.state = 'granted' OR @but = 0 AND r.state = 'waiting' AND r.person_tenant = @tenant AND r.person_object = @oid::uuid))
		GROUP  BY 1, 2, 3`, pgx.NamedArgs{"tenant": who.Tenant, "oid": who.ObjectID, "now": now, "but": but})
	var (
		tid        tenant.ID
		own, fresh bool
		n          int
	)
	_, err := pgx.ForEachRow(rows, []any{&tid, &own, &fresh, &n}, func() error {
		if fresh {
			u.allHour += n
			u.hour[tid] += n
		}
		if own && fresh {
			u.personHour += n
		}
		if own {
			u.personDay += n
		}
		u.day[tid] += n
		return nil
	})
	if err != nil {
		return u, fmt.Errorf("brake: usage: %w", postgres.Kind(err))
	}
	return u, nil
}

// customer is what the brake asks the portal itself about a customer, and never whoever acts.
type customer struct {
	ID    tenant.ID
	Name  string
	Fleet int // 0: never counted
}

func customers(ctx context.Context, db postgres.DB, ids []tenant.ID) ([]customer, error) {
	rows, _ := db.Query(ctx, `
		SELECT t.tenant_id, `+postgres.TenantWords+`, COALESCE(c.value, 0)
		FROM   tenant t
		LEFT   JOIN tenant_counter c ON c.tenant_id = t.tenant_id AND c.dataset = $2 AND c.key = 'total'
		WHERE  t.tenant_id = ANY($1::uuid[])
		ORDER  BY 2, 1`, ids, graphsync.Devices)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[customer])
	if err != nil {
		return nil, fmt.Errorf("brake: customers: %w", postgres.Kind(err))
	}
	return found, nil
}

// weigh holds devices by customer against all limits. alone is how many the person may act on within an hour; but is the request that is
// weighed, 0 for a new one.
func weigh(ctx context.Context, db postgres.DB, who tenant.Person, by map[tenant.ID]int, alone int, but int64, at moment) ([]Measure, error) {
	u, err := usage(ctx, db, who, but, at.now)
	if err != nil {
		return nil, err
	}
	found, err := customers(ctx, db, slices.Collect(maps.Keys(by)))
	if err != nil {
		return nil, err
	}
	if len(found) != len(by) {
		return nil, fmt.Errorf("a set with customers that the portal does not know: %w", errs.NotFound)
	}
	return at.limits.measures(by, u, found, alone), nil
}

// measures are all limits with a request in them, the person's first.
func (l Limits) measures(by map[tenant.ID]int, u used, at []customer, alone int) []Measure {
	add := func(name, label string, c customer, used, this, limit, of int) Measure {
		return Measure{Name: name, Label: label, Tenant: c.ID, Customer: c.Name, Used: used, This: this, Limit: limit, Most: max(of, 1) * l.CoolOff, Fleet: c.Fleet}
	}
	n, none := 0, customer{}
	for _, devices := range by {
		n += devices
	}
	all := []Measure{
		add("person_hour", "One person, within an hour", none, u.personHour, n, min(l.PersonHour, alone), l.PersonHour),
		add("person_day", "One person, within a day", none, u.personDay, n, l.PersonDay, l.PersonDay),
		add("all_hour", "Everybody, within an hour", none, u.allHour, n, l.AllHour, l.AllHour),
	}
	for _, c := range at {
		all = append(all,
			add("customer_hour", "This customer, within an hour", c, u.hour[c.ID], by[c.ID], l.CustomerHour, l.CustomerHour),
			add("customer_day", "This customer, within a day", c, u.day[c.ID], by[c.ID], l.CustomerDay, l.CustomerDay))
		share := l.UnknownFleet
		if c.Fleet > 0 {
			share = max(c.Fleet*l.Share/100, min(l.Share, 1))
		}
		all = append(all, add("share", "Share of this customer’s devices, within a day", c, u.day[c.ID], by[c.ID], share, share))
	}
	return all
}

// judge says what the measures come to, and why, worst first.
func judge(all []Measure) (Outcome, []string) {
	over := slices.DeleteFunc(slices.Clone(all), func(m Measure) bool { return !m.Over() })
	slices.SortStableFunc(over, func(a, b Measure) int { return cmp.Compare(b.Used+b.This-b.Limit, a.Used+a.This-a.Limit) })
	var why []string
	outcome := Granted
	for _, m := range over {
		outcome = cmp.Or(map[bool]Outcome{true: CoolingOff}[outcome == CoolingOff || m.farOver()], NeedsSecond)
		if len(why) < mostReasons {
			why = append(why, m.why())
		}
	}
	return outcome, why
}

// mostReasons are shown of a request that is over many limits: the worst.
const mostReasons = 4

// alone is how many devices the person may act on within an hour in these circumstances, with a sentence where that is less than usual.
func (l Limits) alone(in Session, now time.Time) (n int, why []string) {
	n = l.PersonHour
	if now.Sub(in.Since) < time.Duration(l.NewSessionMinutes)*time.Minute && l.NewSession < n {
		n, why = l.NewSession, append(why, fmt.Sprintf("The session began less than %d minutes before.", l.NewSessionMinutes))
	}
	if !l.office(now) && l.OffHours < l.PersonHour {
		n, why = min(n, l.OffHours), append(why, "It is outside office hours.")
	}
	return n, why
}
