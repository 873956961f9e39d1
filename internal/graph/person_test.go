package graph

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
)

type thing struct {
	ID string `json:"id"`
}

func TestSendCarriesThePersonsTokenAndBody(t *testing.T) {
	c, _, tokens := client(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]string
		raw, _ := io.ReadAll(r.Body)
		if json.Unmarshal(raw, &body) != nil || body["templateId"] != "aws" || r.Method != http.MethodPost || r.URL.Path != "/beta/servicePrincipals/s1/synchronization/jobs" ||
			r.Header.Get("Authorization") != "Bearer delegated" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("If-Match") != `W/"1"` {
			t.Errorf("%s %s %v %s", r.Method, r.URL, r.Header, raw)
		}
		w.Header().Set("request-id", "r1")
		w.WriteHeader(http.StatusCreated)
		w.Write([]byte(`{"id":"j1"}`))
	})
	got, err := Send[thing](t.Context(), c.As(contoso, "delegated"), Change{Method: "POST", Version: "beta", Path: "servicePrincipals/s1/synchronization/jobs",
		Body: map[string]string{"templateId": "aws"}, IfMatch: `W/"1"`})
	if err != nil || got.Value.ID != "j1" || got.RequestID != "r1" || tokens.n != 0 {
		t.Errorf("= %+v, %v", got, err)
	}
}

func TestSendTakesAnEmptyOrBrokenAnswerAsDone(t *testing.T) {
	for _, answer := range []string{"", `{"id":"j1`} {
		c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			w.Write([]byte(answer))
		})
		if _, err := Send[thing](t.Context(), c.As(contoso, "delegated"), Change{Method: "POST", Path: "x"}); err != nil {
			t.Errorf("answer %q: %v", answer, err)
		}
	}
}

func TestSendIsNotRepeatedButAfter429(t *testing.T) {
	for _, tc := range []struct {
		status, again int
		calls         int32
		unknown       bool
	}{
		{429, 204, 2, false}, {500, 0, 1, true}, {503, 0, 1, true}, {504, 0, 1, true}, {401, 0, 1, false}, {403, 0, 1, false}, {409, 0, 1, false}, {412, 0, 1, false},
	} {
		var calls atomic.Int32
		c, _, tokens := client(t, func(w http.ResponseWriter, _ *http.Request) {
			if calls.Add(1) > 1 {
				w.WriteHeader(tc.again)
				return
			}
			w.WriteHeader(tc.status)
		})
		_, err := Send[thing](t.Context(), c.As(contoso, "delegated"), Change{Method: "POST", Path: "deviceManagement/managedDevices/d1/wipe"})
		var e *Error
		if calls.Load() != tc.calls || tokens.n != 0 || (tc.again == 0) != errors.As(err, &e) || e != nil && e.Unknown != tc.unknown {
			t.Errorf("%d: %d calls, %v, %+v", tc.status, calls.Load(), err, e)
		}
	}
}

func TestSendThatIsCutOffIsUnknown(t *testing.T) {
	c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		conn.Close()
	})
	_, err := Send[thing](t.Context(), c.As(contoso, "delegated"), Change{Method: "POST", Path: "x", Body: struct{}{}})
	var e *Error
	if !errors.As(err, &e) || !e.Unknown {
		t.Errorf("= %v", err)
	}
}

func TestRefusalCarriesApprovalCodeAndChallenge(t *testing.T) {
	const code = "0f3c1a55-9be2-4b2f-8f5d-1d1f7f8f6c02"
	c, _, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-msft-approval-code") == code {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("x-msft-approval-code", code)
		w.Header().Set("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="e30="`)
		w.WriteHeader(http.StatusForbidden)
	})
	as := c.As(contoso, "delegated")
	_, err := Send[thing](t.Context(), as, Change{Method: "DELETE", Path: "x"})
	var e *Error
	if !errors.As(err, &e) || e.ApprovalCode != code || !e.Challenge || e.Unknown {
		t.Fatalf("= %+v", e)
	}
	if _, err := Send[thing](t.Context(), as, Change{Method: "DELETE", Path: "x", Approval: code}); err != nil {
		t.Error(err)
	}
}

func TestAsReadsWithThePersonsToken(t *testing.T) {
	c, _, tokens := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer delegated" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/v1.0/me" {
			w.Write([]byte(`{"id":"me"}`))
			return
		}
		w.Write([]byte(`{"value":[{"id":"a"},{"id":"b"}]}`))
	})
	as := c.As(contoso, "delegated")
	list, err := ListAs[thing](t.Context(), as, "users", Query{})
	if err != nil || len(list) != 2 || tokens.n != 0 {
		t.Errorf("list = %v, %v", list, err)
	}
	if one, err := GetAs[thing](t.Context(), as, "me", Query{}); err != nil || one.ID != "me" {
		t.Errorf("get = %v, %v", one, err)
	}
}
