package consent

import (
	"strings"
	"testing"
	"time"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
)

// TestPartnerSolutionsAreExplained: a role of Intune's own service shows by its name with what it is for, also where only its GUID is known.
func TestPartnerSolutionsAreExplained(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	standing := func(name string) domain.Standing {
		return domain.Standing{Permission: permission.Permission{Resource: permission.IntuneAPI, Kind: permission.Application, Name: name}, Standing: domain.StandingSurplus, FirstSeen: now, LastSeen: now}
	}
	v := staffView{now: now, Surplus: []grantRow{newGrantRow(standing("907d16c7-7591-49a4-b523-6fd42e5f2c7e")), newGrantRow(standing("get_device_compliance")), newGrantRow(standing("get_everything"))}}
	if v.Surplus[0].Name != "pfx_cert_provider" || v.writing() != 2 {
		t.Errorf("%+v, %d write", v.Surplus, v.writing())
	}
	var b strings.Builder
	if err := v.grants(v.Surplus, "Surplus").Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Network access control: Reads whether a device", "Microsoft Intune API", "pfx_cert_provider", "application, writes"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table does not say %q", want)
		}
	}
}
