package provisioning

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// ReadFile reads exported mappings, or a schema as Microsoft itself gives it out.
func ReadFile(raw []byte) (f File, err error) {
	another := "Choose a file that was exported from the mappings of a job."
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	switch err := json.Unmarshal(raw, &f); {
	case !json.Valid(raw):
		return f, errs.ShowNext(errs.Invalid, "The file is not JSON, or not all of it arrived.", another)
	case f.Format != "" && f.Format != FileFormat:
		return f, errs.ShowNext(errs.Invalid, "The file is something else: its format is “"+cut(f.Format, 60)+"”.", another)
	case f.Format == FileFormat && f.Version != FileVersion:
		return f, errs.ShowNext(errs.Invalid, fmt.Sprintf("The file is of version %d of its format. This portal reads version %d.", f.Version, FileVersion), "Export the mappings again, from this portal.")
	case f.Format == "": // Microsoft's own, whose version is text
		var w struct {
			Rules json.RawMessage `json:"synchronizationRules"`
		}
		_ = json.Unmarshal(raw, &w)
		f = File{Rules: w.Rules}
	case err != nil:
		return f, errs.ShowNext(errs.Invalid, "The file is damaged.", another)
	}
	if len(f.rules()) == 0 {
		return f, errs.ShowNext(errs.Invalid, "The file holds no mappings.", another)
	}
	return f, nil
}

func (f File) rules() []Rule { return Schema{Rules: f.Rules}.Read() }

// Preview is what a file would change about a job as it is now.
type Preview struct {
	Faults      []string // why it cannot be taken; none: it can
	Differences []Difference
	Shown       string // tells whether the job and the file are still those that were looked at
	rules       json.RawMessage
}

// Difference is one attribute, or what is done with the objects as a whole, that would become different.
type Difference struct {
	Object        string // what its mapping is called: "User → Person"
	Attribute     string // empty: scope, or what is done with the objects
	Old, New      *AttributeMapping
	Before, After ObjectMapping
}

// taken are the parts of an object mapping that a file changes. Everything else of a job stays: ids, names, and which groups or containers it
// looks at are the customer's own.
var taken = []string{"attributeMappings", "scope", "enabled", "flowTypes"}

// Preview works out what the file would change. Rules are found by their name, objects by their types.
func (f File) Preview(live Schema) (p Preview) {
	fault := func(format string, args ...any) { p.Faults = append(p.Faults, fmt.Sprintf(format, args...)) }
	if f.Template != "" && !strings.EqualFold(f.Template, live.Template) {
		fault("The file is from a job of the kind “%s”, and this job is of the kind “%s”.", f.Template, live.Template)
		return p
	}
	var rules, given []map[string]json.RawMessage
	_ = json.Unmarshal(live.Rules, &rules) // both were understood when they were read
	_ = json.Unmarshal(f.Rules, &given)
	now := live.Read()
	for i, r := range f.rules() {
		at := slices.IndexFunc(now, func(x Rule) bool { return x.Name != "" && x.Name == r.Name })
		if at < 0 {
			fault("The job has no rule “%s”.", r.Name)
			continue
		}
		var objects, parts []map[string]json.RawMessage
		_ = json.Unmarshal(rules[at]["objectMappings"], &objects)
		_ = json.Unmarshal(given[i]["objectMappings"], &parts)
		for k, o := range r.Objects {
			to := slices.IndexFunc(now[at].Objects, func(x ObjectMapping) bool { return x.From != "" && x.Key() == o.Key() })
			if to < 0 || to >= len(objects) || k >= len(parts) { // names in another case, which Microsoft does not write, are none
				fault("The job does not map %s.", o.Key())
				continue
			}
			p.Faults = append(p.Faults, o.faults(live, now[at], now[at].Objects[to])...)
			for _, name := range taken {
				if v, ok := parts[k][name]; ok && (name == "scope" || string(v) != "null") {
					objects[to][name] = v
				}
			}
		}
		rules[at]["objectMappings"] = toJSON(objects)
	}
	p.rules = toJSON(rules)
	p.Differences = differences(now, Schema{Rules: p.rules}.Read())
	p.Shown = fmt.Sprintf("%x", sha256.Sum256(slices.Concat(toJSON(live.Rules), toJSON(f.Rules)))) // which writes both without blanks
	return p
}

// faults are the attributes that a mapping names and the job's directories do not have, as far as they tell, and what no job could do with.
func (o ObjectMapping) faults(live Schema, r Rule, was ObjectMapping) (out []string) {
	from, to := live.attributes(r.From, o.From), live.attributes(r.To, o.To)
	lacks := func(of []string, name string) bool { return of != nil && !slices.Contains(of, name) }
	seen, matched := map[string]bool{}, false
	for _, a := range o.Attributes {
		if lacks(to, a.Target) {
			out = append(out, fmt.Sprintf("The application has no attribute “%s” (%s).", a.Target, o.Key()))
		}
		for _, name := range a.Source.attributes() {
			if lacks(from, name) {
				out = append(out, fmt.Sprintf("The directory has no attribute “%s”, which “%s” would come from (%s).", name, a.Target, o.Key()))
			}
		}
		if seen[a.Target] {
			out = append(out, fmt.Sprintf("The file maps “%s” twice (%s).", a.Target, o.Key()))
		}
		seen[a.Target], matched = true, matched || a.Match > 0
	}
	for _, g := range o.Scope.All() {
		for _, c := range g.Clauses {
			if lacks(from, c.Attribute) {
				out = append(out, fmt.Sprintf("The directory has no attribute “%s”, which the scoping filter looks at (%s).", c.Attribute, o.Key()))
			}
		}
	}
	if !matched && o.Attributes != nil && slices.ContainsFunc(was.Attributes, func(a AttributeMapping) bool { return a.Match > 0 }) {
		out = append(out, fmt.Sprintf("The file names no attribute by which objects are matched (%s).", o.Key()))
	}
	return out
}

// differences compares rules that differ in nothing but what a file changes.
func differences(old, now []Rule) (out []Difference) {
	for i := range old {
		for k, before := range old[i].Objects {
			after := now[i].Objects[k]
			d := Difference{Object: before.Key(), Before: before, After: after}
			if before.Enabled != after.Enabled || !sameFlows(before.Flows, after.Flows) || !slices.EqualFunc(before.Scope.All(), after.Scope.All(), sameGroup) {
				out = append(out, d)
			}
			for _, a := range before.Attributes {
				d.Attribute, d.Old, d.New = a.Target, &a, after.mapping(a.Target)
				if d.New == nil || !a.same(*d.New) {
					out = append(out, d)
				}
			}
			for _, a := range after.Attributes {
				if before.mapping(a.Target) == nil {
					d.Attribute, d.Old, d.New = a.Target, nil, &a
					out = append(out, d)
				}
			}
		}
	}
	return out
}

func (o ObjectMapping) mapping(target string) *AttributeMapping {
	if i := slices.IndexFunc(o.Attributes, func(a AttributeMapping) bool { return a.Target == target }); i >= 0 {
		return &o.Attributes[i]
	}
	return nil
}

func (a AttributeMapping) same(b AttributeMapping) bool {
	return a.Default == b.Default && a.When == b.When && a.Behavior == b.Behavior && a.Match == b.Match && a.Missing == b.Missing && a.Source.same(b.Source)
}

func (s Source) same(b Source) bool {
	return s.Type == b.Type && s.Name == b.Name && s.Expression == b.Expression &&
		slices.EqualFunc(s.Parameters, b.Parameters, func(x, y Parameter) bool { return x.Key == y.Key && x.Value.same(y.Value) })
}

func sameFlows(a, b string) bool {
	return strings.EqualFold(strings.ReplaceAll(a, " ", ""), strings.ReplaceAll(b, " ", ""))
}

func sameGroup(a, b ScopeGroup) bool {
	return slices.EqualFunc(a.Clauses, b.Clauses, func(x, y Clause) bool {
		return x.Attribute == y.Attribute && x.Operator == y.Operator && slices.Equal(x.Target.Values, y.Target.Values)
	})
}

// Mappings reads how a job maps at Microsoft now.
func (a *Acts) Mappings(ctx context.Context, j Job) (Schema, error) {
	s, err := readSchema(ctx, a.Graph, j.Tenant, j.SPID, j.ID, graph.Query{})
	s.AppName, s.TenantName, s.Template, s.ReadAt = j.AppName, j.TenantName, j.Template, a.Now()
	return s, refusal(err, "")
}

// TakeMappings changes a job's mappings to those of the file, if the job is still as it was shown, and reads back that they are so. Microsoft
// replaces a schema as a whole (Microsoft Graph, update synchronizationSchema), so that the change is made all at once or not at all.
func (a *Acts) TakeMappings(ctx context.Context, by tenant.Person, requestID string, j Job, f File, shown string) error {
	live, err := a.Mappings(ctx, j)
	if err != nil {
		return err
	}
	p := f.Preview(live)
	switch {
	case len(p.Faults) > 0:
		return errs.ShowNext(errs.Invalid, p.Faults[0]+" Nothing was changed.", "Correct the file, or export another.")
	case p.Shown != shown:
		return errs.ShowNext(errs.Conflict, "The job’s mappings are not those any more that you looked at. Nothing was changed.", "Look at what would change now.")
	case len(p.Differences) == 0:
		return errs.Show(errs.Conflict, "The job maps exactly so already. Nothing was changed.")
	}
	delete(live.whole, "@odata.context")
	live.whole["synchronizationRules"] = p.rules
	d := deed{by: by, requestID: requestID, tenant: j.Tenant, action: "provisioning.mappings.changed", object: j.AppName, detail: map[string]any{
		"service_principal": j.SPID, "job": j.ID, "changes": len(p.Differences), "was": live.Version, "file_of": f.Customer,
	}}
	if err := a.change(ctx, d, graph.Change{Method: http.MethodPut, Path: jobPath(j.SPID, j.ID) + "/schema", Body: live.whole}); err != nil {
		return err
	}
	back, err := a.Mappings(ctx, j)
	if err != nil {
		return errs.ShowNext(errs.Timeout, "Microsoft took the mappings, and could not be read afterwards.", "Look again in a few minutes.")
	}
	if left := f.Preview(back).Differences; len(left) > 0 {
		return errs.ShowNext(errs.Timeout, fmt.Sprintf("Microsoft took the mappings, but does not show %d of the changes yet.", len(left)), "Look again in a few minutes.")
	}
	return KeepSchema(ctx, a.Store.pool.In(j.Tenant), back)
}
