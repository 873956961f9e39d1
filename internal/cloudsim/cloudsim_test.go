package cloudsim

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func start(t *testing.T, o Options) *Cloud {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func call(t *testing.T, method, to, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestWorldListsWhatTheContractNames(t *testing.T) {
	c := start(t, Options{})
	status, body := call(t, "GET", c.URLs().Login+"/_sim/world", "")
	var w struct {
		URLs URLs
		App  struct {
			ClientID, ClientSecret, APIScope string
			RedirectURIs                     []string
			Certificate                      struct{ CertificatePem, PrivateKeyPem string }
		}
		Tenants []struct {
			ID, DisplayName string
			Home, Consented bool
			Domains         []string
			Devices         *int
			Users           []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(body), &w); err != nil || status != 200 {
		t.Fatalf("%d %v", status, err)
	}
	if w.URLs != c.URLs() || w.App.ClientID == "" || w.App.ClientSecret == "" || !strings.HasPrefix(w.App.APIScope, "api://") || len(w.App.RedirectURIs) == 0 {
		t.Errorf("urls %+v, app %+v", w.URLs, w.App)
	}
	if _, err := tls.X509KeyPair([]byte(w.App.Certificate.CertificatePem), []byte(w.App.Certificate.PrivateKeyPem)); err != nil {
		t.Errorf("certificate: %v", err)
	}
	homes, states := 0, map[any]int{}
	for _, tn := range w.Tenants {
		if tn.Home {
			homes++
		}
		if tn.Devices == nil || len(tn.Domains) < 2 {
			t.Errorf("%s: devices or domains missing", tn.DisplayName)
		}
		for _, u := range tn.Users {
			for _, key := range []string{"id", "userPrincipalName", "displayName", "password", "accountEnabled", "userType", "roles", "signInName", "homeTenantId", "externalUserState"} {
				if _, ok := u[key]; !ok {
					t.Fatalf("a user of %s has no %s", tn.DisplayName, key)
				}
			}
			states[u["externalUserState"]]++
		}
	}
	if homes != 1 || len(w.Tenants) != 13 || states["Accepted"] == 0 || states["PendingAcceptance"] == 0 {
		t.Errorf("%d home tenants of %d, guests %v", homes, len(w.Tenants), states)
	}
}

func TestFaultsAreCheckedAndCleared(t *testing.T) {
	c := start(t, Options{})
	at := c.URLs().Login + "/_sim/faults"
	for body, want := range map[string]int{
		`{"fault":"throttle","tenant":"contoso.com","retryAfter":2}`: 201,
		`{"fault":"keyRollover"}`:                                    201,
		`{"fault":"nonsense"}`:                                       400,
		`{}`:                                                         400,
		`{"fault":"throttle","tenant":"nowhere.example"}`: 400,
		`{"fault":"throttle","status":200}`:               400,
		`{"fault":"throttle","count":-1}`:                 400,
		`{"fault":7}`:                                     400,
		`not JSON`:                                        400,
		`{"fault":"slow"}{"fault":"slow"}`:                400,
	} {
		if status, text := call(t, "POST", at, body); status != want {
			t.Errorf("%s: %d %s, want %d", body, status, text, want)
		}
	}
	if _, text := call(t, "GET", at, ""); !strings.Contains(text, c.World.Tenants()[1].ID) {
		t.Errorf("the fault in force is not listed by GUID: %s", text)
	}
	if status, _ := call(t, "DELETE", at, ""); status != 204 || len(c.World.Faults.List()) != 0 {
		t.Errorf("DELETE: %d, left %v", status, c.World.Faults.List())
	}
}

func TestClockMovesTheWorldButNotTokens(t *testing.T) {
	c := start(t, Options{})
	at := c.URLs().Login + "/_sim/clock"
	token := c.Login.AppToken(c.World.Tenants()[1].ID)
	for body, want := range map[string]int{`{"advance":"36h"}`: 200, `{"advance":3600}`: 200, `{}`: 400, `{"advance":"soon"}`: 400, `{"now":"2031-01-02T03:04:05Z","advance":"1h"}`: 400, `{"advance":[]}`: 400} {
		if status, text := call(t, "POST", at, body); status != want {
			t.Errorf("%s: %d %s, want %d", body, status, text, want)
		}
	}
	if moved := time.Until(c.World.Clock.Now()); moved < 36*time.Hour || moved > 38*time.Hour {
		t.Errorf("the clock moved by %v", moved)
	}
	if tok, err := c.Login.Verify(token, world.GraphAudience); err != nil || tok.Expired {
		t.Errorf("moving the clock ended a token: %+v %v", tok, err)
	}
	if status, _ := call(t, "POST", at, `{"now":"2031-01-02T03:04:05Z"}`); status != 200 || c.World.Clock.Now().Year() != 2031 {
		t.Errorf("setting the clock: %d, now %v", status, c.World.Clock.Now())
	}
}

func TestLogNamesRequestsWithoutSecrets(t *testing.T) {
	c := start(t, Options{})
	tid := c.World.Tenants()[1].ID
	call(t, "GET", c.URLs().Login+"/"+tid+"/oauth2/v2.0/authorize?client_id=x&state=canary-state&client-request-id=11111111-2222-4333-8444-555555555555", "")
	v := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.World.App.ClientID}, "client_secret": {"canary-secret"}, "scope": {"https://graph.microsoft.com/.default"}}
	res, err := http.PostForm(c.URLs().Login+"/"+tid+"/oauth2/v2.0/token", v)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	_, text := call(t, "GET", c.URLs().Login+"/_sim/log?tenant="+tid, "")
	for _, want := range []string{`"clientRequestId":"11111111-2222-4333-8444-555555555555"`, "/oauth2/v2.0/token", `"status":401`, "AADSTS7000215"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s: %s", want, text)
		}
	}
	if strings.Contains(text, "canary") {
		t.Errorf("the log holds a secret: %s", text)
	}
}

func TestOneAddressSpeaksBoth(t *testing.T) {
	dir := t.TempDir()
	c := start(t, Options{TLSDir: dir})
	pemBytes, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pemBytes) || bytes.Contains(pemBytes, []byte("PRIVATE")) {
		t.Fatal("ca.pem is not one certificate, or holds a key")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, Timeout: 10 * time.Second}
	t.Cleanup(client.CloseIdleConnections)
	tn := c.World.Tenants()[1]
	for _, root := range []string{c.URLs().Login, c.SecureURLs().Login, strings.Replace(c.SecureURLs().Login, "127.0.0.1", "localhost", 1)} {
		res, err := client.Get(root + "/" + tn.ID + "/v2.0/.well-known/openid-configuration")
		if err != nil {
			t.Fatal(err)
		}
		var doc struct{ Issuer string }
		err = json.NewDecoder(res.Body).Decode(&doc)
		res.Body.Close()
		if err != nil || doc.Issuer != root+"/"+tn.ID+"/v2.0" {
			t.Errorf("%s: issuer %s, %v", root, doc.Issuer, err)
		}
	}
	cred, err := confidential.NewCredFromSecret(c.World.App.ClientSecret)
	if err != nil {
		t.Fatal(err)
	}
	app, err := confidential.New(c.SecureURLs().Login+"/"+tn.ID, c.World.App.ClientID, cred, confidential.WithInstanceDiscovery(false), confidential.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	res, err := app.AcquireTokenByCredential(context.Background(), []string{"https://graph.microsoft.com/.default"})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("GET", c.SecureURLs().Graph+"/v1.0/organization", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+res.AccessToken)
	got, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if body, err := io.ReadAll(got.Body); err != nil || got.StatusCode != 200 || !strings.Contains(string(body), tn.ID) {
		t.Errorf("organization over https: %d %s %v", got.StatusCode, body, err)
	}
}

func TestDefenderAndPartnerCenterAskWhoCalls(t *testing.T) {
	c := start(t, Options{})
	home, contoso := c.World.Home(), c.World.Tenants()[1]
	agent, reader := home.Users[1], contoso.Users[3] // Security Reader
	for _, tc := range []struct {
		name, to, token string
		status          int
		count           string // member that must be there
	}{
		{"incidents without a token", c.URLs().Security + "/api/incidents", "", 401, ""},
		{"incidents with a Graph token", c.URLs().Security + "/api/incidents", c.Login.AppToken(contoso.ID), 401, ""},
		{"incidents without the scope", c.URLs().Security + "/api/incidents", c.Login.UserToken(contoso.ID, reader.SignInName, world.SecurityAudience), 403, ""},
		{"incidents", c.URLs().Security + "/api/incidents?$top=2", c.Login.UserToken(contoso.ID, reader.SignInName, world.SecurityAudience, "Incident.Read"), 200, `"incidentId":`},
		{"incidents through GDAP", c.URLs().Security + "/api/incidents", c.Login.UserToken(contoso.ID, agent.SignInName, world.SecurityAudience, "Incident.Read"), 200, `"incidentId":`},
		{"too many incidents a page", c.URLs().Security + "/api/incidents?$top=101", c.Login.UserToken(contoso.ID, reader.SignInName, world.SecurityAudience, "Incident.Read"), 400, ""},
		{"incidents that changed", c.URLs().Security + "/api/incidents?$filter=lastUpdateTime+ge+2026-01-01T00:00:00Z+and+status+eq+'Active'", c.Login.UserToken(contoso.ID, reader.SignInName, world.SecurityAudience, "Incident.Read"), 200, `"incidentName":`},
		{"a filter that is not known", c.URLs().Security + "/api/incidents?$filter=severity+eq+'High'", c.Login.UserToken(contoso.ID, reader.SignInName, world.SecurityAudience, "Incident.Read"), 400, ""},
		{"customers as an agent", c.URLs().Partner + "/v1/customers", c.Login.UserToken(home.ID, agent.SignInName, world.PartnerAudience, "user_impersonation"), 200, contoso.ID},
		{"customers as somebody else", c.URLs().Partner + "/v1/customers", c.Login.UserToken(home.ID, home.Users[7].SignInName, world.PartnerAudience, "user_impersonation"), 403, ""},
		{"customers as a customer", c.URLs().Partner + "/v1/customers", c.Login.UserToken(contoso.ID, reader.SignInName, world.PartnerAudience, "user_impersonation"), 403, ""},
	} {
		req, err := http.NewRequest("GET", tc.to, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+tc.token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != tc.status || !strings.Contains(string(body), tc.count) {
			t.Errorf("%s: %d %s", tc.name, res.StatusCode, body)
		}
	}
}

// TestBothWaysToAnIncident: what one of Defender's two APIs writes, the other one tells, each in its own words.
func TestBothWaysToAnIncident(t *testing.T) {
	c := start(t, Options{})
	contoso := c.World.Tenants()[1]
	boss := contoso.Users[0].SignInName
	ask := func(method, to, token, body string) (int, string) {
		t.Helper()
		req, err := http.NewRequest(method, to, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		got, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(got)
	}
	older := c.Login.UserToken(contoso.ID, boss, world.SecurityAudience, "Incident.ReadWrite")
	newer := c.Login.UserToken(contoso.ID, boss, world.GraphAudience, "SecurityIncident.Read.All")
	_, list := ask("GET", c.URLs().Security+"/api/incidents?$top=1&$filter=status+eq+'Active'", older, "")
	var found struct {
		Value []struct {
			ID int `json:"incidentId"`
		} `json:"value"`
	}
	if err := json.Unmarshal([]byte(list), &found); err != nil || len(found.Value) != 1 {
		t.Fatalf("%s: %v", list, err)
	}
	id := strconv.Itoa(found.Value[0].ID)
	status, text := ask("PATCH", c.URLs().Security+"/api/incidents/"+id, older, `{"status":"Resolved","classification":"TruePositive","determination":"Malware","comment":"cleaned"}`)
	if status != 200 || !strings.Contains(text, `"status":"Resolved"`) || !strings.Contains(text, `"comment":"cleaned"`) {
		t.Errorf("%d %s", status, text)
	}
	if status, text := ask("GET", c.URLs().Graph+"/v1.0/security/incidents/"+id, newer, ""); status != 200 || !strings.Contains(text, `"status":"resolved"`) || !strings.Contains(text, `"determination":"malware"`) {
		t.Errorf("%d %s", status, text)
	}
	if status, text := ask("PATCH", c.URLs().Security+"/api/incidents/"+id, c.Login.UserToken(contoso.ID, boss, world.SecurityAudience, "Incident.Read"), `{"status":"Active"}`); status != 403 {
		t.Errorf("who may only read changes it: %d %s", status, text)
	}
	if status, text := ask("PATCH", c.URLs().Security+"/api/incidents/"+id, older, `{"status":"Redirected"}`); status != 400 {
		t.Errorf("a state that only Defender sets: %d %s", status, text)
	}
}

func TestOnlyLoopbackIsRegistered(t *testing.T) {
	c := start(t, Options{})
	for uri, ok := range map[string]bool{
		"http://127.0.0.1:8080/auth/callback": true, "https://localhost/cb": true, "http://[::1]:1/x": true, "https://portal.example/cb": false,
		"http://127.0.0.1.evil.example/": false, "http://evil@127.0.0.1/": false, "javascript:alert(1)": false, "http://127.0.0.1/#x": false, "": false,
	} {
		if err := c.AddRedirectURI(uri); (err == nil) != ok {
			t.Errorf("%q: %v", uri, err)
		}
		if slices.Contains(c.World.App.RedirectURIs, uri) != ok {
			t.Errorf("%q registered: %v", uri, !ok)
		}
	}
}

func TestStopsWithItsContext(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	at := c.URLs().Login + "/_sim/clock"
	call(t, "GET", at, "")
	cancel()
	for range 200 {
		res, err := http.Get(at)
		if err != nil {
			return
		}
		res.Body.Close()
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("still answers after its context ended")
}
