package doctor

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/webtest"
)

// TestRefused: whoever was not let in learns the layer and who can fix it, for what Microsoft refuses most, and nothing for an answer without a
// number.
func TestRefused(t *testing.T) {
	contoso := webtest.ID(t, 1)
	failure := func(code int) diagnose.Failure {
		return diagnose.Failure{AADSTS: code, Kind: permission.Delegated, At: time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC), RequestID: "0b9c22d4-5c0b-43a6-92b6-7d8a4ad3a1f0"}
	}
	const admin, owner, you = "An administrator of the company where you signed in", "Whoever runs this portal", "You"
	for code, want := range map[int][2]string{
		50105: {"Account in the tenant", admin}, 50020: {"Account in the tenant", admin}, 50014: {"Account in the tenant", you}, 65001: {"App in the tenant", admin}, 90094: {"App in the tenant", admin},
		53003: {"Conditional access", admin}, 50076: {"Conditional access", you}, 7000215: {"Our registration", owner}, 7000222: {"Our registration", owner}, 700016: {"App in the tenant", admin},
		90002: {"Right tenant and cloud", you}, 99999: {"Not known", "Not known"},
	} {
		b := Refused(failure(code), contoso, "https://portal.example")
		if b == nil || b.Layer != want[0] || b.Who != want[1] || b.Remedy == "" || !strings.Contains(b.Message, "correlation id 0b9c22d4") || !strings.Contains(b.Message, contoso.String()) || strings.Contains(b.Message, "Grants were read") {
			t.Errorf("AADSTS%d: %+v, want %v", code, b, want)
		}
	}
	if b := Refused(failure(0), contoso, "https://portal.example"); b != nil {
		t.Errorf("no number: %+v", b)
	}
}
