package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

var contoso = func() tenant.ID {
	tid, err := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if err != nil {
		panic(err)
	}
	return tid
}()

// fakeTokens hands out numbered tokens; a new one after each Forget.
type fakeTokens struct {
	mu  sync.Mutex
	n   int
	err error
}

func (f *fakeTokens) Token(context.Context, tenant.ID) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("token-%d", f.n), f.err
}

func (f *fakeTokens) Forget(tenant.ID) { f.mu.Lock(); f.n++; f.mu.Unlock() }

func client(t testing.TB, h http.HandlerFunc) (*Client, *httptest.Server, *fakeTokens) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	tokens := &fakeTokens{}
	c, err := New(srv.URL, tokens, Options{Backoff: time.Millisecond, Timeout: 300 * time.Millisecond, PageBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return c, srv, tokens
}

func readAll(c *Client, path string, q Query) (ids []string, err error) {
	for d, e := range List[ManagedDevice](context.Background(), c, contoso, path, q) {
		if e != nil {
			return ids, e
		}
		ids = append(ids, d.ID)
	}
	return ids, nil
}

func TestListFollowsPagesVerbatim(t *testing.T) {
	var seen []string
	c, _, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.RequestURI())
		if r.Header.Get("ConsistencyLevel") != "eventual" || r.Header.Get("client-request-id") == "" || r.Header.Get("User-Agent") != "Tenantry" {
			t.Errorf("headers %v", r.Header)
		}
		switch len(seen) {
		case 1:
			fmt.Fprintf(w, `{"@odata.context":"x","@odata.nextLink":"%s/v1.0/devs?$skiptoken=a%%3d%%27b%%27&X=%%C3%%BC","value":[{"id":"1"}]}`, "http://"+r.Host)
		case 2: // empty, and still not the last
			fmt.Fprintf(w, `{"value":[],"@odata.nextLink":"http://%s/v1.0/devs?p=3"}`, r.Host)
		default:
			fmt.Fprint(w, `{"value":[{"id":"2"},{"id":"1"}],"@microsoft.graph.tips":{"x":[1]}}`)
		}
	})
	var cost Page
	ids, err := readAll(c, "/devs", Query{Select: []string{"id", "deviceName"}, Top: 7, Eventual: true, OnPage: func(p Page) error {
		cost.Pages += p.Pages
		cost.Rows += p.Rows
		cost.Bytes += p.Bytes
		return nil
	}})
	if err != nil || strings.Join(ids, "") != "121" || cost.Pages != 3 || cost.Rows != 3 || cost.Bytes == 0 {
		t.Errorf("ids %v, cost %+v, %v", ids, cost, err)
	}
	if seen[0] != "/v1.0/devs?$count=true&$select=id%2CdeviceName&$top=7" || seen[1] != "/v1.0/devs?$skiptoken=a%3d%27b%27&X=%C3%BC" {
		t.Errorf("asked for %q", seen)
	}
}

// TestNoMorePages: a list ends where no nextLink leads on, however that is said.
func TestNoMorePages(t *testing.T) {
	for _, body := range []string{`{"value":[{"id":"1"}]}`, `{"value":[{"id":"1"}],"@odata.nextLink":null}`, `{"@odata.nextLink":"","value":[{"id":"1"}]}`} {
		c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
		if ids, err := readAll(c, "/devs", Query{}); err != nil || len(ids) != 1 {
			t.Errorf("%s: %v, %v", body, ids, err)
		}
	}
}

func TestHostileAnswers(t *testing.T) {
	for _, tc := range []struct {
		name string
		h    http.HandlerFunc
		kind Kind
	}{
		{"loop", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"value":[{"id":"1"}],"@odata.nextLink":"http://%s/v1.0/devs?loop"}`, r.Host)
		}, BadAnswer},
		{"nextLink to another host", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"value":[],"@odata.nextLink":"http://attacker.example/v1.0/devs"}`)
		}, BadAnswer},
		{"nextLink with another scheme", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"value":[],"@odata.nextLink":"https://%s/v1.0/devs"}`, r.Host)
		}, BadAnswer},
		{"nextLink with a user", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"value":[],"@odata.nextLink":"http://u:p@%s/v1.0/devs"}`, r.Host)
		}, BadAnswer},
		{"nextLink is a number", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[],"@odata.nextLink":7}`) }, BadAnswer},
		{"truncated JSON", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[{"id":"1"},{"id":"`) }, BadAnswer},
		{"truncated after an object", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[{"id":"1"}`) }, BadAnswer},
		{"truncated in transit", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			fmt.Fprint(w, `{"value":[{"id":"1"}]}`)
		}, Unavailable},
		{"empty", func(http.ResponseWriter, *http.Request) {}, BadAnswer},
		{"HTML", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<html>hello</html>`) }, BadAnswer},
		{"no value", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"error":null}`) }, BadAnswer},
		{"value is null", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":null}`) }, BadAnswer},
		{"two values", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[],"value":[]}`) }, BadAnswer},
		{"an array", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[{"id":"1"}]`) }, BadAnswer},
		{"too long", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"value":["`+strings.Repeat("x", 2<<20)+`"]}`)
		}, BadAnswer},
		{"more behind the page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[]} {"value":[]}`) }, BadAnswer},
		{"a row that is no object", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[{"id":"1"},null]}`) }, BadAnswer},
		{"a row that is no object, behind an odd one", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"value":[{"id":"1","deviceName":7},"x"]}`)
		}, BadAnswer},
		{"a row without an id", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"value":[{"id":"1"},{"id":null,"deviceName":"A"}]}`)
		}, BadAnswer},
		{"an id without end", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"value":[{"id":%q}]}`, strings.Repeat("x", 5000))
		}, BadAnswer},
		{"pages of the same rows without end", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"@odata.nextLink":"http://%s%s?%s","value":[{"id":"1"}]}`, r.Host, r.URL.Path, uuid.NewString())
		}, BadAnswer},
		{"pages without rows without end", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"value":[],"@odata.nextLink":"http://%s%s?%s"}`, r.Host, r.URL.Path, uuid.NewString())
		}, BadAnswer},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://attacker.example/", http.StatusFound)
		}, BadAnswer},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, BadAnswer},
		{"never answers", func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Second):
			}
		}, Timeout},
		{"throttled for an hour", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}, Throttled},
		{"down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, Unavailable},
		{"throttled without advice", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, Throttled},
		{"gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, NotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := client(t, tc.h)
			_, err := readAll(c, "/devs", Query{})
			if kind, ok := KindOf(err); !ok || kind != tc.kind {
				t.Errorf("error = %v, want kind %s", err, tc.kind)
			}
			var e *Error
			if errors.As(err, &e) && (e.FailureSentence() == "" || strings.Contains(err.Error(), "token-")) {
				t.Errorf("sentence %q, error %q", e.FailureSentence(), err)
			}
		})
	}
}

func TestRetries(t *testing.T) {
	var n atomic.Int32
	c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		switch n.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "0.05")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3:
			fmt.Fprint(w, `{"value":[{"id":"1"`) // cut off
		default:
			fmt.Fprint(w, `{"value":[{"id":"1"}]}`)
		}
	})
	var cost Page
	began := time.Now()
	ids, err := readAll(c, "/devs", Query{OnPage: func(p Page) error {
		cost.Retries += p.Retries
		cost.Throttled += p.Throttled
		return nil
	}})
	if err != nil || len(ids) != 1 || cost.Retries != 3 || cost.Throttled != 50*time.Millisecond || time.Since(began) < 50*time.Millisecond {
		t.Errorf("ids %v, cost %+v, %v", ids, cost, err)
	}
}

func TestUnauthorizedGetsOneFreshToken(t *testing.T) {
	c, _, tokens := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer token-0" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":"InvalidAuthenticationToken"}}`)
			return
		}
		fmt.Fprint(w, `{"value":[{"id":"1"}]}`)
	})
	if ids, err := readAll(c, "/devs", Query{}); err != nil || len(ids) != 1 || tokens.n != 1 {
		t.Errorf("%v, %v, %d fresh tokens", ids, err, tokens.n)
	}
}

func TestUnauthorizedForGoodIsClassified(t *testing.T) {
	calls := 0
	body := `{"error":{"code":"InvalidAuthenticationToken"}}`
	c, _, tokens := client(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, body)
	})
	if _, err := readAll(c, "/devs", Query{}); err == nil || calls != 2 || tokens.n != 1 {
		t.Errorf("%v after %d calls", err, calls)
	} else if k, _ := KindOf(err); k != Token {
		t.Errorf("kind %s", k)
	}
	body = `{"error":{"code":"UnknownError","message":"{\"ErrorCode\":\"Forbidden\",\"Message\":\"x\"}"}}`
	if _, err := readAll(c, "/devs", Query{}); err == nil {
		t.Error("no error")
	} else if k, _ := KindOf(err); k != Permission {
		t.Errorf("kind %s", k)
	}
	if _, err := c.MyManagedDevices(t.Context(), "delegated"); err == nil || tokens.n != 2 { // a person's token is not ours to renew
		t.Errorf("%v, %d fresh tokens", err, tokens.n)
	}
}

func TestPageSizeShrinksAndIsRemembered(t *testing.T) {
	var tops []string
	c, _, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		top := r.URL.Query().Get("$top")
		tops = append(tops, top)
		if top != "20" && (r.URL.Query().Get("p") == "2" || top == "50") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Query().Get("p") == "" {
			fmt.Fprintf(w, `{"value":[{"id":"1"}],"@odata.nextLink":"http://%s/beta/apps?p=2&$top=%s"}`, r.Host, top)
			return
		}
		fmt.Fprint(w, `{"value":[{"id":"2"}]}`)
	})
	rows, size := int64(0), int64(0)
	q := Query{Version: "beta", Top: 100, Shrinks: true, OnPage: func(p Page) error {
		rows, size = rows+p.Rows, max(size, p.Size)
		return nil
	}}
	ids, err := readAll(c, "/apps", q)
	if err != nil || strings.Join(ids, "") != "1112" || rows != 2 || size != 50 { // the first page came three times, and counts once
		t.Errorf("ids %v, rows %d, pages of %d, %v, asked %v", ids, rows, size, err, tops)
	}
	tops, size = nil, 0
	if _, err := readAll(c, "/apps", q); err != nil || len(tops) != 2 || tops[0] != "20" || size != 20 {
		t.Errorf("second list asked for %v, said pages of %d, %v", tops, size, err)
	}
}

func TestTenantThatFailsIsLeftAlone(t *testing.T) {
	var calls atomic.Int32
	c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) { calls.Add(1); w.WriteHeader(http.StatusBadGateway) })
	for range failsToRest {
		_, _ = readAll(c, "/devs", Query{})
	}
	before := calls.Load()
	_, err := readAll(c, "/devs", Query{})
	if calls.Load() != before || !errors.Is(err, errs.Unavailable) {
		t.Errorf("%d more calls, %v", calls.Load()-before, err)
	}
}

func TestTokenError(t *testing.T) {
	c, _, tokens := client(t, func(http.ResponseWriter, *http.Request) { t.Error("a call was sent without a token") })
	tokens.err = errs.Show(errs.Forbidden, "The consent was withdrawn.")
	_, err := readAll(c, "/devs", Query{})
	var e *Error
	if !errors.As(err, &e) || e.Kind != Token || e.FailureSentence() != "The consent was withdrawn." {
		t.Errorf("%v", err)
	}
}

func TestBadRowKeepsWhatCanBeRead(t *testing.T) {
	c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"value":[
			{"id":"1","isEncrypted":true},
			{"id":"2","deviceName":{"x":1},"isEncrypted":"yes","osVersion":"10","totalStorageSpaceInBytes":"77","lastSyncDateTime":"1980-01-0112:00:00"},
			{"id":"3","serialNumber":null,"lastSyncDateTime":"0001-01-01T00:00:00Z","complianceState":"somethingNew","deviceActionResults":null},
			{"id":"4","deviceName":"`+"\xff"+`"},
			{"id":"5","deviceName":7,"userDisplayName":true,"isSupervised":"True","deviceActionResults":[{"actionName":12,"actionState":"done"},"x",{"actionName":"wipe","errorCode":{"x":1}}]}],"@odata.count":5}`)
	})
	var got []ManagedDevice
	for d, err := range List[ManagedDevice](t.Context(), c, contoso, "/devs", Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d)
	}
	if len(got) != 5 || !got[0].Encrypted || got[1].OSVersion != "10" || got[1].StorageTotal != 77 || !got[1].LastSync.IsZero() ||
		!got[2].LastSync.IsZero() || got[2].Compliance != "somethingNew" || got[3].DeviceName != "\uFFFD" {
		t.Errorf("%+v", got)
	}
	if d := got[4]; d.DeviceName != "7" || d.UserName != "true" || !d.Supervised || len(d.Actions) != 3 || d.Actions[0].Name != "12" || d.Actions[0].State != "done" || d.Actions[2].Name != "wipe" {
		t.Errorf("what is odd within a row: %+v", d)
	}
}

func TestParseError(t *testing.T) {
	nested, err := os.ReadFile("testdata/intune-nested.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name     string
		status   int
		body     string
		kind     Kind
		inner    string
		activity string
	}{
		{"directory", 403, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"request-id":"r1"}}}`, Permission, "", ""},
		{"flat", 403, `{"error":{"code":"Forbidden","message":"Application is not authorized to perform this operation - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: 4f0c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f - Url: https://fef.example/x - CustomApiErrorPhrase: "}}`, Permission, "", "4f0c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f"},
		{"nested", 401, string(nested), Permission, "Forbidden", "4f0c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f"},
		{"single nesting", 400, `{"error":{"code":"BadRequest","message":"{\"_version\":3,\"Message\":\"An error has occurred - Activity ID: 4f0c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f - Url: u\"}"}}`, Refused, "", "4f0c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f"},
		{"no licence", 400, `{"error":{"code":"BadRequest","message":"Request not applicable to target tenant."}}`, Licence, "", ""},
		{"throttled inside", 429, `{"error":{"code":"TooManyRequests","innerError":{"code":"429","message":"Please retry after"}}}`, Throttled, "429", ""},
		{"innererror", 400, `{"error":{"code":"x","innererror":{"innerError":{"code":"deep"}}}}`, Refused, "deep", ""},
		{"empty 401", 401, `{"error":{"code":"UnknownError","message":""}}`, Permission, "", ""},
		{"bad token", 401, `{"error":{"code":"InvalidAuthenticationToken"}}`, Token, "", ""},
		{"no principal", 401, `{"error":{"code":"Authorization_IdentityNotFound"}}`, Token, "", ""},
		{"odd shapes", 500, `{"error":{"code":7,"message":[]}}`, Unavailable, "", ""},
		{"not JSON", 502, `<html>`, Unavailable, "", ""},
		{"text that means throttling", 400, `{"error":{"code":"x","message":"Too many requests"}}`, Throttled, "", ""},
	} {
		e := parseError(tc.status, []byte(tc.body))
		if e.Kind != tc.kind || e.InnerCode != tc.inner || e.ActivityID != tc.activity {
			t.Errorf("%s: kind %s inner %q activity %q, want %s %q %q", tc.name, e.Kind, e.InnerCode, e.ActivityID, tc.kind, tc.inner, tc.activity)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"2.128": 2128 * time.Millisecond, "3": 3 * time.Second, "": 0, "-1": 0, "NaN": 0, "Inf": 0, "soon": 0, "99999999": 0,
		"Sat, 08 Aug 2026 12:00:10 GMT": 10 * time.Second, "Sat, 08 Aug 2026 11:00:10 GMT": 0,
	} {
		if got := retryAfter(in, now); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func FuzzParseError(f *testing.F) {
	nested, _ := os.ReadFile("testdata/intune-nested.json")
	f.Add(401, nested)
	f.Add(403, []byte(`{"error":{"code":"Forbidden","message":"a - Activity ID: 7 - Url: x"}}`))
	f.Add(200, []byte(`{"error":{"innerError":{"innerError":{"innerError":{}}}}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := parseError(status, body)
		if e.Kind == "" || e.Error() == "" || e.FailureSentence() == "" {
			t.Errorf("%+v", e)
		}
		if e.RetryAfter < 0 || e.RetryAfter > 24*time.Hour {
			t.Errorf("retry after %s", e.RetryAfter)
		}
	})
}

func FuzzDecodePage(f *testing.F) {
	f.Add([]byte(`{"value":[{"id":"1"},{"id":2}],"@odata.nextLink":"x"}`))
	f.Add([]byte(`{"value":[{"id":"1","deviceActionResults":[{"errorCode":"x"}]}`))
	f.Fuzz(func(_ *testing.T, body []byte) {
		k := &call{url: devs}
		_, _, _ = decodePage(body, k, func(ManagedDevice) error { return nil })
	})
}

var devs = &url.URL{Scheme: "http", Host: "graph.example", Path: "/v1.0/devs"}

func BenchmarkList(b *testing.B) {
	row := `{"id":"0d5e6f7a-1b2c-4d3e-8f90-a1b2c3d4e5f6","userId":"1d5e6f7a-1b2c-4d3e-8f90-a1b2c3d4e5f6","deviceName":"CON-LT-014","managedDeviceOwnerType":"company","managementState":"managed","enrolledDateTime":"2026-02-11T08:14:02.1834521Z","lastSyncDateTime":"2026-08-07T21:40:55Z","operatingSystem":"Windows","complianceState":"noncompliant","jailBroken":"Unknown","managementAgent":"mdm","osVersion":"10.0.26100.4652","easActivated":true,"easDeviceId":"AAAA0B6F3E8842D7A1B0C2E4F6A89BBB","azureADRegistered":true,"deviceEnrollmentType":"windowsAzureADJoin","emailAddress":"anna.koch@contoso.example","azureADDeviceId":"2d5e6f7a-1b2c-4d3e-8f90-a1b2c3d4e5f6","deviceRegistrationState":"registered","deviceCategoryDisplayName":"Office","isSupervised":false,"exchangeLastSuccessfulSyncDateTime":"0001-01-01T00:00:00Z","exchangeAccessState":"none","exchangeAccessStateReason":"none","isEncrypted":true,"userPrincipalName":"anna.koch@contoso.example","model":"Latitude 5450","manufacturer":"Dell Inc.","imei":"","complianceGracePeriodExpirationDateTime":"2026-08-09T00:00:00Z","serialNumber":"5CG1234XYZ","phoneNumber":"","androidSecurityPatchLevel":"","userDisplayName":"Anna Koch","wiFiMacAddress":"3C21F4A09B77","subscriberCarrier":"","meid":"","totalStorageSpaceInBytes":511101108224,"freeStorageSpaceInBytes":203114414080,"managedDeviceName":"anna.koch_Windows_2/11/2026_8:14 AM","partnerReportedThreatState":"secured","requireUserEnrollmentApproval":null,"managementCertificateExpirationDate":"2027-02-10T20:11:43Z","enrollmentProfileName":"","deviceActionResults":[]}`
	page := []byte(`{"value":[` + strings.Repeat(row+",", 998) + row + `]}`)
	k := &call{url: devs}
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		n := 0
		if _, _, err := decodePage(page, k, func(ManagedDevice) error { n++; return nil }); err != nil || n != 999 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(999*b.N)/b.Elapsed().Seconds(), "objects/s")
}

// TestWaitInVain: whoever cannot wait as long as Microsoft asks for is told so at once, and not that time ran out.
func TestWaitInVain(t *testing.T) {
	var calls atomic.Int32
	c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_, err := Get[ManagedDevice](ctx, c, contoso, "/x", Query{})
	if kind, _ := KindOf(err); kind != Throttled || calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}
