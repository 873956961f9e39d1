// Package arch holds the tests of the house as a whole: packages import what its plan (ARCHITECTURE.md) lets them, and nothing else; what is
// generated is what its sources make.
package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tenantry/tenantry/"

// room is one line of the plan. Patterns are package paths within the module, or module paths of others; a trailing /... means all below.
type room struct {
	packages string   // which packages it is about
	may      []string // packages of ours that it may import
	must     []string // packages of anybody that it must not import
}

var (
	html     = []string{"github.com/a-h/templ/...", "html/template"}
	database = []string{"github.com/jackc/pgx/v5/...", "database/sql"}
	// domain are the rooms that know one thing each. They do not know one another.
	domainMay = []string{"internal/errs", "internal/tenant", "internal/postgres", "internal/graph", "internal/graphsync", "internal/permission", "internal/audit", "internal/webhook"}
	domainNot = append(append([]string{}, html...), "github.com/go-chi/chi/...")
)

// plan is read from the top; the first line that fits a package counts.
var plan = []room{
	{"cmd/tenantry", []string{"cmd/internal/...", "internal/...", "web/..."}, []string{module + "internal/cloudsim/..."}},
	{"cmd/internal/...", []string{"cmd/internal/...", "internal/...", "web/..."}, []string{module + "internal/cloudsim/..."}},
	{"cmd/cloudsim", []string{"internal/cloudsim/..."}, nil},
	{"cmd/demo", []string{"cmd/internal/...", "internal/...", "web/..."}, nil},

	{"web", []string{"web/...", "internal/..."}, append(append([]string{module + "internal/cloudsim/...", module + "internal/graph"}, html...), database...)},
	{"web/middleware", nil, append(append([]string{}, html...), database...)},
	{"web/static", nil, nil},
	{"web/ui", []string{"internal/tenant", "web/static"}, append([]string{"net/http"}, database...)},
	{"web/page", []string{"web/ui", "web/middleware", "internal/errs", "internal/tenant"}, database},
	{"web/gate", []string{"web/page", "web/ui", "internal/session", "internal/tenant", "internal/errs"}, database},
	{"web/webtest", []string{"..."}, nil},
	{"web/webtest/chromium", nil, database},
	{"web/signin", []string{"web/page", "web/ui", "web/gate", "web/middleware", "internal/entra", "internal/session", "internal/audit", "internal/tenant", "internal/errs"}, database},
	// fresh, figures and verdict are parts that several pages share: words and drawings around internal/graphsync and its counters.
	{"web/fresh", []string{"web/ui", "web/page", "internal/graphsync", "internal/tenant", "internal/errs"}, database},
	{"web/figures", []string{"web/ui", "internal/graphsync", "internal/tenant"}, database},
	{"web/verdict", []string{"web/ui", "web/page", "internal/..."}, database},
	// lang is what the pages for customers share to speak six languages.
	{"web/lang", []string{"web/page", "web/ui", "internal/permission"}, database},
	{"web/*", []string{"web/page", "web/ui", "web/gate", "web/fresh", "web/figures", "web/verdict", "web/lang", "web/middleware", "internal/..."},
		append([]string{module + "internal/cloudsim/...", module + "internal/graph", module + "internal/entra", module + "internal/postgres/..."}, database...)},

	{"internal/errs", nil, []string{"net/http"}},
	{"internal/arch", nil, nil},
	{"internal/bench", []string{"internal/..."}, nil}, // measures the built binaries from outside
	{"internal/config", nil, nil},
	{"internal/localpg", nil, nil},
	{"internal/webhook", []string{"internal/errs", "internal/tenant"}, append([]string{}, append(domainNot, database...)...)},
	{"internal/mail", []string{"internal/errs"}, append([]string{"net/http"}, append(domainNot, database...)...)},
	{"internal/cloudsim/...", []string{"internal/cloudsim/..."}, append([]string{}, database...)},
	{"internal/postgres", []string{"migrations", "internal/errs"}, domainNot},
	{"internal/postgres/pgtest", []string{"migrations", "internal/postgres", "internal/localpg", "internal/tenant"}, nil},
	{"internal/keyset", []string{"internal/tenant", "internal/errs"}, append(append([]string{"net/http"}, html...), database...)},
	{"internal/tenant", []string{"internal/errs", "internal/postgres"}, append([]string{"net/http"}, domainNot...)},
	{"internal/session", []string{"internal/errs", "internal/postgres", "internal/tenant"}, domainNot},
	{"internal/entra", []string{"internal/errs", "internal/tenant"}, append(append([]string{}, domainNot...), database...)},
	{"internal/graph", []string{"internal/errs", "internal/tenant"}, append(append([]string{}, domainNot...), database...)},
	{"internal/graphsync", []string{"internal/errs", "internal/postgres", "internal/tenant"}, append([]string{"net/http"}, domainNot...)},
	{"internal/permission", []string{"internal/errs"}, append(append([]string{"net/http"}, domainNot...), database...)},
	{"internal/diagnose", []string{"internal/errs", "internal/permission", "internal/tenant"}, append(append([]string{"net/http"}, domainNot...), database...)},
	{"internal/audit", []string{"internal/errs", "internal/postgres", "internal/tenant"}, append([]string{"net/http"}, domainNot...)},
	{"internal/*", domainMay, domainNot},
	{"migrations", nil, nil},
}

type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

// ours lists the packages of the module. Packages that do not compile are listed all the same.
func ours(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports,Deps", module+"...")
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		errors.As(err, &failed)
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// fits tells whether a path is meant by a pattern.
func fits(pattern, p string) bool {
	if pattern == "..." {
		return true
	}
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return p == below || strings.HasPrefix(p, below+"/")
	}
	match, _ := path.Match(pattern, p)
	return match
}

func anyFits(patterns []string, p string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return fits(pattern, p) })
}

// short is the path within the module, or the whole path of somebody else's.
func short(importPath string) (p string, own bool) {
	return strings.CutPrefix(importPath, module)
}

func roomOf(p string) (room, bool) {
	i := slices.IndexFunc(plan, func(r room) bool { return fits(r.packages, p) })
	if i < 0 {
		return room{}, false
	}
	return plan[i], true
}

// onlyForTests are packages that nothing but a test may import.
var onlyForTests = []string{"internal/postgres/pgtest", "web/webtest", "web/webtest/chromium"}

func faults(p pkg) (found []string) {
	name, _ := short(p.ImportPath)
	r, ok := roomOf(name)
	if !ok {
		return []string{"has no line in the plan"}
	}
	for _, imported := range p.Imports {
		if anyFits(r.must, imported) {
			found = append(found, "must not import "+imported)
		}
		own, is := short(imported)
		if !is {
			continue
		}
		if !anyFits(r.may, own) {
			found = append(found, "may not import "+own)
		}
		if slices.Contains(onlyForTests, own) && name != "web/webtest" {
			found = append(found, own+" is for tests only")
		}
	}
	return found
}

func TestImportsFollowThePlan(t *testing.T) {
	all := ours(t)
	if len(all) < 20 {
		t.Fatalf("only %d packages were listed", len(all))
	}
	for _, p := range all {
		for _, f := range faults(p) {
			name, _ := short(p.ImportPath)
			t.Errorf("%s %s", name, f)
		}
	}
}

// TestProductHasNoSimulator looks at everything that is linked into the binary, however it gets there.
func TestProductHasNoSimulator(t *testing.T) {
	for _, p := range ours(t) {
		if p.ImportPath != module+"cmd/tenantry" {
			continue
		}
		for _, d := range p.Deps {
			if strings.Contains(d, "cloudsim") {
				t.Errorf("cmd/tenantry contains %s", d)
			}
		}
		return
	}
	t.Error("there is no cmd/tenantry")
}

// TestNothingBelowImportsTheWeb: cmd → web → internal → migrations, and never back. The simulator's tests may use nothing of ours either.
func TestNothingBelowImportsTheWeb(t *testing.T) {
	for _, p := range ours(t) {
		name, _ := short(p.ImportPath)
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			own, is := short(imported)
			if !is {
				continue
			}
			if strings.HasPrefix(name, "internal/") && (fits("web/...", own) || fits("cmd/...", own)) {
				t.Errorf("%s imports %s", name, own)
			}
			if fits("web/...", name) && fits("cmd/...", own) && name != "web/webtest" {
				t.Errorf("%s imports %s", name, own)
			}
			if fits("internal/cloudsim/...", name) && !fits("internal/cloudsim/...", own) {
				t.Errorf("%s imports %s", name, own)
			}
		}
	}
}

// TestFaultsAreFound keeps the tests above from passing for the wrong reason.
func TestFaultsAreFound(t *testing.T) {
	for _, bad := range []pkg{
		{ImportPath: module + "cmd/tenantry", Imports: []string{module + "internal/cloudsim"}},
		{ImportPath: module + "internal/device", Imports: []string{module + "internal/app"}},
		{ImportPath: module + "internal/device", Imports: []string{module + "web/page"}},
		{ImportPath: module + "internal/device", Imports: []string{"github.com/a-h/templ"}},
		{ImportPath: module + "internal/graphsync", Imports: []string{module + "internal/graph"}},
		{ImportPath: module + "internal/cloudsim/graph", Imports: []string{module + "internal/tenant"}},
		{ImportPath: module + "web/devices", Imports: []string{"github.com/jackc/pgx/v5"}},
		{ImportPath: module + "web/devices", Imports: []string{module + "web/apps"}},
		{ImportPath: module + "web/devices", Imports: []string{module + "internal/graph"}},
		{ImportPath: module + "web/ui", Imports: []string{"net/http"}},
		{ImportPath: module + "migrations", Imports: []string{module + "internal/errs"}},
		{ImportPath: module + "internal/device", Imports: []string{module + "internal/postgres/pgtest"}},
		{ImportPath: module + "elsewhere", Imports: nil},
	} {
		if len(faults(bad)) == 0 {
			t.Errorf("%s importing %q was let through", bad.ImportPath, bad.Imports)
		}
	}
}
