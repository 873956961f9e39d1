package permission_test

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/permission"
)

func TestPartnerSolutions(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range permission.PartnerSolutions() {
		if len(s.ID) != 36 || !strings.HasSuffix(s.Explanation, ".") || s.Solution == "" || seen[s.ID] || seen[s.Name] {
			t.Errorf("not explained, or twice: %+v", s)
		}
		seen[s.ID], seen[s.Name] = true, true
		for _, name := range []string{s.Name, s.ID} {
			p := permission.Permission{Resource: permission.IntuneAPI, Kind: permission.Application, Name: name}
			if got, ok := permission.PartnerSolutionOf(p); !ok || got != s || p.Writes() != s.Writes {
				t.Errorf("%s: %+v, %v, writes %v", name, got, ok, p.Writes())
			}
			p.Resource = permission.Graph
			if _, ok := permission.PartnerSolutionOf(p); ok {
				t.Errorf("%s of Microsoft Graph is taken for one of Intune's own", name)
			}
		}
	}
	if unknown := (permission.Permission{Resource: permission.IntuneAPI, Kind: permission.Application, Name: "get_everything"}); !unknown.Writes() || unknown.Resource.Label() != "Microsoft Intune API" {
		t.Error("an unknown role of Intune's own service counts as writing")
	}
	for _, e := range permission.Catalogue() {
		for _, o := range e.Operations {
			for _, p := range o.Accepts {
				if p.Resource == permission.IntuneAPI {
					t.Errorf("%s asks for %s", e.Feature, p.Name)
				}
			}
		}
	}
}
