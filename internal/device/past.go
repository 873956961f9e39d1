package device

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// past is a list of a moment that is over, in two parts. Devices that did not change since in what chooses and orders them are found as
// those of now are, by the same indexes. The others, which are few, are found by their changes.
type past struct {
	scope tenant.Scope
	at    time.Time
	f     Filter // of devices that are still what they were; without a text, where no index finds it
	moved Filter // of the others: as f, without a text
	still *still
	o     postgres.Order
}

func newPast(scope tenant.Scope, at time.Time, f Filter) (past, error) {
	if f.Gone || len(f.CheckIn) > 0 || f.UserID != "" || f.Sort == "lastSync" {
		return past{}, errs.ShowNext(errs.Invalid, "Check-ins and removals of the past are not kept.", "Open the list of that day without them.")
	}
	p := past{scope: scope, at: at, f: f, still: &still{at: at, text: Term(f.Q), fields: slices.Concat([]string{"gone"}, orderedThen[f.Sort], f.chosen())}}
	if t := p.still.text; t != "" {
		if err := postgres.CheckSearch(t); err != nil {
			return past{}, err
		}
		p.still.fields = append(p.still.fields, searchedThen...)
		if postgres.Short(t) { // its index is one of beginnings only
			p.f.Q = ""
		}
	}
	slices.Sort(p.still.fields)
	p.still.fields = slices.Compact(p.still.fields)
	p.f.still, p.f.CountMost = p.still, 0
	p.moved = f
	p.moved.Q = ""
	w := &postgres.Where{}
	one, err := conditions(w, scope, p.moved)
	if err != nil {
		return past{}, err
	}
	p.o, err = orderOf(f, one)
	return p, err
}

// chosen are the remembered fields that the filter chooses by.
func (f Filter) chosen() (fields []string) {
	for name, values := range map[string][]string{
		"compliance": f.Compliance, "os": f.OS, "os_version": f.OSVersion, "ownership": f.Ownership, "category": f.Category, "model": f.Model, "manufacturer": f.Manufacturer, "state": f.State,
	} {
		if len(values) > 0 {
			fields = append(fields, name)
		}
	}
	if f.Encrypted != nil {
		fields = append(fields, "encrypted")
	}
	return fields
}

// movers are the devices that changed since in what matters here, with what these fields were then, named m, and the devices as they are
// now, named o.
func (p past) movers(w *postgres.Where) string {
	c := &postgres.Where{Args: w.Args}
	c.Within(p.scope, "tenant_id")
	c.And("field = ANY(?)", p.still.fields)
	c.And("at >= ?", p.at)
	w.Args = c.Args
	was := make([]string, len(p.still.fields))
	for i, f := range p.still.fields {
		was[i] = fmt.Sprintf(`max(old) FILTER (WHERE field = '%[1]s') AS %[1]s`, f)
	}
	return `(SELECT tenant_id, device_id, ` + strings.Join(was, ", ") + `
		       FROM  (SELECT DISTINCT ON (tenant_id, device_id, field) tenant_id, device_id, field, old
		              FROM   device_change ` + c.SQL() + `
		              ORDER  BY tenant_id, device_id, field, at, run) c
		       GROUP  BY tenant_id, device_id) m
		CROSS  JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.device_id OFFSET 0) o`
}

// brief is what chooses and orders a mover, as it was, named d. All else of it is looked up once it is known to be shown: of many movers
// few are.
func (p past) brief(at string) string {
	var cols []string
	for _, c := range remembered {
		was := "o." + c
		if slices.Contains(p.still.fields, c) {
			was = "COALESCE(m." + c + ", o." + c + ")"
			if kind := keptTypes[c]; kind != "" {
				was = "COALESCE(m." + c + "::" + kind + ", o." + c + ")"
			}
		}
		cols = append(cols, was+" AS "+c)
	}
	for key, c := range map[string]string{"name_key": "name", "serial_key": "serial", "user_key": "upn"} {
		was := "o." + key
		if slices.Contains(p.still.fields, c) {
			was = "COALESCE(lower(m." + c + `) COLLATE "C", o.` + key + ")"
		}
		cols = append(cols, was+" AS "+key)
	}
	slices.Sort(cols)
	return `LATERAL (SELECT o.tenant_id, o.id, CASE WHEN COALESCE(m.gone::boolean, o.gone_at < ` + at + `, false) THEN ` + at + `::timestamptz END AS gone_at, ` + tenantKeyOf + ` AS tenant_key,
		       ` + strings.Join(cols, ", ") + `) d`
}

// then are the conditions on movers as they were.
func (p past) then(w *postgres.Where, at string) error {
	w.And("o.first_seen_at < " + at)
	if _, err := conditions(w, p.scope, p.moved); err != nil {
		return err
	}
	p.still.textThen(w)
	return p.o.After(w, p.moved.After)
}

// movedThen are the movers that matched at the moment: m, o and d.
func (p past) movedThen(w *postgres.Where, at string) (string, error) {
	from := p.movers(w) + ` CROSS JOIN ` + p.brief(at)
	c := &postgres.Where{Args: w.Args}
	err := p.then(c, at)
	w.Args = c.Args
	return from + ` ` + c.SQL(), err
}

// sql reads a page with each row's place in the order; limit 0 reads all, without. Both parts come in the order of the list, so that they
// are merged and not sorted.
func (p past) sql(limit int) (string, []any, error) {
	same, args, _, err := listSQL(p.scope, p.f, limit)
	if err != nil {
		return "", nil, err
	}
	w := &postgres.Where{Args: args}
	at := w.Arg(p.at)
	moved, err := p.movedThen(w, at)
	if err != nil {
		return "", nil, err
	}
	by, keys, ordered, show := p.o.By(), make([]string, len(p.o.Keys)), p.o, columns
	ordered.Keys = slices.Clone(p.o.Keys)
	for i, k := range p.o.Keys {
		ordered.Keys[i].Expr = fmt.Sprintf("k%d", i+1)
		keys[i] = k.Expr + " AS " + ordered.Keys[i].Expr
	}
	if limit > 0 {
		show += ", " + p.o.Place()
	}
	most := limited(limit)
	part := func(of, from string) string {
		return `(SELECT w.*, ` + strings.Join(keys, ", ") + `
		        FROM  (` + of + `) d
		        CROSS  JOIN LATERAL ` + asOf(from, at) + ` w
		        ORDER  BY ` + by + `)`
	}
	return `
		SELECT ` + show + `
		FROM  (` + part(same, "(SELECT d.*) o") + `
		       UNION ALL
		       ` + part(`SELECT d.* FROM `+moved+` ORDER BY `+by+most+` OFFSET 0`, "(SELECT * FROM device x WHERE x.tenant_id = d.tenant_id AND x.id = d.id OFFSET 0) o") + `) d
		ORDER  BY ` + ordered.By() + most, w.Args, nil
}

// countSQL counts what movers add to a count of those that are still what they were.
func (p past) countSQL() (string, []any, error) {
	p.moved.After, p.f.After = "", ""
	w, _, from, err := source(p.scope, p.f)
	if err != nil {
		return "", nil, err
	}
	same := `SELECT count(*) FROM ` + from + ` ` + w.SQL()
	moved, err := p.movedThen(w, w.Arg(p.at))
	return `SELECT (` + same + `) + (SELECT count(*) FROM ` + moved + `)`, w.Args, err
}

// differenceSQL is by how many the count of the moment differs from that of now: movers that matched, less those that match, less what
// is new.
func (p past) differenceSQL() (string, []any, error) {
	p.moved.After = ""
	w := &postgres.Where{}
	at := w.Arg(p.at)
	from := p.movers(w) + ` CROSS JOIN ` + p.brief(at)
	then := &postgres.Where{Args: w.Args}
	if err := p.then(then, at); err != nil {
		return "", nil, err
	}
	now := &postgres.Where{Args: then.Args}
	if _, err := conditions(now, p.scope, p.moved); err != nil {
		return "", nil, err
	}
	fresh := &postgres.Where{Args: now.Args}
	if _, err := conditions(fresh, p.scope, p.moved); err != nil {
		return "", nil, err
	}
	fresh.And("d.first_seen_at >= ?", p.at)
	fresh.And(unmoved, p.at, p.still.fields)
	return `SELECT (SELECT count(*) FILTER (` + then.SQL() + `) - COALESCE(sum((SELECT count(*) FROM (SELECT o.*) d ` + now.SQL() + `)), 0)::bigint FROM ` + from + `)
		     - (SELECT count(*) FROM device d ` + fresh.SQL() + `)`, fresh.Args, nil
}
