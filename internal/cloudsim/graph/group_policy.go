package graph

// definition is a setting of an administrative template, with the element under it that takes a value, if there is one.
type definition struct {
	id, category, name, class string
	label                     string // of the element; empty: the setting is only enabled or disabled
	value                     any    // a text, a number, a truth value or a list
}

var groupPolicySets = []struct {
	name        string
	definitions []definition
}{
	{"Office macros", []definition{
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0001", `\Microsoft Word 2016\Word Options\Security\Trust Center`, "Block macros from running in Office files from the Internet", "user", "", nil},
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0002", `\Microsoft Excel 2016\Excel Options\Security\Trust Center`, "VBA Macro Notification Settings", "user", "Select the macro notification setting", "3"},
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0003", `\Microsoft Office 2016\Security Settings`, "Disable VBA for Office applications", "user", "", nil},
	}},
	{"Google Chrome", []definition{
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0011", `\Google\Google Chrome`, "Block access to a list of URLs", "machine", "Block access to a list of URLs", []object{{{"name", "1"}, {"value", "chrome://flags"}}, {{"name", "2"}, {"value", "ftp://*"}}}},
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0012", `\Google\Google Chrome\Password manager`, "Enable saving passwords to the password manager", "machine", "", nil},
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0013", `\Google\Google Chrome`, "Set disk cache size in bytes", "machine", "Set disk cache size", 262144000},
	}},
	{"Drive maps", []definition{
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0021", `\Windows Components\File Explorer`, "Hide these specified drives in My Computer", "user", "Pick one of the following combinations", "3"},
	}},
	{"Remote Desktop", []definition{
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0031", `\Windows Components\Remote Desktop Services\Remote Desktop Session Host\Session Time Limits`, "Set time limit for disconnected sessions", "machine", "End a disconnected session", "900000"},
		{"1d38de7b-4a5d-4a1c-9a0e-8f0f6a3f0032", `\Windows Components\Remote Desktop Services\Remote Desktop Session Host\Device and Resource Redirection`, "Do not allow drive redirection", "machine", "", nil},
	}},
}

// groupPolicies are administrative templates: which settings of Microsoft's, or of an ingested file, are enabled or disabled.
func (c *call) groupPolicies() []object {
	names := make([]string, len(groupPolicySets))
	for i, g := range groupPolicySets {
		names[i] = g.name
	}
	return c.made(classTemplates, 0, 0.6, names, func(i int, _ string, _ *draw) object {
		return object{
			{"policyConfigurationIngestionType", "builtIn"}, {"assignments", c.assignments("groupPolicyConfigurationAssignment", classTemplates, i)},
			{"definitionValues", many("groupPolicyDefinitionValue", func() []object { return c.definitionValues(i) })},
		}
	})
}

func (c *call) definitionValues(i int) []object {
	var list []object
	for n, def := range groupPolicySets[i].definitions {
		d := c.drawOf(classTemplates, i<<4|n+1<<22)
		created, modified, _ := c.history(&d)
		enabled := d.is(0.8)
		id := c.idOf(classTemplates, i<<4|n+1<<22)
		list = append(list, object{
			{"createdDateTime", created}, {"enabled", enabled}, {"configurationType", "policy"}, {"id", id}, {"lastModifiedDateTime", modified},
			{"definition", single("groupPolicyDefinition", def.object)},
			{"presentationValues", many("groupPolicyPresentationValue", func() []object {
				if !enabled || def.label == "" {
					return nil
				}
				typ, name := "Text", "value"
				switch def.value.(type) {
				case []object:
					typ, name = "List", "values"
				case int:
					typ = "Decimal"
				}
				return []object{{
					{"@odata.type", "#microsoft.graph.groupPolicyPresentationValue" + typ}, {"lastModifiedDateTime", modified}, {"createdDateTime", created}, {"id", c.idOf(classTemplates, i<<4|n+1<<23)}, {name, def.value},
					{"presentation", single("groupPolicyPresentation", func() object {
						return object{{"@odata.type", "#microsoft.graph.groupPolicyPresentationTextBox"}, {"label", def.label}, {"id", def.id[:35] + "f"}, {"lastModifiedDateTime", created}}
					})},
				}}
			})},
		})
	}
	return list
}

func (d definition) object() object {
	return object{
		{"classType", d.class}, {"displayName", d.name}, {"explainText", ""}, {"categoryPath", d.category}, {"supportedOn", "At least Windows 10"}, {"policyType", "admxBacked"}, {"hasRelatedDefinitions", false},
		{"groupPolicyCategoryId", d.id[:35] + "e"}, {"minDeviceCspVersion", "5.0"}, {"minUserCspVersion", "5.0"}, {"version", "1.0"}, {"id", d.id}, {"lastModifiedDateTime", never},
	}
}
