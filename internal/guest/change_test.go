package guest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

type person struct{ client *graph.Client }

func (p person) Token(context.Context, tenant.ID) (string, error) {
	return "", errors.New("the portal's own token was asked for")
}
func (p person) Forget(tenant.ID) {}

func (p person) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	if tid == fabrikam {
		return graph.Person{}, tenant.NeedSignIn(tid, "You are not signed in there.", "Sign in there first.")
	}
	return p.client.As(tid, "of the person"), nil
}

// TestChanges: what Microsoft answers is told to the person and recorded; what must not be sent is not, and no link is kept.
func TestChanges(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1)`, tid); err != nil {
			t.Fatal(err)
		}
	}
	var sent, answer string
	status := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		sent = r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization") + " " + string(b)
		w.Header().Set("request-id", "r-1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	client, err := graph.New(server.URL, person{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{Who: person{client}, Graph: client, Store: NewStore(pool), Audit: audit.NewStore(pool), Origin: "https://portal.example", Now: time.Now}
	by := tenant.Person{Tenant: fabrikam, ObjectID: "aaaaaaaa-0000-4000-8000-00000000000a", Name: "Technician", UPN: "technician@firstup.example"}
	last := func() (action, detail string) {
		t.Helper()
		if err := pool.In(contoso).QueryRow(t.Context(), `SELECT action, detail::text FROM audit WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1`, contoso).Scan(&action, &detail); err != nil {
			t.Fatal(err)
		}
		return action, detail
	}

	status, answer = http.StatusCreated, `{"inviteRedeemUrl":"https://login.example/redeem?ticket=secret","status":"PendingAcceptance","invitedUser":{"id":"g"}}`
	got, err := s.Invite(t.Context(), by, "q", contoso, Invitation{Address: "a@firstup.example", Mail: true, Language: "de-DE"})
	if err != nil || got.Link == "" || got.Accepted {
		t.Fatalf("%+v, %v", got, err)
	}
	if want := `POST /v1.0/invitations Bearer of the person {"invitedUserEmailAddress":"a@firstup.example","inviteRedirectUrl":"https://portal.example/signin?tenant=` + contoso.String() + `&return=%2Ft%2F` + contoso.String() +
		`","sendInvitationMessage":true,"invitedUserMessageInfo":{"messageLanguage":"de-DE"}}`; sent != want {
		t.Errorf("sent %s\nwant %s", sent, want)
	}
	if action, detail := last(); action != "guest.invited" || !strings.Contains(detail, "r-1") || strings.Contains(detail, "secret") {
		t.Errorf("recorded %s %s", action, detail)
	}
	if _, err := s.Invite(t.Context(), by, "q", contoso, Invitation{Address: "a@firstup.example", Mail: true, Language: "de-DE", Message: "Hello"}); err != nil || !strings.Contains(sent, `{"customizedMessageBody":"Hello"}`) {
		t.Errorf("own words: %s, %v", sent, err)
	}
	for name, tc := range map[string]struct {
		status int
		answer string
		kind   error
		says   string
	}{
		"not allowed": {403, `{"error":{"code":"Unauthorized","message":"Guest invitations not allowed for your company. Contact your company administrator for more details."}}`, errs.Forbidden, "does not let you invite"},
		"a member":    {400, `{"error":{"code":"BadRequest","message":"The invited user already exists in the directory as object ID: x. They can use that account to sign in to shared apps and resources."}}`, errs.Conflict, "account of the customer’s own"},
		"throttled":   {429, `{"error":{"code":"TooManyRequests","message":"Too many requests."}}`, errs.Unavailable, "in a few minutes"},
		"refused":     {403, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`, errs.Forbidden, "Guest Inviter"},
		"not one":     {400, `{"error":{"code":"BadRequest","message":"The address is not valid."}}`, errs.Invalid, "“The address is not valid”"},
		"unclear":     {502, ``, errs.Timeout, "did not say whether"},
		"no trace":    {201, `{"status":"Error"}`, errs.Invalid, "could not make the account"},
	} {
		status, answer = tc.status, tc.answer
		_, err := s.Invite(t.Context(), by, "q", contoso, Invitation{Address: "a@firstup.example"})
		sentence, next, _ := errs.Sentence(err)
		if !errors.Is(err, tc.kind) || !strings.Contains(sentence+next, tc.says) {
			t.Errorf("%s: %v, %q %q", name, err, sentence, next)
		}
		if action, _ := last(); action != "guest.invited.failed" && name != "unclear" || name == "unclear" && action != "guest.invited.unknown" {
			t.Errorf("%s: recorded as %s", name, action)
		}
	}

	sent, status, answer = "", http.StatusCreated, `{}`
	g := Guest{Tenant: contoso, ID: "g", Address: "a@firstup.example", Redeemed: &yes, RolesRead: true}
	waiting, elsewhere, holder := g, g, g
	waiting.Redeemed, elsewhere.Tenant, holder.Roles = &no, fabrikam, []string{IntuneAdministrator}
	for name, tc := range map[string]struct {
		g    Guest
		role string
		kind error
	}{
		"Global Administrator": {g, globalAdministrator, errs.Invalid}, "not offered": {g, "x", errs.Invalid}, "not redeemed": {waiting, IntuneAdministrator, errs.Conflict},
		"held": {holder, IntuneAdministrator, errs.Conflict}, "not signed in": {elsewhere, IntuneAdministrator, errs.Unauthorised},
	} {
		if err := s.GiveRole(t.Context(), by, "q", tc.g, tc.role); !errors.Is(err, tc.kind) || sent != "" {
			t.Errorf("%s: %v, sent %q", name, err, sent)
		}
	}
	if err := s.GiveRole(t.Context(), by, "q", g, IntuneAdministrator); err != nil || !strings.Contains(sent, `"principalId":"g"`) || !strings.Contains(sent, `"directoryScopeId":"/"`) {
		t.Errorf("sent %s, %v", sent, err)
	}
	if action, detail := last(); action != "guest.role.given" || !strings.Contains(detail, IntuneAdministrator) {
		t.Errorf("recorded %s %s", action, detail)
	}
}
