package organization

import (
	"testing"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// FuzzFromGraph: whatever Graph says of an organization, its domains and its licences, Postgres can hold it, and a country is two letters or none.
func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"contoso.example","displayName":"\ud800","countryLetterCode":"ß","technicalNotificationMails":["\u0000"],"createdDateTime":"99999-01-01T00:00:00Z","skuId":"X","servicePlans":[{"servicePlanName":"\u0000","provisioningStatus":"somethingNew"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var o graph.OrganizationInfo
		var d graph.Domain
		var sku graph.SubscribedSKU
		for _, into := range []any{&o, &d, &sku} {
			_ = gojson.Unmarshal(body, into, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
		}
		org, domain, licence := fromOrganization(tenant.ID{}, o), fromDomain(d), fromSKU(sku)
		texts := []string{org.DisplayName, org.Language, org.TenantType, org.MDMAuthority, domain.Name, domain.Authentication, licence.SKU, licence.PartNumber, licence.AppliesTo, licence.Status}
		texts = append(append(append(texts, org.TechnicalMails...), domain.Services...), licence.Plans...)
		for _, s := range texts {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if n := len(org.Country); n != 0 && n != 2 {
			t.Errorf("country %q", org.Country)
		}
	})
}
