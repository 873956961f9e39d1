package serve

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/keyset"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
)

type noTokens struct{}

func (noTokens) Token(context.Context, tenant.ID) (string, error) {
	return "", errors.New("the portal's own token was asked for")
}
func (noTokens) Forget(tenant.ID) {}

// TestActing: what changes something is sent with the person's token of that tenant, and nothing is sent without one.
func TestActing(t *testing.T) {
	t.Parallel()
	contoso, _ := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	fabrikam, _ := tenant.ParseID("22222222-2222-4222-8222-222222222222")
	keys, err := keyset.LoadOrCreate(filepath.Join(t.TempDir(), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	var refusal error
	sessions := session.New(pgtest.New(t), keys, func(_ context.Context, _ session.SignIn, refresh string, scopes ...string) (session.Renewed, error) {
		asked = scopes
		return session.Renewed{Access: "of the person", Refresh: refresh}, refusal
	}, session.Options{})
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	client, err := graph.New(server.URL, noTokens{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var used []string
	var who graph.Acting = acting{sessions, client, "https://graph.microsoft.com", tenant.ID{}, func(_ context.Context, tid tenant.ID, names []string) {
		used = append(used, tid.String()+" "+names[0])
	}}
	h := sessions.Load(func(_ http.ResponseWriter, _ *http.Request, err error) { t.Error(err) })(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if err := sessions.Replace(ctx, session.SignIn{Tenant: contoso, ObjectID: "aaaaaaaa-0000-4000-8000-00000000000a", At: time.Now(), Until: time.Now().Add(time.Hour)}, "refresh"); err != nil {
			t.Fatal(err)
		}
		_, err := who.As(ctx, fabrikam, "User.Invite.All")
		if at, ok := errors.AsType[*tenant.SignInNeeded](err); !ok || at.Tenant != fabrikam || asked != nil {
			t.Errorf("where the person is not signed in: %v, asked for %v", err, asked)
		}
		refusal = &entra.Error{Code: 65001}
		if _, err := who.As(ctx, contoso, "User.Invite.All"); !errors.Is(err, errs.Forbidden) || len(used) != 0 {
			t.Errorf("without consent: %v, used %v", err, used)
		}
		refusal = nil
		p, err := who.As(ctx, contoso, "User.Invite.All")
		if err != nil || !slices.Equal(asked, []string{"https://graph.microsoft.com/User.Invite.All"}) || !slices.Equal(used, []string{contoso.String() + " User.Invite.All"}) {
			t.Fatalf("%v, asked for %v, used %v", err, asked, used)
		}
		if _, err := graph.Send[struct{}](ctx, p, graph.Change{Method: http.MethodDelete, Path: "users/1"}); err != nil || !slices.Equal(sent, []string{"DELETE /v1.0/users/1 Bearer of the person"}) {
			t.Errorf("sent %v, %v", sent, err)
		}
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
}
