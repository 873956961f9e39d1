package provisioning

import (
	"encoding/json"
	"slices"
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

// Read are the rules in order; nil where they cannot be read.
func (s Schema) Read() []Rule {
	var rules []Rule
	if json.Unmarshal(s.Rules, &rules) != nil {
		return nil
	}
	return rules
}

// fromSchema reads what Microsoft tells; ok is false where it has no rules that can be understood.
func fromSchema(raw json.RawMessage) (s Schema, ok bool) {
	var w struct {
		Version string          `json:"version"`
		Rules   json.RawMessage `json:"synchronizationRules"`
	}
	if json.Unmarshal(raw, &w) != nil {
		return s, false
	}
	s.Version, s.Rules = clean(w.Version), w.Rules
	return s, s.Read() != nil
}
