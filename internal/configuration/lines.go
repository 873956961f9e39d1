package configuration

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
)

// Part is which part of a document a line is of.
type Part string

// The parts, in the order of Document.Lines.
const (
	Record      Part = "record" // name, description, version: what is no setting
	Settings    Part = "settings"
	Apps        Part = "apps"
	Assignments Part = "assignments"
	Actions     Part = "actions"
)

// Line is one thing that a document says. Path tells it apart within its part, whatever the language, and is the same in every document
// that says the same thing.
type Line struct {
	Part   Part
	Path   string
	Label  string // for settings in words; of assignments the target, of actions the type, as Graph names them
	Key    string // Graph's own name of the setting
	Value  string
	Secret bool // set, but the value is not kept
}

// Lines are all that the document says, part by part, in an order that is the same each time.
func (d Document) Lines() []Line {
	lines := d.recordLines()
	lines = append(lines, d.SettingLines()...)
	for _, a := range d.Apps {
		lines = append(lines, Line{Part: Apps, Path: a.Platform + "|" + a.ID, Label: a.ID, Key: a.ID, Value: cmp.Or(a.Platform, "in Intune")})
	}
	for _, a := range d.Assignments {
		l := Line{Part: Assignments, Path: a.Target + "|" + a.GroupID, Label: a.Target, Key: a.GroupID, Value: "assigned"}
		if a.FilterID != "" {
			l.Value = a.FilterType + " " + a.FilterID
		}
		if a.Schedule != "" {
			l.Value += ", " + a.Schedule
		}
		lines = append(lines, l)
	}
	for _, a := range d.Actions {
		l := Line{Part: Actions, Path: a.Type + "|" + a.TemplateID, Label: a.Type, Key: a.TemplateID, Value: "at once"}
		if a.GraceHours > 0 {
			l.Value = fmt.Sprintf("after %d h", a.GraceHours)
		}
		lines = append(lines, l)
	}
	return distinct(lines)
}

func (d Document) recordLines() (lines []Line) {
	add := func(path, label, value string) {
		if value != "" {
			lines = append(lines, Line{Part: Record, Path: path, Label: label, Key: path, Value: value})
		}
	}
	add("name", "Name", d.Name)
	add("description", "Description", d.Description)
	add("type", "Type", d.Type)
	if d.Version > 0 {
		add("version", "Version", fmt.Sprint(d.Version))
	}
	if !d.ModifiedAt.IsZero() {
		add("modified", "Changed in Intune", d.ModifiedAt.UTC().Format(time.RFC3339))
	}
	add("scopeTags", "Scope tags", strings.Join(d.ScopeTags, ", "))
	return lines
}

// SettingLines are the settings alone, sorted by their words. What is null or an empty list is not set and left out.
func (d Document) SettingLines() []Line {
	if len(d.Settings) == 0 {
		return nil
	}
	v, err := parse(d.Settings)
	if err != nil {
		return nil
	}
	var f flat
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if o, ok := one.(map[string]any); ok {
				f.catalogue(o)
			}
		}
	case map[string]any:
		for _, o := range list(v, definitionsKey) {
			f.definition(o)
		}
		intent := obj(v, intentKey)
		for _, id := range sortedKeys(intent) {
			f.tree(id, Words(tail(id)), intent[id])
		}
		delete(v, definitionsKey)
		delete(v, intentKey)
		f.tree("", "", v)
	default:
		f.tree("", "", v)
	}
	if d.isCompliance() {
		inCompliance(f.lines)
	}
	sort.SliceStable(f.lines, func(i, j int) bool {
		a, b := strings.ToLower(f.lines[i].Label), strings.ToLower(f.lines[j].Label)
		if a != b {
			return a < b
		}
		return f.lines[i].Path < f.lines[j].Path
	})
	return distinct(f.lines)
}

// distinct numbers lines of the same path, so that each can be told apart.
func distinct(lines []Line) []Line {
	seen := map[string]int{}
	for i, l := range lines {
		k := string(l.Part) + "\x00" + l.Path
		if seen[k]++; seen[k] > 1 {
			lines[i].Path = fmt.Sprintf("%s#%d", l.Path, seen[k])
		}
	}
	return lines
}

// flat gathers the lines of settings.
type flat struct{ lines []Line }

func (f *flat) add(path, label, key, value string) {
	f.lines = append(f.lines, Line{Part: Settings, Path: path, Label: label, Key: key, Value: value, Secret: strings.Contains(value, SecretMark)})
}

// tree walks settings that are members of the policy itself.
func (f *flat) tree(path, label string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if uri := str(v, "omaUri"); uri != "" {
			f.oma(path, v, uri)
			return
		}
		if in, ok := v["managedProperty"]; ok && len(v) == 1 { // a bundle of Android's says nothing by itself
			f.tree(path, label, in)
			return
		}
		for _, name := range sortedKeys(v) {
			f.tree(join(path, ".", name), join(label, " › ", cmp.Or(labels[name], Words(name))), v[name])
		}
	case []any:
		f.list(path, label, v)
	case nil:
	default:
		f.add(cmp.Or(path, "settings"), cmp.Or(label, "Settings"), path, said(path, v))
	}
}

// oma is one line for an OMA-URI setting: its address tells it apart.
func (f *flat) oma(path string, o map[string]any, uri string) {
	label := str(o, "displayName")
	if label == "" {
		label = uri
	}
	f.add(path+"."+uri, label, uri, plain(o["value"]))
}

// list is one line for plain values, and a branch for each object, named by what tells objects apart.
func (f *flat) list(path, label string, all []any) {
	var values []string
	for i, v := range all {
		switch in := v.(type) {
		case map[string]any:
			name := cmp.Or(str(in, "omaUri"), str(in, "displayName"), str(in, "name"), str(in, "key"), str(in, "locale"), str(in, "id"), fmt.Sprint(i+1))
			if key, member, ok := pairOf(in); ok {
				f.pair(path, label, key, in[member])
			} else if str(in, "omaUri") != "" {
				f.tree(path, label, in)
			} else {
				f.tree(path+"["+name+"]", label+" › "+name, in)
			}
		case []any:
			f.list(fmt.Sprintf("%s[%d]", path, i+1), fmt.Sprintf("%s › %d", label, i+1), in)
		case nil:
		default:
			values = append(values, said(path, v))
		}
	}
	if len(values) > 0 {
		f.add(path, label, path, strings.Join(values, ", "))
	}
}

// pair is one line for a key and its value, or a branch where the value is several. An app's own keys stand by themselves.
func (f *flat) pair(path, label, key string, v any) {
	if appSettings[path] {
		label = ""
	}
	path, label = path+"["+key+"]", join(label, " › ", key)
	if v == nil || v == "" {
		f.add(path, label, key, "")
		return
	}
	f.tree(path, label, v)
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimPrefix(v, "#microsoft.graph.")
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	case json.Number:
		return v.String()
	case []any:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			parts = append(parts, plain(e))
		}
		return strings.Join(parts, ", ")
	}
	return string(canonical(v))
}

func sortedKeys(o map[string]any) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func join(a, sep, b string) string {
	if a == "" {
		return b
	}
	return a + sep + b
}

// Words are a member's name with blanks: "passcodeMinimumLength" is "Passcode minimum length", "@odata.type" is "Type".
func Words(name string) string {
	name = strings.TrimPrefix(name, "@odata.")
	rs := []rune(name)
	var b strings.Builder
	for i, r := range rs {
		upper := unicode.IsUpper(r)
		starts := upper && i > 0 && (unicode.IsLower(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1]) && !unicode.IsDigit(rs[i-1]))
		if starts {
			b.WriteByte(' ')
		}
		switch {
		case i == 0:
			b.WriteRune(unicode.ToUpper(r))
		case starts && (i+1 >= len(rs) || !unicode.IsUpper(rs[i+1])):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(r)
		}
	}
	return withAcronyms(b.String())
}
