package serve

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/graphsync"
)

// odd bends each row of an answer that is otherwise as it should be.
func odd(change func(row map[string]any)) func(*asked, *http.Response) *http.Response {
	return onPage(func(_ *asked, p map[string]any) {
		for _, row := range rowsOf(p) {
			change(row)
		}
	})
}

// onPage bends an answer that is a JSON object; what is none stays as it is.
func onPage(change func(c *asked, p map[string]any)) func(*asked, *http.Response) *http.Response {
	return func(c *asked, res *http.Response) *http.Response {
		if res.StatusCode != http.StatusOK {
			return res
		}
		b := text(res)
		p := parsed(b)
		if p == nil {
			return body(res, b)
		}
		report := unpack(p)
		change(c, p)
		if report {
			pack(p)
		}
		b, err := json.Marshal(p)
		if err != nil {
			panic(err)
		}
		for mark, raw := range unwritable {
			b = bytes.ReplaceAll(b, []byte(mark), []byte(raw))
		}
		return body(res, b)
	}
}

func parsed(b []byte) (p map[string]any) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(&p) != nil {
		return nil
	}
	return p
}

// unwritable is JSON that Go does not write, by what stands for it.
var unwritable = map[string]string{"<NUL>": `\u0000`, "\\u003cNUL\\u003e": `\u0000`, "\\u003cHALF\\u003e": `\ud83d`, "\\u003cBYTE\\u003e": "\xff"}

// rowsOf are the rows of a page; of an entity, itself.
func rowsOf(p map[string]any) (rows []map[string]any) {
	value, ok := p["value"].([]any)
	if !ok {
		return []map[string]any{p}
	}
	for _, v := range value {
		if row, ok := v.(map[string]any); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

// unpack gives the rows of Intune's reports, which come as lists of values, the shape of other rows; pack takes it back.
func unpack(p map[string]any) bool {
	schema, ok := p["Schema"].([]any)
	if !ok {
		return false
	}
	rows := []any{}
	for _, values := range p["Values"].([]any) {
		row := map[string]any{}
		for i, c := range schema {
			row[c.(map[string]any)["Column"].(string)] = values.([]any)[i]
		}
		rows = append(rows, row)
	}
	p["value"] = rows
	return true
}

func pack(p map[string]any) {
	rows, ok := p["value"].([]any)
	delete(p, "value")
	if !ok {
		return
	}
	columns := map[string]bool{}
	for _, c := range p["Schema"].([]any) {
		columns[c.(map[string]any)["Column"].(string)] = true
	}
	for _, row := range rows {
		for name := range row.(map[string]any) {
			columns[name] = true
		}
	}
	schema, values := []any{}, []any{}
	names := slices.Sorted(maps.Keys(columns))
	for _, name := range names {
		schema = append(schema, map[string]any{"Column": name, "PropertyType": "String"})
	}
	for _, row := range rows {
		list := []any{}
		for _, name := range names {
			list = append(list, row.(map[string]any)[name])
		}
		values = append(values, list)
	}
	p["Schema"], p["Values"] = schema, values
}

// key tells a property that says which row it is.
func key(name string) bool {
	return name == "id" || name == "ApplicationId" || name == "DeviceId" || name == "skuId" || strings.HasPrefix(name, "@odata.")
}

// values bends each value of a row, however deep, but for its keys.
func values(change func(name string, v any) any) func(map[string]any) {
	var walk func(name string, v any) any
	walk = func(name string, v any) any {
		switch x := v.(type) {
		case map[string]any:
			for n, in := range x {
				if !key(n) {
					x[n] = walk(n, in)
				}
			}
			return x
		case []any:
			for i, in := range x {
				x[i] = walk(name, in)
			}
			return x
		}
		return change(name, v)
	}
	return func(row map[string]any) { walk("", row) }
}

func texts(change func(name, v string) any) func(map[string]any) {
	return values(func(name string, v any) any {
		if s, ok := v.(string); ok {
			return change(name, s)
		}
		return v
	})
}

func numbers(to any) func(map[string]any) {
	return values(func(_ string, v any) any {
		if _, ok := v.(json.Number); ok {
			return to
		}
		return v
	})
}

var (
	dateLike = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T`)
	enumLike = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9]{2,40}$`)
)

func dates(to any) func(map[string]any) {
	return texts(func(_, v string) any {
		if dateLike.MatchString(v) {
			return to
		}
		return v
	})
}

// grown puts properties that nobody knows into a row and into every object in it.
func grown(row map[string]any) {
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case map[string]any:
			for _, in := range x {
				walk(in)
			}
			x["newProperty"] = map[string]any{"list": []any{1, "two", nil, []any{}}, "deep": map[string]any{"deeper": map[string]any{"id": "x"}}}
			x["newNumber"], x["newText"], x["@newAnnotation.of"] = json.Number("123456789012345678901234567890"), "x", []any{}
		case []any:
			for _, in := range x {
				walk(in)
			}
		}
	}
	walk(row)
}

// unknowable are datasets whose rows mean nothing without what is not said: how many installations, on how many devices, what a role allows and
// whose it is, which customer.
var unknowable = map[string][]string{graphsync.AppInstalls: nonsense, graphsync.DetectedApps: nonsense, graphsync.IntuneRoles: nonsense, graphsync.LiveAppInstallStatus: nonsense, graphsync.DirectoryRoles: nonsense, graphsync.Contracts: nonsense}

// unnamed is a dataset whose rows mean nothing without the customer that they name by its GUID.
var unnamed = map[string][]string{graphsync.Contracts: nonsense}

// unsaid are tables, and a live reading, whose rows say that something is given, reported, set up or ours: where Graph names none, there is none.
var unsaid = []string{graphsync.LiveDeviceDetail, "app_assignment", "device_action_result", "device_protection", "directory_group", "directory_group_member", "guest", "policy_assignment", "service_item"}

// uncounted are datasets in which a count that is none is unknown, and not zero.
var uncounted = map[string][]string{graphsync.AppInstalls: nonsense, graphsync.DetectedApps: nonsense}

// others are tables whose rows others name by what is bent here.
var others = []string{"directory_group", "directory_group_member", "guest"}

var odds = []bent{
	{name: "unknown members of enumerations", bend: odd(texts(func(name, v string) any {
		if n := strings.ToLower(name); enumLike.MatchString(v) && !strings.Contains(n, "name") && !strings.HasSuffix(n, "id") {
			return "somethingNewFromMicrosoft"
		}
		return v
	}))},
	{name: "unknown types", bend: odd(func(row map[string]any) {
		if _, ok := row["@odata.type"]; ok {
			row["@odata.type"] = "#microsoft.graph.somethingNewFromMicrosoft"
		}
	}), loses: []string{"policy"}},
	{name: "new properties", bend: odd(grown)},
	{name: "null where nothing is ever null", bend: odd(func(row map[string]any) {
		for name := range row {
			if !key(name) {
				row[name] = nil
			}
		}
	}), but: unknowable, loses: unsaid},
	{name: "null in objects within", bend: odd(values(func(string, any) any { return nil })), but: unknowable, loses: unsaid},
	{name: "properties left out", bend: odd(func(row map[string]any) { maps.DeleteFunc(row, func(name string, _ any) bool { return !key(name) }) }), but: unknowable, loses: unsaid},
	{name: "empty texts", bend: odd(texts(func(string, string) any { return "" })), but: map[string][]string{graphsync.IntuneRoles: nonsense, graphsync.DirectoryRoles: nonsense, graphsync.Contracts: nonsense}, loses: unsaid},
	{name: "the year 1", bend: odd(dates("0001-01-01T00:00:00Z"))},
	{name: "the year 9999", bend: odd(dates("9999-12-31T23:59:59.9999999Z"))},
	{name: "dates that are none", bend: odd(dates("31 February, perhaps"))},
	{name: "NUL and half characters", bend: odd(texts(func(_, v string) any {
		if dateLike.MatchString(v) {
			return v
		}
		return v + "<NUL><HALF><BYTE>\u202e"
	})), but: unnamed, loses: others},
	{name: "numbers as texts", bend: odd(values(func(_ string, v any) any {
		switch x := v.(type) {
		case json.Number:
			return string(x)
		case bool:
			return map[bool]string{true: "True", false: "False"}[x]
		}
		return v
	}))},
	{name: "texts as numbers", bend: odd(texts(func(string, string) any { return 4711 })), but: unnamed, loses: others},
	{name: "lists and objects for values", bend: odd(values(func(_ string, v any) any { return []any{map[string]any{"value": v}} })), but: unknowable, loses: unsaid},
	{name: "absurd sizes", bend: odd(numbers(json.Number("1e308"))), but: uncounted},
	{name: "numbers beyond all bounds", bend: odd(numbers(json.Number("1e999999"))), but: uncounted},
	{name: "the largest whole number", bend: odd(numbers(json.Number("9223372036854775807"))), but: uncounted},
	{name: "negative sizes", bend: odd(numbers(json.Number("-9223372036854775808"))), but: uncounted},
	{name: "rows twice on a page", twice: true, bend: onPage(func(_ *asked, p map[string]any) {
		if value, ok := p["value"].([]any); ok {
			p["value"] = append(slices.Clone(value), value...)
			if n, ok := p["TotalRowCount"].(json.Number); ok && len(value) > 0 {
				p["TotalRowCount"] = json.Number(double(n))
			}
		}
	})},
	{name: "rows twice over two pages", twice: true, bend: onPage(func(c *asked, p map[string]any) {
		if _, ok := p["value"].([]any); ok && p["@odata.nextLink"] == nil && p["Schema"] == nil && !strings.Contains(c.URL.RawQuery, "again=") {
			p["@odata.nextLink"] = withQuery(c, "again=1")
		}
	})},
}
