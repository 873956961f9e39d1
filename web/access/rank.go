package access

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/gdap"
)

// ranked are directory roles by what they open, the most first: those by which everything can be had, those that manage devices or accounts,
// those that only look. Roles that are not named stand before the last kind, Intune's own after all.
var ranked = []string{
	gdap.GlobalAdministrator, "e8611ab8-c189-46e8-94e1-60213ab1f814", // Privileged Role Administrator
	gdap.IntuneAdministrator,
	"194ae4cb-b126-40b2-bd5b-6091b380977d", // Security Administrator
	"fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", // Application Administrator
	"158c047a-c907-4556-b7ef-446551a6b5f7", // Cloud Application Administrator
	"7698a772-787b-4ac8-901f-60d6b08affd2", // Cloud Device Administrator
	"29232cdf-9323-42fd-ade2-1d097af3e4de", // Exchange Administrator
	"729827e3-9c14-49f7-bb1b-9608f156bbb8", // Helpdesk Administrator
}

var looking = []string{
	"95e79109-95c0-4d8e-aee3-d01accf2d47b", // Guest Inviter
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451", // Global Reader
	"5d6b6bb7-de71-4623-b4af-96380a352509", // Security Reader
	"88d8e3e3-8f55-4a1e-953a-9b9898b8876b", // Directory Readers
}

// byRank are roles, the highest first.
func byRank(roles []string) []string {
	rank := func(id string) int {
		switch i, j := slices.Index(ranked, id), slices.Index(looking, id); {
		case i >= 0:
			return i
		case j >= 0:
			return len(ranked) + 1 + j
		case strings.HasPrefix(id, intunePrefix):
			return len(ranked) + 1 + len(looking)
		}
		return len(ranked)
	}
	out := slices.Clone(roles)
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}
