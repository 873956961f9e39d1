package graph

import (
	"net/http"
	"slices"
	"strings"
)

// sku is a product with its service plans, as published.
type sku struct {
	part, id string
	plans    []servicePlan
}

type servicePlan struct{ name, id string }

var skus = []sku{
	{"SPE_E3", "05e9a617-0261-4cee-bb44-138d3ef5d965", []servicePlan{{"EXCHANGE_S_ENTERPRISE", "efb87545-963c-4e0d-99df-69c6916d9eb0"}, {"INTUNE_A", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"}, {"AAD_PREMIUM", "41781fb2-bc02-4b7c-bd55-b576c07bb09d"}, {"TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929"}}},
	{"SPE_E5", "06ebc4ee-1bb5-47dd-8120-11324bc54e06", []servicePlan{{"EXCHANGE_S_ENTERPRISE", "efb87545-963c-4e0d-99df-69c6916d9eb0"}, {"INTUNE_A", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"}, {"AAD_PREMIUM", "41781fb2-bc02-4b7c-bd55-b576c07bb09d"}, {"AAD_PREMIUM_P2", "eec0eb4f-6444-4f95-aba0-50c24d67f998"}, {"WINDEFATP", "871d91ec-ec1a-452b-a83f-bd76c7d770ef"}, {"TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929"}}},
	{"SPB", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", []servicePlan{{"EXCHANGE_S_STANDARD", "9aaf7827-d63c-4b61-89c3-182f06f82e5c"}, {"INTUNE_SMBIZ", "8e9ff0ff-aa7a-4b20-83c1-2f636b600ac2"}, {"INTUNE_A", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"}, {"AAD_PREMIUM", "41781fb2-bc02-4b7c-bd55-b576c07bb09d"}, {"TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929"}}},
	{"O365_BUSINESS_PREMIUM", "f245ecc8-75af-4f8e-b61f-27d8114de5f3", []servicePlan{{"EXCHANGE_S_STANDARD", "9aaf7827-d63c-4b61-89c3-182f06f82e5c"}, {"TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929"}}},
	{"POWER_BI_STANDARD", "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235", []servicePlan{{"BI_AZURE_P0", "2049e525-b859-401b-b2a0-e0a31c4b1fe4"}}},
	{"FLOW_FREE", "f30db892-07e9-47e9-837c-80727f46fd3d", []servicePlan{{"FLOW_P2_VIRAL", "50e68c76-46c6-4674-81f9-75456511b170"}}},
}

func skuOf(part string) sku {
	for _, s := range skus {
		if s.part == part {
			return s
		}
	}
	return sku{part: part, id: zeroGUID}
}

func skuID(part string) string { return skuOf(part).id }

func servicePlans(part string) []object {
	plans := []object{}
	for _, p := range skuOf(part).plans {
		plans = append(plans, object{{"servicePlanId", p.id}, {"servicePlanName", p.name}, {"provisioningStatus", "Success"}, {"appliesTo", "User"}})
	}
	return plans
}

func licenceOperations() []operation {
	return []operation{{
		method: http.MethodGet, path: "/subscribedSkus", versions: both, area: directory, options: oSelect,
		allow: same("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"), handle: (*call).listSKUs,
	}}
}

// listSKUs gives the subscriptions held. Units follow the number of people.
func (c *call) listSKUs() error {
	var items []object
	for i, part := range c.t.SKUs {
		n := c.units(i)
		items = append(items, object{
			{"accountName", strings.SplitN(c.t.InitialDomain(), ".", 2)[0]}, {"accountId", c.t.ID}, {"appliesTo", "User"}, {"capabilityStatus", n.status},
			{"consumedUnits", n.used}, {"id", c.t.ID + "_" + skuID(part)}, {"skuId", skuID(part)}, {"skuPartNumber", part},
			{"subscriptionIds", []string{c.guid(kindSubscription, i)}},
			{"prepaidUnits", object{{"enabled", n.enabled}, {"suspended", 0}, {"warning", n.warning}, {"lockedOut", 0}}},
			{"servicePlans", servicePlans(part)},
		})
	}
	return c.fixed(kinds["subscribedSku"], "subscribedSkus", items)
}

// units are the seats of a subscription. Guests that hold its licence take seats beside the company's own people.
type units struct {
	status                 string
	enabled, warning, used int
}

func (c *call) units(i int) units {
	people := c.people()
	n := units{status: "Enabled", enabled: people.n + 10 - people.n%10, used: people.n - people.n/20}
	if i > 0 {
		n.enabled, n.used = 10000, people.n/(i+3)
	}
	for _, g := range people.named[people.members:] {
		if slices.Contains(g.licences, c.t.SKUs[i]) {
			n.used++
		}
	}
	if d := c.draw(kindSubscription, i); i > 0 && d.is(0.15) {
		n.status, n.enabled, n.warning = "Warning", 0, n.enabled
	}
	if _, fault := c.s.world.Faults.Active("seatsTaken", c.t.ID); fault {
		n.used = max(n.enabled, n.used)
	}
	return n
}
