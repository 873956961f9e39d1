package serve

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

type noToken struct{}

func (noToken) Token(context.Context, tenant.ID) (string, error) { return "t", nil }
func (noToken) Forget(tenant.ID)                                 {}

type answer struct {
	status int
	body   string
}

func (a answer) RoundTrip(*http.Request) (*http.Response, error) {
	if a.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{StatusCode: a.status, Header: http.Header{"Request-Id": {"r1"}, "Retry-After": {"0.001"}}, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

// TestFailureIsWhatGraphAnswered: the answer reaches the diagnosis with all that it needs to name the layer.
func TestFailureIsWhatGraphAnswered(t *testing.T) {
	tid, err := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		a     answer
		layer diagnose.Layer
	}{
		"down":       {answer{503, `{"error":{"code":"serviceNotAvailable"}}`}, diagnose.LayerNetwork},
		"no answer":  {answer{}, diagnose.LayerNetwork},
		"throttled":  {answer{429, `{}`}, diagnose.LayerThrottle},
		"no licence": {answer{400, `{"error":{"code":"BadRequest","message":"Request not applicable to target tenant."}}`}, diagnose.LayerLicence},
		"no scope":   {answer{403, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}`}, diagnose.LayerScope},
		"gone":       {answer{404, `{"error":{"code":"ResourceNotFound"}}`}, diagnose.LayerObject},
	} {
		c, err := graph.New("https://graph.example", noToken{}, graph.Options{Transport: tc.a, Backoff: time.Microsecond})
		if err != nil {
			t.Fatal(err)
		}
		var failed *graph.Error
		for _, err := range graph.List[graph.ManagedDevice](t.Context(), c, tid, "/deviceManagement/managedDevices", graph.Query{}) {
			failed, _ = err.(*graph.Error)
		}
		if failed == nil {
			t.Fatalf("%s: no failure", name)
		}
		f := failureOf(failed, time.Now())
		if f.Path != "/v1.0/deviceManagement/managedDevices" || f.Method != "GET" || f.Status != tc.a.status {
			t.Errorf("%s: %+v", name, f)
		}
		if found := diagnose.Diagnose(f); found.Layer != tc.layer {
			t.Errorf("%s: layer %s (%s), want %s", name, found.Layer, found.Verdict, tc.layer)
		}
	}
}

// TestNothingIsDiagnosedThatWasNotAsked: a customer that is left alone was not asked, and a row that the database refused is no answer.
func TestNothingIsDiagnosedThatWasNotAsked(t *testing.T) {
	tid, err := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if err != nil {
		t.Fatal(err)
	}
	p := &Portal{Log: slog.New(slog.DiscardHandler)}
	c, err := graph.New("https://graph.example", noToken{}, graph.Options{Transport: answer{}, Backoff: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for range 6 {
		for _, err := range graph.List[graph.ManagedDevice](t.Context(), c, tid, "/deviceManagement/managedDevices", graph.Query{}) {
			last = err
		}
	}
	for name, err := range map[string]error{"left alone": last, "not Graph's": io.ErrShortWrite} {
		if d := p.readFailed(t.Context(), tid, graphsync.Dataset{}, err); d != nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}
