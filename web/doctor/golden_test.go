package doctor

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	failed := now.Add(-2 * time.Minute)
	one := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", State: tenant.StateConnected}
	m := tenant.Membership{Person: technician, Tenant: one, Scope: tenant.Only(one.ID)}
	v := view{TenantID: one.ID, Tenant: "Contoso", Source: "sync", Dataset: "apps", Label: "Apps", State: "failed", FailedAt: &failed, Failures: 3, Problem: "A permission is missing.", RequestID: "0b9c22d4-5c0b-43a6-92b6-7d8a4ad3a1f0", Language: permission.English,
		m: m, now: now, target: time.Hour, title: "Apps could not be read", path: m.Path("/doctor/apps"), button: "Try again", advice: "Only you can."}
	found := func(text string) *graphsync.Diagnosis {
		return &graphsync.Diagnosis{Layer: "scope", Verdict: text, Who: "customer", Remedy: text, Useless: text, Confidence: "likely", Proof: text,
			Layers: []graphsync.Layer{{Layer: "network", State: "passed", Evidence: text, At: failed}, {Layer: "scope", State: "failed", Evidence: text, At: failed}, {Layer: "licence", State: "unknown", Evidence: text}},
			Answer: &graphsync.Answer{Status: 403, Code: "Forbidden", Path: "/v1.0/deviceAppManagement/mobileApps", Text: text}}
	}
	for name, d := range map[string]*graphsync.Diagnosis{
		"empty": nil, "one": found("DeviceManagementApps.Read.All is not granted."), "hostile": found(`"><script>alert(1)</script></textarea></pre>` + "\u202e"), "long": found(strings.Repeat("Unbreakable", 40)),
	} {
		t.Run(name, func(t *testing.T) {
			v.Diagnosis, v.Message, v.Before, v.After = d, "", nil, nil
			if d != nil {
				v.Message, v.Before, v.After = d.Verdict, &outcome{At: failed, Text: d.Verdict}, &outcome{At: now, Text: d.Verdict, OK: true}
			}
			webtest.Golden(t, doctorBody(v))
		})
	}
}
