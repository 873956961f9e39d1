package graph

import (
	"slices"
	"strings"
)

// schemaRules is what is judged of the rules in a request (synchronizationSchema).
type schemaRules []struct {
	ID      string         `json:"id"`
	From    string         `json:"sourceDirectoryName"`
	To      string         `json:"targetDirectoryName"`
	Objects []schemaObject `json:"objectMappings"`
}

type schemaObject struct {
	Attributes []struct {
		Match  int          `json:"matchingPriority"`
		Target string       `json:"targetAttributeName"`
		Source schemaSource `json:"source"`
	} `json:"attributeMappings"`
	Name  string `json:"name"`
	Scope *struct {
		Groups []struct {
			Clauses []struct {
				Operator string `json:"operatorName"`
				Name     string `json:"sourceOperandName"`
			} `json:"clauses"`
		} `json:"groups"`
	} `json:"scope"`
	From string `json:"sourceObjectName"`
	To   string `json:"targetObjectName"`
}

type schemaSource struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Parameters []struct {
		Value schemaSource `json:"value"`
	} `json:"parameters"`
}

// operators are those of scoping filters (Microsoft Graph, synchronizationSchema: filterOperators).
var operators = []string{"EQUALS", "NOT EQUALS", "IS TRUE", "IS FALSE", "IS NULL", "IS NOT NULL", "REGEX MATCH", "NOT REGEX MATCH", "GREATER_THAN", "GREATER_THAN_OR_EQUALS", "INCLUDES"}

// fault says why the rules do not fit the job whose rule has that id; empty: they do.
func (r schemaRules) fault(id, target string, from, to map[string][]string) string {
	if len(r) != 1 || !strings.EqualFold(r[0].ID, id) {
		return "The synchronization rules of the schema must be those of the job."
	}
	if r[0].From != entraDirectory || r[0].To != target {
		return "The schema has no directory of the name that the rule gives."
	}
	for _, o := range r[0].Objects {
		if why := o.fault(from[o.From], to[o.To]); why != "" {
			return why
		}
	}
	return ""
}

func (o schemaObject) fault(from, to []string) string {
	if from == nil || to == nil {
		return "The schema has no objects '" + o.From + "' and '" + o.To + "'."
	}
	matched := false
	for _, a := range o.Attributes {
		if !slices.Contains(to, a.Target) {
			return "The attribute '" + a.Target + "' is not defined for the object '" + o.To + "'."
		}
		if why := a.Source.fault(from); why != "" {
			return why
		}
		matched = matched || a.Match > 0
	}
	if !matched {
		return "The object mapping '" + o.Name + "' has no matching attribute."
	}
	if o.Scope == nil {
		return ""
	}
	for _, g := range o.Scope.Groups {
		for _, c := range g.Clauses {
			if !slices.Contains(from, c.Name) || !slices.Contains(operators, c.Operator) {
				return "The clause on '" + c.Name + "' of the scoping filter is not valid."
			}
		}
	}
	return ""
}

func (s schemaSource) fault(from []string) string {
	switch s.Type {
	case "Attribute":
		if !slices.Contains(from, s.Name) {
			return "The attribute '" + s.Name + "' is not defined in the source."
		}
	case "Function":
		for _, p := range s.Parameters {
			if why := p.Value.fault(from); why != "" {
				return why
			}
		}
	case "Constant":
	default:
		return "The source type '" + s.Type + "' is not valid."
	}
	return ""
}
