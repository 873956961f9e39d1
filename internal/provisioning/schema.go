package provisioning

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Schema is how a job maps the attributes of objects, and which objects it takes (Microsoft Graph, synchronizationSchema).
type Schema struct {
	Tenant     tenant.ID
	TenantName string
	SPID       string
	AppName    string
	JobID      string
	Template   string
	Version    string
	Rules      json.RawMessage // as Microsoft tells them
	ReadAt     time.Time
	Gallery    string   // id of the application in Microsoft's gallery, where Fields are known
	Fields     []string // names of the credentials that the application wants; nil: not read

	whole       map[string]json.RawMessage // of a schema that was read just now: what a change sends back unchanged
	directories []directory
}

// Rule is one rule of a schema: from one directory to another.
type Rule struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	From    string          `json:"sourceDirectoryName"`
	To      string          `json:"targetDirectoryName"`
	Objects []ObjectMapping `json:"objectMappings"`
}

// ObjectMapping is how objects of one type become objects of another.
type ObjectMapping struct {
	Name       string             `json:"name"`
	From       string             `json:"sourceObjectName"`
	To         string             `json:"targetObjectName"`
	Enabled    bool               `json:"enabled"`
	Flows      string             `json:"flowTypes"` // "Add, Update, Delete"
	Attributes []AttributeMapping `json:"attributeMappings"`
	Scope      *Scope             `json:"scope"`
}

// Key tells object mappings of a rule apart.
func (o ObjectMapping) Key() string { return o.From + " → " + o.To }

// AttributeMapping is where one attribute of the target comes from.
type AttributeMapping struct {
	Target   string `json:"targetAttributeName"`
	Default  string `json:"defaultValue"`
	When     string `json:"flowType"`         // Always, ObjectAddOnly, MultiValueAddOnly, ValueAddOnly, AttributeAddOnly
	Behavior string `json:"flowBehavior"`     // FlowWhenChanged, FlowAlways
	Match    int64  `json:"matchingPriority"` // 0: objects are not matched by it; 1 comes first
	Missing  bool   `json:"exportMissingReferences"`
	Source   Source `json:"source"`
}

// Source is what a mapping takes its value from.
type Source struct {
	Type       string      `json:"type"` // Attribute, Constant, Function
	Name       string      `json:"name"`
	Expression string      `json:"expression"`
	Parameters []Parameter `json:"parameters"`
}

// Parameter is one argument of a function.
type Parameter struct {
	Key   string `json:"key"`
	Value Source `json:"value"`
}

// attributes are those of the source that the value depends on.
func (s Source) attributes() (names []string) {
	switch s.Type {
	case "Attribute":
		return []string{s.Name}
	case "Function":
		for _, p := range s.Parameters {
			names = append(names, p.Value.attributes()...)
		}
	}
	return names
}

// Scope says which objects are taken: those that fulfil all clauses of at least one group. One without groups takes all
// (Microsoft Entra, "Scoping users or groups to be provisioned with scoping filters").
type Scope struct {
	Groups   []ScopeGroup `json:"groups"`
	Input    []ScopeGroup `json:"inputFilterGroups"`
	Category []ScopeGroup `json:"categoryFilterGroups"`
}

// All are the groups of the scope, of which one is enough; none of a scope that is not there.
func (s *Scope) All() []ScopeGroup {
	if s == nil {
		return nil
	}
	return slices.Concat(s.Groups, s.Input, s.Category)
}

// ScopeGroup is clauses that must all hold.
type ScopeGroup struct {
	Name    string   `json:"name"`
	Clauses []Clause `json:"clauses"`
}

// Clause compares an attribute of the source.
type Clause struct {
	Attribute string `json:"sourceOperandName"`
	Operator  string `json:"operatorName"`
	Target    struct {
		Values []string `json:"values"`
	} `json:"targetOperand"`
}

// directory is what a schema tells of the attributes that there are.
type directory struct {
	Name    string `json:"name"`
	Objects []struct {
		Name       string `json:"name"`
		Attributes []struct {
			Name string `json:"name"`
		} `json:"attributes"`
	} `json:"objects"`
}

// Read are the rules in order; nil where they cannot be read.
func (s Schema) Read() []Rule {
	var rules []Rule
	if json.Unmarshal(s.Rules, &rules) != nil {
		return nil
	}
	return rules
}

// attributes are those that a directory has for a kind of object; nil: the schema does not say.
func (s Schema) attributes(of, object string) (names []string) {
	for _, d := range s.directories {
		if !strings.EqualFold(d.Name, of) {
			continue
		}
		for _, o := range d.Objects {
			if strings.EqualFold(o.Name, object) {
				for _, a := range o.Attributes {
					names = append(names, a.Name)
				}
			}
		}
	}
	return names
}

// fromSchema reads what Microsoft tells; ok is false where it has no rules that can be understood.
func fromSchema(raw json.RawMessage) (s Schema, ok bool) {
	if json.Unmarshal(raw, &s.whole) != nil {
		return s, false
	}
	_ = json.Unmarshal(s.whole["version"], &s.Version)         // without one it is empty
	_ = json.Unmarshal(s.whole["directories"], &s.directories) // without them nothing can be looked up
	s.Version, s.Rules = clean(s.Version), s.whole["synchronizationRules"]
	return s, s.Read() != nil
}
