package gdap

import "slices"

// The directory roles by which somebody can erase a device.
const (
	GlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10"
	IntuneAdministrator = "3a2c62db-5318-420d-8d74-23affee5d9d5"
)

// roleNames are the directory roles that partners are given, by template id; ids are the same in every tenant (Microsoft Entra built-in
// roles).
var roleNames = map[string]string{
	GlobalAdministrator:                    "Global Administrator",
	IntuneAdministrator:                    "Intune Administrator",
	"95e79109-95c0-4d8e-aee3-d01accf2d47b": "Guest Inviter",
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
	"194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
	"5d6b6bb7-de71-4623-b4af-96380a352509": "Security Reader",
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
	"158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
	"7698a772-787b-4ac8-901f-60d6b08affd2": "Cloud Device Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
	"e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
	"29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
	"b0f54661-2d74-4c50-afa3-1ec803f12efe": "Billing Administrator",
	"88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
	"4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
}

// RoleName is what a directory role is called; one that is not known here is its id.
func RoleName(id string) string {
	if n, ok := roleNames[id]; ok {
		return n
	}
	return id
}

// KnownRoles are the ids of the roles with a name, by that name.
func KnownRoles() []string {
	ids := make([]string, 0, len(roleNames))
	for id := range roleNames {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		if roleNames[a] < roleNames[b] {
			return -1
		}
		return 1
	})
	return ids
}
