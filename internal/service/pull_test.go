package service

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

func object(t testing.TB, text string) graph.Object {
	t.Helper()
	var o graph.Object
	if err := gojson.Unmarshal([]byte(text), &o, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestFromGraph(t *testing.T) {
	for _, tc := range []struct {
		name string
		kind Kind
		wire string
		want Item
	}{
		{"push certificate", ApplePush, `{"id":"x","appleIdentifier":"it@contoso.example","topicIdentifier":"com.apple.mgmt.1","certificate":"SECRET","certificateSerialNumber":"0A","expirationDateTime":"2026-09-01T00:00:00Z"}`,
			Item{ID: "x", Name: "com.apple.mgmt.1", State: "present", Health: OK, ExpiresAt: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
				Detail: map[string]string{"appleIdentifier": "it@contoso.example", "topicIdentifier": "com.apple.mgmt.1", "certificateSerialNumber": "0A"}}},
		{"never is never", VPPToken, `{"id":"v","state":"valid","token":"SECRET","expirationDateTime":"0001-01-01T00:00:00Z","lastSyncDateTime":"0001-01-01T00:00:00Z"}`,
			Item{ID: "v", State: "valid", Health: OK}},
		{"sync with Apple failed", VPPToken, `{"id":"v","state":"Valid","lastSyncStatus":"failed"}`, Item{ID: "v", State: "syncFailed", Health: Warn, Detail: map[string]string{"lastSyncStatus": "failed"}}},
		{"a state of tomorrow", VPPToken, `{"id":"v","state":"quantum"}`, Item{ID: "v", State: "quantum", Health: Unknown}},
		{"enrollment token in error", AppleEnrollment, `{"id":"d","tokenName":"ABM","lastSyncErrorCode":13,"tokenType":"dep","syncedDeviceCount":12}`,
			Item{ID: "d", Name: "ABM", State: "syncFailed", Health: Warn, Detail: map[string]string{"lastSyncErrorCode": "13", "tokenType": "dep", "syncedDeviceCount": "12"}}},
		{"restriction", Enrollment, `{"@odata.type":"#microsoft.graph.deviceEnrollmentPlatformRestrictionsConfiguration","id":"e","displayName":"All","priority":0,"iosRestriction":{"platformBlocked":true,"osMinimumVersion":"17"},"androidRestriction":null}`,
			Item{ID: "e", Name: "All", Type: "deviceEnrollmentPlatformRestrictionsConfiguration", Health: None,
				Detail: map[string]string{"priority": "0", "iosRestriction.platformBlocked": "true", "iosRestriction.osMinimumVersion": "17"}}},
		{"revoked authority", CloudCA, `{"id":"c","commonName":"Root","certificationAuthorityStatus":"revoked","extendedKeyUsages":[{"name":"x"},"clientAuth"],"validityStartDateTime":"0001-01-01T00:00:00Z"}`,
			Item{ID: "c", Name: "Root", State: "revoked", Health: Off, Detail: map[string]string{"commonName": "Root", "extendedKeyUsages": "clientAuth"}}},
		{"wrong types", NDES, `{"id":7,"displayName":["a","b"],"state":{"x":1},"lastConnectionDateTime":5}`, Item{ID: "7", Name: "a, b", Health: Unknown}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := fromGraph(specOf(tc.kind), object(t, tc.wire))
			tc.want.Kind = tc.kind
			if tc.want.Detail == nil {
				tc.want.Detail = map[string]string{}
			}
			if d := cmp.Diff(tc.want, got, cmpopts.EquateComparable(tenant.ID{})); d != "" || !ok {
				t.Errorf("ok %v (-want +got): %s", ok, d)
			}
			if raw, _ := json.Marshal(got); strings.Contains(string(raw), "SECRET") {
				t.Errorf("a secret is kept: %s", raw)
			}
		})
	}
}

func TestKindsAreWhole(t *testing.T) {
	for _, s := range specs {
		if s.kind == Delegated {
			continue // not read at the customer, so it has no members of Graph's
		}
		if s.path == "" || s.version == "" || !strings.HasSuffix(s.permission, ".Read.All") || (s.lead > 0) != (s.expires != "") {
			t.Errorf("%s is not whole: %+v", s.kind, s)
		}
		for _, secret := range []string{"token", "certificate", "certificateSigningRequest"} {
			if slices.Contains(s.asked(), secret) || slices.Contains(names(s.detail), secret) {
				t.Errorf("%s keeps %s", s.kind, secret)
			}
		}
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add(0, `{"id":"x","expirationDateTime":"0001-01-01T00:00:00Z","certificateSerialNumber":"\u0000"}`)
	f.Add(4, `{"id":"e","iosRestriction":{"platformBlocked":{"a":[]}},"iosRestriction":7,"priority":1e999}`)
	f.Add(2, `{"id":"\ud800","state":null,"appleId":["a",[["b"]]]}`)
	f.Fuzz(func(t *testing.T, kind int, wire string) {
		var o graph.Object
		if gojson.Unmarshal([]byte(wire), &o, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) != nil {
			return
		}
		it, ok := fromGraph(specs[uint(kind)%uint(len(specs))], o)
		if ok != (it.ID != "") {
			t.Errorf("ok %v with id %q", ok, it.ID)
		}
		for _, v := range append(slices.Collect(maps.Values(it.Detail)), it.ID, it.Name, it.State, it.Type) {
			if !postgres.Printable(v) {
				t.Errorf("%q cannot be stored", v)
			}
		}
		st := (&Store{}).Stage()
		defer st.Close()
		if err := st.Add(it); err != nil {
			t.Error(err)
		}
	})
}

func graphError(kind graph.Kind, status int) error {
	return &graph.Error{Kind: kind, Status: status, RequestID: "r-1"}
}

func TestRound(t *testing.T) {
	push, vpp, sub := specOf(ApplePush), specOf(VPPToken), specOf(Subscription)
	for _, tc := range []struct {
		name    string
		s       spec
		err     error
		found   bool
		outcome Outcome
		trouble string
		end     bool
		fails   bool // the run, where this is all that it read
	}{
		{"read", vpp, nil, true, Read, "", false, false},
		{"read and empty", vpp, nil, false, Read, "", false, false},
		{"singleton that is not set up", push, graphError(graph.NotFound, 404), false, Unset, "", false, false},
		{"singleton that is not set up, by 400", push, graphError(graph.Refused, 400), false, Unset, "", false, false},
		{"singleton without content", push, nil, false, Unset, "", false, false},
		{"singleton in a tenant without Intune", push, graphError(graph.Licence, 400), false, Failed, "licence", false, true},
		{"a list is never unset", vpp, graphError(graph.NotFound, 404), false, Failed, "notfound", false, true},
		{"the subscription is never unset", sub, graphError(graph.NotFound, 404), false, Failed, "notfound", false, true},
		{"refused", vpp, graphError(graph.Permission, 401), false, Failed, "permission", false, true},
		{"throttled in the middle", vpp, graphError(graph.Throttled, 429), true, Failed, "throttled", false, true},
		{"no token", vpp, graphError(graph.Token, 401), false, Failed, "token", true, true},
		{"disk full", vpp, errors.New("write the stage"), false, Failed, "internal", false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var r round
			end := r.note(tc.s, tc.err, tc.found, noon)
			g := r.readings[0]
			if end != tc.end || g.Outcome != tc.outcome || g.Trouble != tc.trouble || (g.Outcome == Failed) != g.ReadAt.IsZero() || (r.failure() != nil) != tc.fails {
				t.Errorf("end %v, %+v, failure %v", end, g, r.failure())
			}
		})
	}
	var r round
	r.note(vpp, nil, true, noon)
	r.note(specOf(CloudCA), graphError(graph.Licence, 400), false, noon)
	if r.failure() != nil {
		t.Errorf("one path that is refused for good fails the run: %v", r.failure())
	}
	r.note(specOf(NDES), graphError(graph.Unavailable, 503), false, noon)
	if k, _ := graph.KindOf(r.failure()); k != graph.Unavailable {
		t.Errorf("failure %v, want the one that may pass", r.failure())
	}
	if !r.note(specOf(Terms), graphError(graph.Timeout, 0), false, noon) {
		t.Error("the round goes on after two failures of the service")
	}
}

type fixedToken struct{}

func (fixedToken) Token(context.Context, tenant.ID) (string, error) { return "t", nil }
func (fixedToken) Forget(tenant.ID)                                 {}

// TestAsksForNoSecret looks at the requests: what is selected, and that a singleton is read as one.
func TestAsksForNoSecret(t *testing.T) {
	asked := map[string]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path] = r.URL.Query().Get("$select")
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"value":[]}`))
	}))
	defer srv.Close()
	c, err := graph.New(srv.URL, fixedToken{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range specs {
		if s.single {
			_, err = graph.Get[graph.Object](t.Context(), c, contoso, s.path, graph.Query{Version: s.version, Select: s.asked()})
		} else {
			for _, e := range graph.List[graph.Object](t.Context(), c, contoso, s.path, graph.Query{Version: s.version, Select: s.asked()}) {
				err = e
			}
		}
		if err != nil {
			t.Errorf("%s: %v", s.kind, err)
		}
	}
	if got := asked["/v1.0/deviceAppManagement/vppTokens"]; got == "" || strings.Contains(","+got+",", ",token,") {
		t.Errorf("VPP tokens are asked for with $select=%q", got)
	}
	if got := asked["/v1.0/deviceManagement"]; got != "id,subscriptionState,intuneAccountId" {
		t.Errorf("the subscription is asked for with $select=%q", got)
	}
}

// TestPartnerSolutions reads which partners' products hold roles of Intune's own service; a tenant that does not know the service has none.
func TestPartnerSolutions(t *testing.T) {
	i := slices.IndexFunc(specs, func(s spec) bool { return s.kind == PartnerSolution })
	var o graph.Object
	if err := gojson.Unmarshal([]byte(`{"id": "a1", "appRoleId": "a5438881-186a-48f0-bc41-a93ae8a195fe", "principalDisplayName": "Lookout for Work", "principalId": "p1",
		"principalType": "ServicePrincipal", "createdDateTime": "2026-01-02T03:04:05Z", "deletedDateTime": null}`), &o); err != nil {
		t.Fatal(err)
	}
	it, ok := fromGraph(specs[i], o)
	if !ok || it.Name != "Lookout for Work" || it.Detail["appRoleId"] != "a5438881-186a-48f0-bc41-a93ae8a195fe" || it.Detail["createdDateTime"] != "2026-01-02T03:04:05Z" || !it.ExpiresAt.IsZero() {
		t.Errorf("%v %+v", ok, it)
	}
	var r round
	r.note(specs[i], &graph.Error{Kind: graph.NotFound, Status: 404}, false, noon)
	r.note(specs[i], &graph.Error{Kind: graph.Permission, Status: 403}, false, noon)
	if r.readings[0].Outcome != Unset || r.readings[1].Outcome != Failed {
		t.Errorf("not known: %s, not permitted: %s", r.readings[0].Outcome, r.readings[1].Outcome)
	}
}

// TestDevicePartnersEnd has Intune name the day until which it believes a partner that does not answer.
func TestDevicePartnersEnd(t *testing.T) {
	i := slices.IndexFunc(specs, func(s spec) bool { return s.kind == DevicePartner })
	for body, want := range map[string]time.Time{
		`{"id": "p1", "displayName": "Jamf", "partnerState": "enabled", "whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime": null}`: {},
		`{"id": "p1", "displayName": "Jamf", "partnerState": "unresponsive", "whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime": "2026-12-02T03:04:05Z",
			"whenPartnerDevicesWillBeRemovedDateTime": "2027-01-31T03:04:05Z"}`: time.Date(2026, 12, 2, 3, 4, 5, 0, time.UTC),
	} {
		var o graph.Object
		if err := gojson.Unmarshal([]byte(body), &o); err != nil {
			t.Fatal(err)
		}
		if it, ok := fromGraph(specs[i], o); !ok || !it.ExpiresAt.Equal(want) || !it.Kind.Ends() {
			t.Errorf("%s: %+v, want the end %v", body, it, want)
		}
	}
}
