package graph_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func TestFaultsOnRequest(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	s.world.Faults.Add(world.Fault{Kind: "throttle", Path: "managedDevices", RetryAfter: 2.128, Count: 1})
	a := s.get(token, devicesPath+"?$top=1")
	inner, _ := a.body["error"].(map[string]any)["innerError"].(map[string]any)
	if a.status != 429 || a.header.Get("Retry-After") != "2.128" || a.code() != "TooManyRequests" || inner["status"] != "429" {
		t.Errorf("throttle: %d %v %s", a.status, a.header, a.text)
	}
	if a := s.get(token, devicesPath+"?$top=1"); a.status != 200 {
		t.Errorf("a fault with count 1 strikes twice: %d", a.status)
	}
	s.world.Faults.Add(world.Fault{Kind: "unavailable", Tenant: contoso.ID, PageSizeAbove: 100})
	if a := s.get(token, devicesPath); a.status != 503 || a.code() != "serviceNotAvailable" {
		t.Errorf("a page above the size: %d %s", a.status, a.text)
	}
	if a := s.get(token, devicesPath+"?$top=100"); a.status != 200 {
		t.Errorf("a page of the size: %d", a.status)
	}
	s.world.Faults.Clear()
	for kind, want := range map[string]string{
		"licenceMissing": "Request not applicable to target tenant.", "consentRevoked": "The identity of the calling application could not be established.",
	} {
		s.world.Faults.Add(world.Fault{Kind: kind, Tenant: contoso.ID})
		if a := s.get(token, devicesPath); a.status < 400 || a.message() != want {
			t.Errorf("%s: %d %s", kind, a.status, a.text)
		}
		if a := s.get(s.app(s.customer(2)), devicesPath+"?$top=1"); a.status != 200 {
			t.Errorf("%s strikes another tenant: %d", kind, a.status)
		}
		s.world.Faults.Clear()
	}
}

func TestBrokenConnections(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	read := func() (string, error) {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+devicesPath+"?$top=50", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return string(b), err
	}
	s.world.Faults.Add(world.Fault{Kind: "reset", Count: 1})
	if body, err := read(); err == nil {
		t.Errorf("reset: the body ended well: %.100s", body)
	}
	s.world.Faults.Add(world.Fault{Kind: "truncate", Count: 1})
	if body, err := read(); err != nil || strings.HasSuffix(body, "]}") || len(body) < 1000 {
		t.Errorf("truncate: %v, %d bytes", err, len(body))
	}
	if body, err := read(); err != nil || !strings.HasSuffix(body, "]}") {
		t.Errorf("afterwards: %v", err)
	}
}

func TestPublishedLimitOfTheLog(t *testing.T) {
	s := newSim(t, world.Options{}, graph.PublishedLimits())
	token := s.app(s.customer(1))
	for i := range 6 {
		a := s.get(token, "/v1.0/auditLogs/provisioning?$top=1")
		if want := map[bool]int{true: 429, false: 200}[i == 5]; a.status != want {
			t.Errorf("request %d: %d, want %d", i+1, a.status, want)
		}
		if i == 5 && a.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	if a := s.get(s.app(s.customer(2)), "/v1.0/auditLogs/provisioning?$top=1"); a.status != 200 {
		t.Errorf("another tenant: %d", a.status)
	}
}

func TestBatch(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	ask := func(body string) answer {
		return s.do(http.MethodPost, token, s.server.URL+"/v1.0/$batch", body, "Content-Type", "application/json")
	}
	s.world.Faults.Add(world.Fault{Kind: "throttle", Path: "/domains", RetryAfter: 3})
	a := ask(`{"requests":[{"id":"1","method":"GET","url":"/deviceManagement/managedDevices?$top=2"},{"id":"2","method":"GET","url":"domains"},
		{"id":"3","method":"GET","url":"/users/$count","headers":{"ConsistencyLevel":"eventual"}},{"id":"4","method":"GET","url":"/organization","dependsOn":["2"]}]}`)
	got := map[string]map[string]any{}
	for _, v := range a.body["responses"].([]any) {
		got[v.(map[string]any)["id"].(string)] = v.(map[string]any)
	}
	if got["1"]["status"] != 200.0 || got["2"]["status"] != 429.0 || got["3"]["status"] != 200.0 || got["4"]["status"] != 424.0 {
		t.Fatalf("%s", a.text)
	}
	link, _ := got["1"]["body"].(map[string]any)["@odata.nextLink"].(string)
	if !strings.HasPrefix(link, s.server.URL+devicesPath) || got["2"]["headers"].(map[string]any)["Retry-After"] != "3" {
		t.Errorf("nextLink %q, headers %v", link, got["2"]["headers"])
	}
	if _, isText := got["3"]["body"].(string); !isText {
		t.Errorf("a body that is no JSON: %v", got["3"]["body"])
	}
	for _, bad := range []string{`{`, `{"requests":[]}`, `{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"1","method":"GET","url":"/me"}]}`} {
		if a := ask(bad); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}
