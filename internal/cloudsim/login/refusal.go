package login

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
)

// refusal is an error as Entra words it. The same refusal is JSON at the token endpoint, a page in front of a person, or
// parameters of a redirect.
type refusal struct {
	code   int    // AADSTS number
	kind   string // OAuth error
	sub    string // suberror
	text   string
	status int    // at JSON endpoints
	claims string // claims challenge: JSON in a string
}

func (e *refusal) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.code, e.text) }

func (e *refusal) withStatus(status int) *refusal {
	e.status = status
	return e
}

func (e *refusal) withKind(kind string) *refusal {
	e.kind = kind
	return e
}

// known is what Entra says for a code: OAuth error, suberror, text with verbs for refuse's arguments.
var known = map[int]struct{ kind, sub, text string }{
	16000:   {"interaction_required", "", "Either multiple user identities are available for the current request or selected account is not supported for the scenario."},
	50011:   {"invalid_request", "", "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal."},
	50013:   {"invalid_grant", "", "Assertion failed signature validation. [Reason - The key was not found or the token is malformed.]"},
	500131:  {"invalid_grant", "", "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '%s' and the expected audience is '%s'."},
	500133:  {"invalid_grant", "", "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token."},
	50014:   {"invalid_grant", "", "The guest user account '%s' is in a pending state in the tenant '%s'. The guest user account is not fully created yet: redeem the invitation first."},
	50020:   {"invalid_grant", "", "User account '%s' from identity provider 'https://sts.windows.net/%s/' does not exist in tenant '%s' and cannot access the application '%s'(%s) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account."},
	500011:  {"invalid_resource", "", "The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."},
	500113:  {"invalid_request", "", "No reply address is registered for the application."},
	500208:  {"invalid_request", "", "The domain is not a valid login domain for the account type."},
	50034:   {"invalid_grant", "", "The user account %s does not exist in the %s directory. To sign into this application, the account must be added to the directory."},
	500341:  {"invalid_grant", "", "The user account %s has been deleted from the %s directory. To sign into this application, the account must be added to the directory."},
	5000224: {"invalid_grant", "", "We are sorry, this resource is not available. If you are seeing this message by mistake, please contact Microsoft support."},
	50048:   {"invalid_client", "", "Subject must match Issuer claim in the client assertion, and both must be the client id '%s'."},
	50057:   {"invalid_grant", "", "The user account is disabled."},
	50058:   {"login_required", "", "A silent sign-in request was sent but no user is signed in."},
	50089:   {"invalid_grant", "", "Authentication failed due to flow token expired. Expected - auth codes, refresh tokens, and sessions expire over time or are revoked. Start again from the application."},
	50126:   {"invalid_grant", "", "Error validating credentials due to invalid username or password."},
	50147:   {"invalid_grant", "", "Missing code challenge: a code verifier was sent for a code that was asked for without a challenge."},
	501481:  {"invalid_grant", "", "The Code_Verifier does not match the code_challenge supplied in the authorization request."},
	501491:  {"invalid_request", "", "Invalid size of Code_Challenge parameter, or unknown code_challenge_method."},
	50173:   {"invalid_grant", "bad_token", "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password."},
	54005:   {"invalid_grant", "", "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."},
	65001:   {"invalid_grant", "consent_required", "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive authorization request for this user and resource."},
	65004:   {"access_denied", "", "User declined to consent to access the app."},
	650053:  {"invalid_client", "", "The application '%s' asked for scope '%s' that doesn't exist on the resource '%s'. Contact the app vendor."},
	70000:   {"invalid_grant", "bad_token", "Provided grant is invalid or malformed."},
	700005:  {"invalid_grant", "", "Provided Authorization Code is intended to use against other tenant, thus rejected."},
	700016:  {"unauthorized_client", "", "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."},
	700021:  {"invalid_client", "", "Client assertion application identifier doesn't match 'client_id' parameter."},
	70021:   {"invalid_client", "", "No matching federated identity record found for presented assertion."},
	700023:  {"invalid_client", "", "Client assertion audience claim does not match Realm issuer. Expected '%s'."},
	700024:  {"invalid_client", "", "Client assertion is not within its valid time range. Review the documentation of certificate credentials."},
	700027:  {"invalid_client", "", "The certificate with identifier used to sign the client assertion is not registered on application, or the signature is not valid. [Reason - The key was not found. Thumbprint of key used by client: '%s']"},
	70003:   {"unsupported_grant_type", "", "The app requested an unsupported grant type '%s'."},
	700054:  {"unsupported_response_type", "", "response_type '%s' is not enabled for the application."},
	70008:   {"invalid_grant", "", "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."},
	700082:  {"invalid_grant", "", "The refresh token has expired due to inactivity. The token was issued on %s and was inactive for 90.00:00:00."},
	70011:   {"invalid_scope", "", "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s is not valid."},
	7000112: {"unauthorized_client", "", "Application '%s'(%s) is disabled."},
	7000114: {"invalid_grant", "", "Application '%s' is not allowed to make application on-behalf-of calls."},
	7000215: {"invalid_client", "", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'."},
	7000216: {"invalid_request", "", "'client_assertion', 'client_secret' or 'request' is required for the '%s' grant type."},
	7000218: {"invalid_client", "", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."},
	7000222: {"invalid_client", "", "The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app."},
	28000:   {"invalid_request", "", "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope %s is not valid."},
	1002012: {"invalid_scope", "", "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."},
	90002:   {"invalid_request", "", "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."},
	90015:   {"invalid_request", "", "The query string is too long."},
	90023:   {"invalid_request", "", "Unable to process the request: %s."},
	900023:  {"invalid_request", "", "Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain."},
	90055:   {"temporarily_unavailable", "", "The tenant is throttled due to too many incoming requests."},
	900144:  {"invalid_request", "", "The request body must contain the following parameter: '%s'."},
	900561:  {"invalid_request", "", "The endpoint only accepts POST requests. Received a %s request."},
	9001023: {"invalid_request", "", "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."},
	90094:   {"consent_required", "", "An administrator of '%s' has set a policy that prevents you from granting '%s' the permissions it is requesting. Contact an administrator who can grant permissions to this app on your behalf."},
	90099:   {"invalid_grant", "", "The application '%s' (%s) has not been authorized in the tenant '%s'. Applications must be authorized to access the customer tenant before partner delegated administrators can use them."},
	90124:   {"invalid_request", "", "Resource is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."},
	9002313: {"invalid_request", "", "Invalid request. Request is malformed or invalid: %s."},
	9002326: {"invalid_request", "", "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '%s'."},
}

// refuse makes the refusal of a known code.
func refuse(code int, args ...any) *refusal {
	k := known[code]
	text := k.text
	if len(args) > 0 {
		text = fmt.Sprintf(k.text, args...)
	}
	status := http.StatusBadRequest
	if k.kind == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return &refusal{code: code, kind: k.kind, sub: k.sub, text: text, status: status}
}

// trail is what Microsoft's support asks for.
type trail struct{ trace, correlation, timestamp string }

func (s *Server) trail(w http.ResponseWriter, r *http.Request) trail {
	t := trail{trace: wire.NewID(), correlation: correlationOf(r), timestamp: s.now().Format("2006-01-02 15:04:05Z")}
	w.Header().Set("x-ms-request-id", t.trace)
	return t
}

// correlationOf is the client's request id where it is a GUID, from the query, the header or the form.
func correlationOf(r *http.Request) string {
	for _, id := range []string{r.URL.Query().Get("client-request-id"), r.Header.Get("client-request-id"), r.PostFormValue("client-request-id")} {
		if isGUID(id) {
			return id
		}
	}
	return wire.NewID()
}

func (e *refusal) description(t trail) string {
	return fmt.Sprintf("AADSTS%d: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s", e.code, e.text, t.trace, t.correlation, t.timestamp)
}

type errorBody struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri,omitempty"`
	Suberror      string `json:"suberror,omitempty"`
	Claims        string `json:"claims,omitempty"`
}

func (s *Server) jsonError(w http.ResponseWriter, r *http.Request, e *refusal) {
	t := s.trail(w, r)
	wire.Note(w, "AADSTS"+strconv.Itoa(e.code))
	s.json(w, e.status, errorBody{
		Error: e.kind, Description: e.description(t), Codes: []int{e.code}, Timestamp: t.timestamp, TraceID: t.trace, CorrelationID: t.correlation,
		URI: base(r) + "/error?code=" + strconv.Itoa(e.code), Suberror: e.sub, Claims: e.claims,
	})
}

func (s *Server) json(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("P3P", `CP="DSP CUR OTPi IND OTRi ONL FIN"`)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store, no-cache")
		h.Set("Pragma", "no-cache")
		h.Set("Expires", "-1")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

// redirectError puts the refusal into the parameters of a redirect.
func (e *refusal) parameters(t trail, base string) url.Values {
	v := url.Values{"error": {e.kind}, "error_description": {e.description(t)}, "error_uri": {base + "/error?code=" + strconv.Itoa(e.code)}}
	if e.sub != "" {
		v.Set("error_subcode", e.sub)
	}
	return v
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
