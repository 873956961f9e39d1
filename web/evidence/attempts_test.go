package evidence

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/page"
)

// TestSetUpsInEveryLanguage: a customer reads in each language what was set up, and also that it failed or is not known.
func TestSetUpsInEveryLanguage(t *testing.T) {
	for _, l := range permission.Languages {
		for action := range setUps[permission.English].what {
			said := map[string]bool{}
			for _, end := range []string{"", ".failed", ".unknown"} {
				w := inLang[l].act(action + end)
				if w == "" || said[w] || strings.Contains(w, "{") || w == page.ActionWords(action+end) && l != permission.English {
					t.Errorf("%s in %s: %q", action+end, l, w)
				}
				said[w] = true
			}
		}
	}
}
