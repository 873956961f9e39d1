package graph

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// options are the system query options that an operation takes part in.
type options int

const (
	oSelect options = 1 << iota
	oFilter
	oTop
	oSkip
	oCount
	oOrder
	oExpand
	oSearch
)

var optionBits = map[string]options{"select": oSelect, "filter": oFilter, "top": oTop, "skip": oSkip, "count": oCount, "orderby": oOrder,
	"expand": oExpand, "search": oSearch, "skiptoken": oTop | oSkip, "format": ^options(0)}

// query is what the request asks for.
type query struct {
	selected  []string
	expand    []string
	filter    *expr
	order     []string
	top       int // -1: not given
	skip      int
	count     bool
	skipToken string
	search    string
}

// parseQuery reads the system query options. A name the protocol does not have is refused everywhere; an option that the operation
// has no use for is refused by the directory and ignored by Intune.
func parseQuery(rawQuery string, op *operation) (query, error) {
	q := query{top: -1}
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return q, badRequest("The query string is not well formed.")
	}
	for name, vs := range values {
		option, dollar := strings.CutPrefix(name, "$")
		option = strings.ToLower(option)
		bit, known := optionBits[option]
		if !known && !dollar {
			continue
		}
		if !known {
			return q, badRequest("The query parameter '" + name + "' is not supported.")
		}
		if len(vs) > 1 {
			return q, badRequest("Query option '" + name + "' was specified more than once, but it must be specified at most once.")
		}
		if op.options&bit == 0 {
			if op.area == intune {
				continue
			}
			return q, &refusal{status: 400, code: "Request_UnsupportedQuery", message: "The query parameter '" + name + "' is not supported for this resource."}
		}
		if err := q.set(option, name, vs[0]); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *query) set(option, name, value string) error {
	switch option {
	case "select":
		q.selected = splitNames(value)
	case "expand":
		q.expand = splitNames(value)
	case "orderby":
		q.order = splitNames(value)
	case "search":
		q.search = value
	case "skiptoken":
		q.skipToken = value
	case "count":
		if value != "true" && value != "false" {
			return badRequest("Invalid value '" + value + "' for $count query option found. Valid values are 'true' or 'false'.")
		}
		q.count = value == "true"
	case "filter":
		e, err := parseFilter(value)
		if err != nil {
			return badRequest("Invalid filter clause: " + value)
		}
		q.filter = e
	case "top", "skip":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return badRequest("Invalid value '" + value + "' for " + name + " query option found. The " + name +
				" query option requires a non-negative integer value.")
		}
		if option == "top" {
			q.top = n
		} else {
			q.skip = n
		}
	}
	return nil
}

// splitNames splits at the commas outside parentheses.
func splitNames(list string) []string { return splitOutside(list, ',') }

func splitOutside(list string, separator byte) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i <= len(list); i++ {
		switch {
		case i < len(list) && list[i] == '(':
			depth++
		case i < len(list) && list[i] == ')':
			depth--
		case i == len(list) || list[i] == separator && depth == 0:
			if name := strings.TrimSpace(list[start:i]); name != "" {
				out = append(out, name)
			}
			start = i + 1
		}
	}
	return out
}

// check holds $select, $orderby and $expand against the type.
func (c *call) check(k *kind) error {
	for _, n := range c.q.selected {
		if n == "*" || strings.HasPrefix(n, "microsoft.graph.") || k.has(n, c.beta) || k.hasNav(n, c.beta) {
			continue
		}
		return badRequest("Parsing OData Select and Expand failed: Could not find a property named '" + n + "' on type 'microsoft.graph." + k.name + "'.")
	}
	for _, o := range c.q.order {
		if n, _, _ := strings.Cut(o, " "); !k.has(n, c.beta) {
			return badRequest("Could not find a property named '" + n + "' on type 'microsoft.graph." + k.name + "'.")
		}
	}
	for _, e := range c.q.expand {
		n, _, _ := strings.Cut(e, "(")
		if !k.hasNav(n, c.beta) {
			return badRequest("Parsing OData Select and Expand failed: Could not find a property named '" + n + "' on type 'microsoft.graph." + k.name + "'.")
		}
	}
	return nil
}

// selects says whether the member is asked for, by its name or through a cast such as microsoft.graph.iosVppApp/bundleId.
func (q *query) selects(name string) bool {
	return len(q.selected) == 0 || slices.ContainsFunc(q.selected, func(s string) bool {
		return s == name || s == "*" || strings.HasPrefix(s, "microsoft.graph.") && strings.HasSuffix(s, "/"+name)
	})
}

func (q *query) expands(name string) bool {
	return slices.ContainsFunc(q.expand, func(e string) bool { return e == name || strings.HasPrefix(e, name+"(") })
}

// shape words what was selected and expanded as @odata.context does: (id,displayName,assignments()).
func (q *query) shape() string {
	parts := slices.Clone(q.selected)
	for _, e := range q.expand {
		n, _, _ := strings.Cut(e, "(")
		parts = append(parts, n+"()")
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ",") + ")"
}
