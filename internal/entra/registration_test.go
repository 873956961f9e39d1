package entra

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// asked counts how often it is asked.
type asked struct{ of, registration int }

func (a *asked) Of(context.Context, tenant.ID) (string, error) { a.of++; return "narrow", nil }

func (a *asked) Registration(_ context.Context, clientID string) (Registration, error) {
	a.registration++
	return Registration{ClientID: clientID}, errors.New("no credential: " + clientID)
}

// Every call to Graph asks for a token: while one is kept, nobody is asked by which registration the tenant knows the portal, nor for its secret.
func TestKeptTokensAskForNoRegistration(t *testing.T) {
	now, others := time.Now(), &asked{}
	c, err := New(Config{Host: "http://127.0.0.1:1", ClientID: clientID, Credential: Secret("s"), Registrations: others, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	tid, err := tenant.ParseID(contoso)
	if err != nil {
		t.Fatal(err)
	}
	keep := func(of string) {
		c.appTokens[appTokenKey{tid, of, "g"}] = appTokenEntry{token: Token{Value: of}, until: now.Add(time.Hour)}
	}
	keep("narrow")
	keep(clientID)
	ask := func(ctx context.Context, want string, of int) {
		t.Helper()
		if token, err := c.AppToken(ctx, tid, "g"); err != nil || token.Value != want || others.of != of || others.registration != 0 {
			t.Errorf("token of %q, %v; asked %+v, want %d", token.Value, err, *others, of)
		}
	}
	ask(t.Context(), "narrow", 1)
	ask(t.Context(), "narrow", 1)
	ask(As(t.Context(), ""), clientID, 1)
	now = now.Add(knownLife)
	ask(t.Context(), "narrow", 2)
	c.Forget(tid)
	keep("narrow")
	ask(t.Context(), "narrow", 3)
	c.Forget(tid)
	if _, err := c.AppToken(t.Context(), tid, "g"); err == nil || others.registration != 1 {
		t.Errorf("without a kept token: %v, %+v", err, *others)
	}
}
