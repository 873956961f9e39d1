package configuration

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Administrative templates and intents keep their settings in objects of their own, each in a form of its own.

// definitionValue is one setting of an administrative template, enabled or disabled.
type definitionValue struct {
	id      string
	enabled bool
	kept    map[string]any // what goes into the document
}

// definitionFromGraph keeps of a definition what tells it apart in every tenant: its class, its place among the categories and its name.
// Ids differ between tenants where the tenant ingested the template itself.
func definitionFromGraph(raw []byte) (d definitionValue, ok bool) {
	v, err := parse(raw)
	o, is := v.(map[string]any)
	if err != nil || !is {
		return d, false
	}
	def := obj(o, "definition")
	d.id, d.enabled = str(o, "id"), o["enabled"] == true
	d.kept = map[string]any{
		"enabled": d.enabled, "classType": str(def, "classType"), "categoryPath": str(def, "categoryPath"), "displayName": cmp.Or(strings.TrimSpace(str(def, "displayName")), str(def, "id"), d.id),
	}
	return d, true
}

// withValues keeps the values of the elements under a setting by their labels. "displayName" is what strip goes by to find secrets.
func (d *definitionValue) withValues(raw [][]byte) {
	values := []any{}
	for i, one := range raw {
		v, err := parse(one)
		o, ok := v.(map[string]any)
		if err != nil || !ok {
			continue
		}
		value, single := o["value"]
		if !single {
			value = o["values"]
		}
		label := strings.TrimSpace(str(obj(o, "presentation"), "label"))
		values = append(values, map[string]any{"displayName": cmp.Or(strings.TrimSuffix(label, ":"), fmt.Sprintf("Value %d", i+1)), "value": pairs(value)})
	}
	d.kept["values"] = values
}

// pairs makes of a list of names and values a list of texts: "1=ftp://*". Names that only number are left out.
func pairs(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]any, len(list))
	for i, one := range list {
		out[i] = one
		if o, ok := one.(map[string]any); ok {
			out[i] = strings.TrimPrefix(str(o, "name")+"="+plain(o["value"]), fmt.Sprintf("%d=", i+1))
			if str(o, "name") == "" {
				out[i] = plain(o["value"])
			}
		}
	}
	return out
}

// withDefinitions makes the settings of an administrative template those that were read of it.
func (p *read) withDefinitions(all []definitionValue) {
	settings := p.settings()
	kept := make([]any, len(all))
	for i, d := range all {
		kept[i] = d.kept
	}
	slices.SortStableFunc(kept, func(a, b any) int { return strings.Compare(definitionPath(a), definitionPath(b)) })
	settings[definitionsKey] = kept
	p.doc.Settings = canonical(strip(settings))
	p.finish()
}

// definitionsKey and intentKey are where a document keeps the settings of an administrative template and of an intent.
const (
	definitionsKey = "definitionValues"
	intentKey      = "intentSettings"
)

func definitionPath(v any) string {
	o, _ := v.(map[string]any)
	return str(o, "classType") + "|" + str(o, "categoryPath") + "|" + str(o, "displayName")
}

// definition adds the lines of one setting of an administrative template.
func (f *flat) definition(o map[string]any) {
	path, category, label := definitionPath(o), str(o, "categoryPath"), str(o, "displayName")
	if class := str(o, "classType"); class != "" {
		label += " (" + class + ")"
	}
	value := "Disabled"
	if o["enabled"] == true {
		value = "Enabled"
	}
	f.add(path, label, category, value)
	for _, v := range list(o, "values") {
		name := str(v, "displayName")
		f.add(path+"|"+name, label+" › "+name, category, plain(v["value"]))
	}
}

// template is what an intent was made from.
type template struct{ name, platform string }

func templateFromGraph(raw []byte) (id string, t template, ok bool) {
	v, err := parse(raw)
	o, is := v.(map[string]any)
	if id = str(o, "id"); err != nil || !is || id == "" {
		return "", t, false
	}
	name := str(o, "displayName")
	if version := str(o, "versionInfo"); version != "" {
		name = join(name, ", ", version)
	}
	return id, template{name, platform("", str(o, "platformType"), "")}, true
}

func (p *read) withTemplate(known map[string]template) {
	t := known[str(p.settings(), "templateId")]
	p.Template, p.Platform = cmp.Or(t.name, p.Template), cmp.Or(t.platform, p.Platform)
}

// withIntentSettings makes the settings of an intent those that were read of it, by the id of their definition.
func (p *read) withIntentSettings(raw [][]byte) {
	settings, kept := p.settings(), map[string]any{}
	for i, one := range raw {
		v, err := parse(one)
		o, ok := v.(map[string]any)
		if err != nil || !ok {
			continue
		}
		value, single := o["value"]
		if inner, err := parse([]byte(str(o, "valueJson"))); !single && err == nil {
			value = inner
		}
		kept[cmp.Or(str(o, "definitionId"), str(o, "id"), fmt.Sprint(i+1))] = value
	}
	settings[intentKey] = kept
	p.doc.Settings = canonical(strip(settings))
	p.finish()
}

// scheduleOf is how often a remediation runs: "daily, every 2, at 01:00". Microsoft's schedules are hourly, daily and once.
func scheduleOf(assignment map[string]any) string {
	s := obj(assignment, "runSchedule")
	if s == nil {
		return ""
	}
	typ := str(s, "@odata.type")
	typ = strings.ToLower(strings.TrimSuffix(typ[strings.LastIndex(typ, ".")+1:], "Schedule"))
	parts := []string{cmp.Or(strings.TrimPrefix(strings.TrimPrefix(typ, "devicehealthscript"), "run"), "on a schedule")}
	if n := num(s, "interval"); n > 1 {
		parts = append(parts, fmt.Sprintf("every %d", n))
	}
	if at := strings.TrimSpace(str(s, "date") + " " + clock(str(s, "time"))); at != "" {
		parts = append(parts, "at "+at)
	}
	if assignment["runRemediationScript"] == false {
		parts = append(parts, "detects only")
	}
	return strings.Join(parts, ", ")
}

// clock is hours and minutes of Graph's time of day: "01:00:00.0000000" is 01:00.
func clock(s string) string {
	if len(s) >= 5 && s[2] == ':' {
		return s[:5]
	}
	return s
}
