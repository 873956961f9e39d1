package login

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// oidc are the protocol scopes; they belong to Microsoft Graph where consent is recorded.
var oidc = []string{"openid", "profile", "email", "offline_access"}

// scopes is a scope parameter, understood.
type scopes struct {
	protocol []string // openid, profile, email, offline_access
	asks     []ask    // in the order of the request, one per resource
	uris     bool     // scopes were written as URIs, and are answered so
}

// ask is what is wanted of one resource.
type ask struct {
	resource *world.Resource
	values   []string // delegated permissions as the resource spells them
	all      bool     // /.default
}

func (s scopes) has(protocol string) bool { return slices.Contains(s.protocol, protocol) }

// first is the resource that a token is for when nothing else says so.
func (s scopes) first() ask {
	if len(s.asks) > 0 {
		return s.asks[0]
	}
	return ask{resource: world.Resources[0]}
}

// on is what is wanted of a resource.
func (s scopes) on(appID string) ask {
	for _, a := range s.asks {
		if a.resource.AppID == appID {
			return a
		}
	}
	return ask{}
}

func (s *Server) parseScopes(raw, tenantName string, app *world.App) (scopes, *refusal) {
	var out scopes
	named, all := false, false
	for _, word := range strings.Fields(raw) {
		lower := strings.ToLower(word)
		switch {
		case slices.Contains(oidc, lower):
			if !slices.Contains(out.protocol, lower) {
				out.protocol = append(out.protocol, lower)
			}
			continue
		case lower == "address" || lower == "phone":
			return out, refuse(70011, word)
		}
		resource, value, e := s.resourceOf(word, tenantName)
		if e != nil {
			return out, e
		}
		out.uris = out.uris || strings.Contains(word, "://")
		a := out.ask(resource)
		if strings.EqualFold(value, ".default") {
			a.all, all = true, true
			continue
		}
		p, ok := resource.Permission(value)
		if !ok || p.ScopeID == "" {
			return out, refuse(650053, app.DisplayName, clip(value), resource.AppID)
		}
		named = true
		if !slices.Contains(a.values, p.Value) {
			a.values = append(a.values, p.Value)
		}
	}
	if named && all {
		return out, refuse(70011, clip(raw)+" (.default scope can't be combined with resource-specific scopes)")
	}
	return out, nil
}

func (s *scopes) ask(resource *world.Resource) *ask {
	for i := range s.asks {
		if s.asks[i].resource.AppID == resource.AppID {
			return &s.asks[i]
		}
	}
	s.asks = append(s.asks, ask{resource: resource})
	return &s.asks[len(s.asks)-1]
}

// resourceOf splits a scope into its resource and the permission's name. A bare name means Microsoft Graph.
func (s *Server) resourceOf(word, tenantName string) (*world.Resource, string, *refusal) {
	at := strings.LastIndex(word, "/")
	if at < 0 {
		return world.Resources[0], word, nil
	}
	prefix, value := word[:at], word[at+1:]
	if resource, ok := s.w.Resource(prefix); ok && value != "" {
		return resource, value, nil
	}
	if value == "" || prefix == "" {
		return nil, "", refuse(70011, clip(word))
	}
	return nil, "", refuse(500011, clip(prefix), tenantName)
}

// missing are the delegated scopes of a request that a user's consent does not cover yet, as values per resource. With .default the
// question is only whether there is any consent at all.
func (s *Server) missing(sp *world.ServicePrincipal, app *world.App, userID string, want scopes) []ask {
	if sp == nil {
		return want.everything(app)
	}
	var out []ask
	basics := sp.Scopes(world.GraphAppID, userID)
	if len(want.protocol) > 0 && len(basics) == 0 {
		out = append(out, ask{resource: world.Resources[0]})
	}
	for _, a := range want.asks {
		held := sp.Scopes(a.resource.AppID, userID)
		if a.all && len(held) == 0 && len(basics) == 0 {
			return want.everything(app)
		}
		lack := slices.DeleteFunc(slices.Clone(a.values), func(v string) bool { return slices.Contains(held, v) })
		if len(lack) > 0 {
			out = append(out, ask{resource: a.resource, values: lack})
		}
	}
	return out
}

// everything is what a first consent asks for.
func (s scopes) everything(app *world.App) []ask {
	if len(s.asks) == 0 {
		return []ask{{resource: world.Resources[0]}}
	}
	out := make([]ask, 0, len(s.asks))
	for _, a := range s.asks {
		if a.all {
			a = ask{resource: world.Resources[0], values: resourceScopes(app.RequiredScope)}
		}
		out = append(out, a)
	}
	return out
}

// resourceScopes drops the protocol scopes.
func resourceScopes(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return slices.Contains(oidc, v) })
}

// needsAdmin says whether any of it is beyond an ordinary user.
func needsAdmin(asks []ask) bool {
	for _, a := range asks {
		for _, v := range a.values {
			if p, _ := a.resource.Permission(v); p.Admin {
				return true
			}
		}
	}
	return false
}

// granted words the scope member of a token response: protocol scopes, then those of the resource, as the client wrote them.
func granted(resource *world.Resource, held, protocol []string, uris bool) string {
	var out []string
	if resource.AppID == world.GraphAppID {
		for _, p := range oidc[:3] {
			if slices.Contains(protocol, p) {
				out = append(out, p)
			}
		}
	}
	for _, v := range resourceScopes(held) {
		if uris || resource.AppID != world.GraphAppID {
			v = resource.Audience + "/" + v
		}
		out = append(out, v)
	}
	return strings.Join(out, " ")
}
