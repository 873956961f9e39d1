package configuration

import (
	"cmp"
	"fmt"
	"strings"
)

// A settings catalogue policy is a list of setting instances. Each names a definition, such as
// device_vendor_msft_policy_config_defender_allowrealtimemonitoring; the words for it and for its choices come with the definitions.

// definition is what is kept of a deviceManagementConfigurationSettingDefinition.
type definition struct {
	name    string
	choices map[string]string
}

// reduceDefinitions keeps ids and words of the definitions of a setting; the rest is Microsoft's catalogue, not the tenant's.
func reduceDefinitions(setting map[string]any) {
	var kept []any
	for _, d := range list(setting, "settingDefinitions") {
		one := map[string]any{"id": str(d, "id"), "displayName": str(d, "displayName")}
		var options []any
		for _, o := range list(d, "options") {
			options = append(options, map[string]any{"itemId": str(o, "itemId"), "displayName": str(o, "displayName")})
		}
		if options != nil {
			one["options"] = options
		}
		kept = append(kept, one)
	}
	delete(setting, "settingDefinitions")
	if kept != nil {
		setting["settingDefinitions"] = kept
	}
}

func definitionsOf(setting map[string]any) map[string]definition {
	defs := map[string]definition{}
	for _, d := range list(setting, "settingDefinitions") {
		one := definition{name: str(d, "displayName"), choices: map[string]string{}}
		for _, o := range list(d, "options") {
			one.choices[str(o, "itemId")] = str(o, "displayName")
		}
		defs[str(d, "id")] = one
	}
	return defs
}

// catalogue adds the lines of one setting and of those below it.
func (f *flat) catalogue(setting map[string]any) {
	if inst := obj(setting, "settingInstance"); inst != nil {
		f.instance(inst, definitionsOf(setting), "", "")
	}
}

func (f *flat) instance(inst map[string]any, defs map[string]definition, path, label string) {
	id := str(inst, "settingDefinitionId")
	def := defs[id]
	path, label = join(path, " › ", id), join(label, " › ", cmp.Or(def.name, tail(id)))
	if v := obj(inst, "simpleSettingValue"); v != nil {
		f.add(path, label, id, plain(v["value"]))
	}
	if all := list(inst, "simpleSettingCollectionValue"); all != nil {
		var values []string
		for _, v := range all {
			values = append(values, plain(v["value"]))
		}
		f.add(path, label, id, strings.Join(values, ", "))
	}
	if v := obj(inst, "choiceSettingValue"); v != nil {
		f.add(path, label, id, def.choice(id, str(v, "value")))
		f.children(v, defs, path, label)
	}
	if all := list(inst, "choiceSettingCollectionValue"); all != nil {
		var values []string
		for _, v := range all {
			values = append(values, def.choice(id, str(v, "value")))
		}
		f.add(path, label, id, strings.Join(values, ", "))
		for _, v := range all {
			f.children(v, defs, path, label)
		}
	}
	if v := obj(inst, "groupSettingValue"); v != nil {
		f.children(v, defs, path, label)
	}
	for i, v := range list(inst, "groupSettingCollectionValue") {
		f.children(v, defs, fmt.Sprintf("%s[%d]", path, i+1), fmt.Sprintf("%s %d", label, i+1))
	}
}

func (f *flat) children(v map[string]any, defs map[string]definition, path, label string) {
	for _, child := range list(v, "children") {
		f.instance(child, defs, path, label)
	}
}

// choice is a chosen value in words, or without the name of its setting: of "…_allowrealtimemonitoring_1" the "1".
func (d definition) choice(id, value string) string {
	if w := d.choices[value]; w != "" {
		return w
	}
	return strings.TrimPrefix(strings.TrimPrefix(value, id), "_")
}

// tail is what tells most about a definition without words: its last part.
func tail(id string) string {
	if i := strings.LastIndexAny(id, "_~"); i >= 0 && i+1 < len(id) {
		return id[i+1:]
	}
	return id
}
