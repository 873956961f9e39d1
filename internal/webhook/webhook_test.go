package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
)

func TestSend(t *testing.T) {
	var got *http.Request
	var body string
	status := http.StatusNoContent
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	defer srv.Close()
	at := time.Unix(1764270000, 0)
	s := &Sender{Now: func() time.Time { return at }}
	if err := s.Send(t.Context(), srv.URL, "s3cret", "42-opened", []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	// By another implementation: printf '1764270000.{"a":1}' | openssl dgst -sha256 -hmac s3cret
	const want = "t=1764270000,v1=2a89808181e6570f38bef4349a027dc76513376aad36d1b104316e0ead2c24d4"
	if sig := got.Header.Get("Tenantry-Signature"); sig != want || body != `{"a":1}` || got.Header.Get("Tenantry-Delivery") != "42-opened" || got.Method != http.MethodPost {
		t.Errorf("signature %s, body %s, delivery %s", sig, body, got.Header.Get("Tenantry-Delivery"))
	}
	for _, status = range []int{http.StatusFound, http.StatusInternalServerError, http.StatusGone} {
		if err := s.Send(t.Context(), srv.URL, "s3cret", "x", nil); !errors.Is(err, errs.BadGateway) || got.URL.Path == "/elsewhere" {
			t.Errorf("%d: %v", status, err)
		}
	}
	srv.Close()
	err := s.Send(t.Context(), srv.URL, "s3cret", "x", nil)
	if sentence, _, shown := errs.Sentence(err); !shown || strings.Contains(err.Error(), "s3cret") || !strings.Contains(sentence, "does not answer") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestMetadataIsNotReached(t *testing.T) {
	for _, address := range []string{"http://169.254.169.254/latest", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0/", "http://[fd00:ec2::254]/"} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if err := (&Sender{}).Send(ctx, address, "s", "x", nil); err == nil || !strings.Contains(err.Error(), "not an address that is delivered to") && !strings.Contains(err.Error(), "invalid") && !strings.Contains(err.Error(), "unreachable") {
			t.Errorf("%s: %v", address, err)
		}
		cancel()
	}
	if refuseMetadata("tcp", "93.184.216.34:443", nil) != nil || refuseMetadata("tcp", "10.0.0.7:443", nil) != nil {
		t.Error("an ordinary address is refused")
	}
}
