package services

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestGoldenItem(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	for name, tc := range map[string]struct {
		it      service.Item
		changes []service.Change
	}{
		"bare": {service.Item{Kind: service.Terms, ID: "t1", Standing: "none", Health: service.None, ReadAt: now}, nil},
		"push certificate": {
			service.Item{
				Kind: service.ApplePush, ID: "applePushCertificate", Name: "com.apple.mgmt.1", State: "present", Health: service.OK, Standing: service.Soon, ExpiresAt: now.AddDate(0, 0, 12), ReadAt: now.Add(-time.Hour),
				ModifiedAt: now.AddDate(-1, 0, 12), Detail: map[string]string{"appleIdentifier": "it@contoso.example", "certificateSerialNumber": "0A1B"},
			},
			[]service.Change{{At: now.AddDate(0, -1, 0), Field: "expires_at", Old: "2025-12-03T02:51:44Z", New: "2026-12-03T02:51:44Z"}, {At: now.AddDate(0, -2, 0), Field: "gone", Old: "true", New: "false"}},
		},
		"restriction, refused since": {
			service.Item{
				Kind: service.Enrollment, ID: "e1", Name: "All users", Type: "deviceEnrollmentPlatformRestrictionsConfiguration", Standing: "none", Health: service.None, ReadAt: now.Add(-time.Hour), Failed: true,
				Detail: map[string]string{"priority": "0", "iosRestriction.platformBlocked": "true", "androidRestriction.osMinimumVersion": "12", "createdDateTime": "2024-03-01T00:00:00Z"},
			}, nil,
		},
		"hostile": {
			service.Item{
				Kind: service.VPPToken, ID: "a/1?", Name: "<script>x</script>", State: "<b>", Health: service.Unknown, Standing: "unknown", ExpiresAt: now.AddDate(0, 0, -3), GoneAt: now.AddDate(0, 0, -1), ReadAt: now,
				Detail: map[string]string{"appleId": `"><i>@x`, "countryOrRegion": strings.Repeat("long ", 300)},
			},
			[]service.Change{{At: now, Field: "detail.<u>", Old: "<", New: ">"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tc.it.Tenant, tc.it.TenantName = contoso.ID, "Contoso"
			webtest.Golden(t, itemBody(newView(m, tc.it, tc.changes, service.Watch{Now: now})))
		})
	}
}

func TestGoldenReadings(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	at := now.Add(-time.Hour)
	one := []service.Reading{
		{Kind: service.ApplePush, Outcome: service.Unset, ReadAt: at}, {Kind: service.VPPToken, Outcome: service.Read, ReadAt: at, Items: 2}, {Kind: service.Terms, Outcome: service.Read, ReadAt: at.AddDate(0, 0, -3)},
		{Kind: service.CloudCA, Outcome: service.Failed, Trouble: "licence", Sentence: "The tenant has no licence for this service."}, {Kind: service.NDES, Outcome: service.Failed, Trouble: "permission", Sentence: "x"},
		{Kind: service.Exchange, Outcome: service.Failed, Trouble: "unavailable", Sentence: "Microsoft Graph is not available at the moment.", ReadAt: at, Items: 1},
	}
	b := kinds{path: m.Path("/services"), m: m, now: now, one: one}
	if n := b.unread(); n != 1 {
		t.Errorf("%d kinds count as not read, want 1: a licence and another feature's permission do not count", n)
	}
	ended := kinds{m: m, now: now, one: []service.Reading{{Kind: service.VPPToken, Outcome: service.Failed, Trouble: "licence", ReadAt: at, Items: 2}, {Kind: service.NDES, Outcome: service.Failed, Trouble: "permission", ReadAt: at, Items: 1}}}
	if n := ended.unread(); n != 2 {
		t.Errorf("%d kinds count as not read, want 2: the list holds what was read before", n)
	}
	t.Run("tenant", func(t *testing.T) { webtest.Golden(t, readingsBody(b)) })
	t.Run("nobody", func(t *testing.T) { webtest.Golden(t, readingsBody(kinds{path: "/services", now: now})) })
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"osMinimumVersion": "minimum version", "someNewThing": "Some new thing", "iosRestriction.platformBlocked": "iOS and iPadOS: blocked", "detail.appleId": "Apple Account", "lastSyncErrorCode": "Error code of the last sync",
		"createdDateTime": "Created", "": "", "keyPlatform": "Key platform",
	} {
		if got := memberWord(in); got != want {
			t.Errorf("memberWord(%q) = %q, want %q", in, got, want)
		}
	}
	limit := service.Item{Kind: service.Enrollment, Type: "deviceEnrollmentLimitConfiguration", Detail: map[string]string{"priority": "2", "limit": "5"}}
	if got := summary(limit); got != "Device limit, priority 2, 5 devices per person" {
		t.Errorf("summary of a limit: %q", got)
	}
	if got := summary(service.Item{Kind: service.ThreatDefense, Detail: map[string]string{"iosEnabled": "true", "windowsEnabled": "false", "androidEnabled": "true"}}); got != "Android, iOS" {
		t.Errorf("summary of a connector: %q", got)
	}
	for _, k := range service.Kinds() {
		if kindWords[k] == "" {
			t.Errorf("%s has no words", k)
		}
		if k.Ends() && renewalOf(service.Item{Kind: k}) == nil {
			t.Errorf("%s can end, and nothing says how it is renewed", k)
		}
	}
	for _, s := range service.Standings {
		if standingWords[s] == "" {
			t.Errorf("standing %s has no words", s)
		}
	}
}
