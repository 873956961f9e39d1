package settings

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/permission"
)

// catalogue is every permission that some feature asks for, with the sentence that customers read.
func catalogue() []grant {
	found := map[permission.Permission]*grant{}
	var order []permission.Permission
	for _, e := range permission.Catalogue() {
		text := e.Feature.In(permission.English)
		application, delegated := permission.Plan([]permission.Feature{e.Feature})
		for _, p := range slices.Concat(application, delegated) {
			g, ok := found[p]
			if !ok {
				g = &grant{Name: p.Name, Kind: strings.ToLower(string(p.Kind)), Sentence: text.Sentence.Plain()}
				found[p] = g
				order = append(order, p)
			}
			g.Features = append(g.Features, text.Name)
		}
	}
	slices.SortFunc(order, permission.Permission.Compare)
	out := make([]grant, 0, len(order))
	for _, p := range order {
		out = append(out, *found[p])
	}
	return out
}
