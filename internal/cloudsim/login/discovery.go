package login

import (
	"net/http"
	"net/netip"
	"regexp"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const consumersID = "9188040d-6c67-4c5b-b112-36a304b66dad"

// authority is what the first segment of the path names: one tenant, or one of the three shared endpoints.
type authority struct {
	tenant  *world.Tenant // nil for the shared endpoints
	segment string        // as the client wrote it
}

// shared says whether the authority is common, organizations or consumers.
func (a authority) shared() bool { return a.tenant == nil }

// id is the tenant's GUID, or the shared name.
func (a authority) id() string {
	if a.tenant == nil {
		return strings.ToLower(a.segment)
	}
	return a.tenant.ID
}

// issuer of version 2, or its template for the endpoints that serve many tenants.
func (a authority) issuer(base string) string {
	switch {
	case a.tenant != nil:
		return base + "/" + a.tenant.ID + "/v2.0"
	case a.id() == "consumers":
		return base + "/" + consumersID + "/v2.0"
	}
	return base + "/{tenantid}/v2.0"
}

var (
	guidForm   = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	domainForm = regexp.MustCompile(`^(?i:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]*$`)
)

func isGUID(s string) bool { return guidForm.MatchString(s) }

func (s *Server) authorityOf(r *http.Request) (authority, *refusal) {
	segment := chi.URLParam(r, "tenant")
	switch strings.ToLower(segment) {
	case "common", "organizations", "consumers", consumersID:
		if strings.EqualFold(segment, consumersID) {
			segment = "consumers"
		}
		return authority{segment: segment}, nil
	}
	if t, ok := s.w.Tenant(segment); ok {
		return authority{tenant: t, segment: segment}, nil
	}
	if _, err := netip.ParseAddr(segment); err == nil || !isGUID(segment) && !domainForm.MatchString(segment) || len(segment) > 253 {
		return authority{}, refuse(900023, clip(segment))
	}
	return authority{}, refuse(90002, segment)
}

// clip keeps what a stranger sent short enough to be repeated.
func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

type metadata struct {
	TokenEndpoint      string   `json:"token_endpoint"`
	AuthMethods        []string `json:"token_endpoint_auth_methods_supported"`
	JWKS               string   `json:"jwks_uri"`
	ResponseModes      []string `json:"response_modes_supported"`
	SubjectTypes       []string `json:"subject_types_supported"`
	SigningAlgorithms  []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypes      []string `json:"response_types_supported"`
	Scopes             []string `json:"scopes_supported,omitempty"`
	Issuer             string   `json:"issuer"`
	RequestURI         *bool    `json:"request_uri_parameter_supported,omitempty"`
	UserInfo           string   `json:"userinfo_endpoint"`
	Authorization      string   `json:"authorization_endpoint"`
	DeviceCode         string   `json:"device_authorization_endpoint"`
	HTTPLogout         bool     `json:"http_logout_supported"`
	FrontchannelLogout bool     `json:"frontchannel_logout_supported"`
	EndSession         string   `json:"end_session_endpoint"`
	Claims             []string `json:"claims_supported"`
	Kerberos           string   `json:"kerberos_endpoint"`
	Region             *string  `json:"tenant_region_scope"`
	Cloud              string   `json:"cloud_instance_name"`
	CloudGraph         string   `json:"cloud_graph_host_name"`
	MSGraph            string   `json:"msgraph_host"`
	RBAC               string   `json:"rbac_url"`
}

// discovery answers the document of version 2. What it leaves out, the real one leaves out: no code_challenge_methods_supported,
// no authorization_response_iss_parameter_supported, no grant_types_supported.
func (s *Server) discovery(w http.ResponseWriter, r *http.Request) {
	a, e := s.authorityOf(r)
	if e != nil {
		s.discoveryError(w, r, e)
		return
	}
	b := base(r)
	root := b + "/" + a.id()
	no := false
	s.publish(w, metadata{
		TokenEndpoint: root + "/oauth2/v2.0/token", AuthMethods: []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		JWKS: root + "/discovery/v2.0/keys", ResponseModes: []string{"query", "fragment", "form_post"}, SubjectTypes: []string{"pairwise"},
		SigningAlgorithms: []string{"RS256"}, ResponseTypes: []string{"code", "id_token", "code id_token", "id_token token"},
		Scopes: []string{"openid", "profile", "email", "offline_access"}, Issuer: a.issuer(b), RequestURI: &no,
		UserInfo: world.GraphAudience + "/oidc/userinfo", Authorization: root + "/oauth2/v2.0/authorize", DeviceCode: root + "/oauth2/v2.0/devicecode",
		HTTPLogout: true, FrontchannelLogout: true, EndSession: root + "/oauth2/v2.0/logout",
		Claims: []string{
			"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat",
			"auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email",
		},
		Kerberos: root + "/kerberos", Region: region(a), Cloud: "microsoftonline.com", CloudGraph: "graph.windows.net", MSGraph: "graph.microsoft.com", RBAC: "https://pas.windows.net",
	})
}

func (s *Server) discoveryV1(w http.ResponseWriter, r *http.Request) {
	a, e := s.authorityOf(r)
	if e != nil {
		s.discoveryError(w, r, e)
		return
	}
	root := base(r) + "/" + a.id()
	issuer := "https://sts.windows.net/{tenantid}/"
	if a.tenant != nil {
		issuer = stsIssuer(a.tenant.ID)
	}
	s.publish(w, metadata{
		TokenEndpoint: root + "/oauth2/token", AuthMethods: []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		JWKS: base(r) + "/common/discovery/keys", ResponseModes: []string{"query", "fragment", "form_post"}, SubjectTypes: []string{"pairwise"},
		SigningAlgorithms: []string{"RS256"}, ResponseTypes: []string{"code", "id_token", "code id_token", "token id_token", "token"},
		Scopes: []string{"openid"}, Issuer: issuer, UserInfo: root + "/openid/userinfo", Authorization: root + "/oauth2/authorize",
		DeviceCode: root + "/oauth2/devicecode", HTTPLogout: true, FrontchannelLogout: true, EndSession: root + "/oauth2/logout",
		Claims:   []string{"sub", "iss", "cloud_instance_name", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name"},
		Kerberos: root + "/kerberos", Region: region(a), Cloud: "microsoftonline.com", CloudGraph: "graph.windows.net", MSGraph: "graph.microsoft.com", RBAC: "https://pas.windows.net",
	})
}

func region(a authority) *string {
	if a.tenant == nil {
		return nil
	}
	return &a.tenant.Region
}

// discoveryError: an unknown tenant is invalid_tenant here, though invalid_request at the token endpoint; the answer may be cached.
func (s *Server) discoveryError(w http.ResponseWriter, r *http.Request, e *refusal) {
	w.Header().Set("Cache-Control", "max-age=86400, private")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if e.code == 90002 {
		e.kind = "invalid_tenant"
	}
	s.jsonError(w, r, e)
}

func (s *Server) publish(w http.ResponseWriter, v any) {
	h := w.Header()
	h.Set("Cache-Control", "max-age=86400, private")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, OPTIONS")
	h.Set("x-ms-request-id", wire.NewID())
	h.Set("x-ms-ests-server", "2.1.22000.0 - WEULR1 ProdSlices")
	s.json(w, http.StatusOK, v)
}

// instance answers instance discovery: the clouds that exist, and this server among the aliases of the first, since client
// libraries ask it whether they may trust the host they were given.
func (s *Server) instance(w http.ResponseWriter, r *http.Request) {
	type cloud struct {
		Network string   `json:"preferred_network"`
		Cache   string   `json:"preferred_cache"`
		Aliases []string `json:"aliases"`
	}
	s.publish(w, map[string]any{
		"tenant_discovery_endpoint": base(r) + "/" + tenantIn(r.URL.Query().Get("authorization_endpoint")) + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []cloud{
			{"login.microsoftonline.com", "login.windows.net", []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}},
			{"login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn", []string{"login.partner.microsoftonline.cn", "login.chinacloudapi.cn"}},
			{"login.microsoftonline.de", "login.microsoftonline.de", []string{"login.microsoftonline.de"}},
			{"login.microsoftonline.us", "login.microsoftonline.us", []string{"login.microsoftonline.us", "login.usgovcloudapi.net"}},
			{"login-us.microsoftonline.com", "login-us.microsoftonline.com", []string{"login-us.microsoftonline.com"}},
			{r.Host, r.Host, []string{r.Host}},
		},
	})
}

// tenantIn is the tenant segment of the authorization endpoint that a client asks about; common where there is none.
func tenantIn(endpoint string) string {
	_, rest, _ := strings.Cut(endpoint, "://")
	_, path, _ := strings.Cut(rest, "/")
	segment, _, _ := strings.Cut(path, "/")
	if isGUID(segment) || domainForm.MatchString(segment) {
		return strings.ToLower(segment)
	}
	return "common"
}

func (s *Server) jwks(w http.ResponseWriter, r *http.Request) {
	a, e := s.authorityOf(r)
	if e != nil {
		s.discoveryError(w, r, e)
		return
	}
	tid := ""
	if a.tenant != nil {
		tid = a.tenant.ID
	}
	s.publish(w, map[string]any{"keys": s.keys.published(tid, a.issuer(base(r)))})
}
