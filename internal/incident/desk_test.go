package incident

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
)

// TestUnchanged: what was decided on an old page, or about a merged incident, is refused with how it stands.
func TestUnchanged(t *testing.T) {
	for name, tc := range map[string]struct {
		now  Incident
		want string
	}{
		"as seen": {Incident{UpdatedAt: noon}, ""},
		"changed": {Incident{UpdatedAt: noon.Add(1), ChangedBy: "soc@contoso.example", Assigned: "boss@contoso.example"}, "soc@contoso.example changed this incident since you opened it. It is assigned to boss@contoso.example now."},
		"merged":  {Incident{UpdatedAt: noon, RedirectTo: "7"}, "merged this incident into incident 7"},
	} {
		err := unchanged(tc.now, noon, "incident")
		if sentence, _, _ := errs.Sentence(err); (err != nil) != (tc.want != "") || !strings.Contains(sentence, tc.want) || err != nil && !errors.Is(err, errs.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
