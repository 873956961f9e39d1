package provisioning

import (
	"strings"

	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/web/ui"
)

// fromWords is where a value comes from: an attribute by its name, a constant, or Microsoft's expression.
func fromWords(a provisioning.AttributeMapping) string {
	s := a.Source
	switch s.Type {
	case "Attribute":
		return s.Name
	case "Constant":
		return "always " + quote(strings.Trim(s.Expression, `"`))
	}
	return s.Expression
}

func quote(s string) string { return "“" + s + "”" }

// kindWords are Microsoft's kinds of mappings in the words of its own portal.
var kindWords = map[string]string{"Attribute": "Direct", "Constant": "Constant", "Function": "Expression"}

func kindOf(a provisioning.AttributeMapping) string {
	if w := kindWords[a.Source.Type]; w != "" {
		return w
	}
	return a.Source.Type
}

// whenWords say when a mapping applies (Microsoft Graph, attributeFlowType).
var whenWords = map[string]string{
	"Always": "Always", "ObjectAddOnly": "Only when the object is made", "MultiValueAddOnly": "Values are only added", "ValueAddOnly": "Only where the target has no value", "AttributeAddOnly": "Only where the target lacks the attribute",
}

func whenOf(a provisioning.AttributeMapping) string {
	w := whenWords[a.When]
	if w == "" {
		w = a.When
	}
	if a.Behavior == "FlowAlways" {
		w += ", also if nothing changed"
	}
	return w
}

// mappingWords is a whole mapping in one line, which is the same exactly where the mappings are.
func mappingWords(a provisioning.AttributeMapping) string {
	out := fromWords(a)
	if a.Default != "" {
		out += ", else " + quote(a.Default)
	}
	if a.Match > 0 {
		out += ", matches " + ordinal(a.Match)
	}
	if w := whenOf(a); w != "Always" {
		out += ", " + strings.ToLower(w)
	}
	if a.Missing {
		out += ", with references that are missing"
	}
	return out
}

func ordinal(n int64) string {
	if n <= 3 {
		return []string{"first", "second", "third"}[n-1]
	}
	return "as no. " + ui.N(n)
}

// operatorWords are the operators of scoping filters (Microsoft Graph, synchronizationSchema: filterOperators).
var operatorWords = map[string]string{
	"EQUALS": "is", "NOT EQUALS": "is not", "IS TRUE": "is true", "IS FALSE": "is false", "IS NULL": "is empty", "IS NOT NULL": "is not empty", "REGEX MATCH": "fits", "NOT REGEX MATCH": "does not fit",
	"GREATER_THAN": "is greater than", "GREATER_THAN_OR_EQUALS": "is at least", "INCLUDES": "contains", "ISMEMBEROF": "is a member of",
}

func clauseWords(c provisioning.Clause) string {
	operator := operatorWords[strings.ToUpper(c.Operator)]
	if operator == "" {
		operator = c.Operator
	}
	out := c.Attribute + " " + operator
	for i, v := range c.Target.Values {
		if i > 0 {
			out += " or"
		}
		out += " " + quote(v)
	}
	return out
}

// scopeWords are the groups of a scoping filter, of which one is enough; none where everything is taken.
func scopeWords(s *provisioning.Scope) []string {
	out := []string{}
	for _, g := range s.All() {
		clauses := make([]string, len(g.Clauses))
		for i, c := range g.Clauses {
			clauses[i] = clauseWords(c)
		}
		if len(clauses) > 0 {
			out = append(out, strings.Join(clauses, " and "))
		}
	}
	return out
}

func scopeLine(s *provisioning.Scope) string {
	groups := scopeWords(s)
	if len(groups) == 0 {
		return "everything that is assigned"
	}
	return strings.Join(groups, "; or ")
}

// flowWords say what a job does with objects of a type.
func flowWords(o provisioning.ObjectMapping) string {
	if !o.Enabled {
		return "switched off"
	}
	words := map[string]string{"add": "makes", "update": "updates", "delete": "deletes"}
	var does []string
	for f := range strings.SplitSeq(o.Flows, ",") {
		if w := words[strings.ToLower(strings.TrimSpace(f))]; w != "" {
			does = append(does, w)
		}
	}
	if len(does) == 0 {
		return "does nothing"
	}
	return strings.Join(does, ", ")
}
