package provisioning

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestBlot(t *testing.T) {
	for _, value := range []string{"s3cret", `quo"ted\`, "a b&c=d/é"} {
		text := "Authorization: " + value + ", url " + "?token=" + strings.NewReplacer(" ", "+", "&", "%26", "=", "%3D", "/", "%2F", "é", "%C3%A9", `"`, "%22", `\`, "%5C").Replace(value)
		if got := blot(text, []Secret{{"k", value}, {"empty", ""}}); got != "Authorization: …, url ?token=…" {
			t.Errorf("%s: %s", value, got)
		}
	}
}

// TestWhoMayNot: what the portal may not read is told apart from what the person may not do.
func TestWhoMayNot(t *testing.T) {
	for delegated, want := range map[bool]string{false: "with a new consent link", true: "Cloud Application Administrator"} {
		for _, kind := range []graph.Kind{graph.Permission, graph.Token} {
			err := refusal(&graph.Error{Kind: kind, Delegated: delegated}, "")
			if _, next, _ := errs.Sentence(err); !errors.Is(err, errs.Forbidden) || !strings.Contains(next, want) {
				t.Errorf("%s, delegated %v: %v, %q", kind, delegated, err, next)
			}
		}
	}
}

func TestFieldsOfTemplates(t *testing.T) {
	for in, want := range map[string][]string{
		`["BaseAddress","SecretToken"]`: {"BaseAddress", "SecretToken"}, `[{"name":"username"},{"key":"Password"},"Password"]`: {"UserName", "Password"},
		`["<script>","Nonsense"]`: nil, ``: nil, `{}`: nil, `[1,null,[]]`: nil,
	} {
		if got := fieldsOf(in); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func FuzzAnswerOnDemand(f *testing.F) {
	f.Add(`{"result":"Failure","details":{"errorCode":"E","errorMessage":"M"}}`, `{"provisioningSteps":[{"name":"EntryImport","provisioningStepType":"Import","status":"Success","description":"d"}],"modifiedProperties":[{"displayName":"a","oldValue":null,"newValue":true}],"statusInfo":{"status":"Failure"}}`)
	f.Add("Microsoft.Identity.StatusInfo", `[{"provisioningSteps":null}]`)
	f.Add("", "[]")
	f.Fuzz(func(t *testing.T, key, value string) {
		d := fromPair(graph.TextPair{Key: key, Value: value})
		if strings.Contains(d.Result+d.Code+d.Reason, "\x00") {
			t.Errorf("%+v", d)
		}
	})
}

func TestAnswerOnDemand(t *testing.T) {
	d := fromPair(graph.TextPair{Key: `x`, Value: `[{"provisioningSteps":[{"name":"EntryExportAdd","provisioningStepType":"Export","status":"Failure","description":"Refused"}],"modifiedProperties":[{"displayName":"active","oldValue":null,"newValue":true}],"statusInfo":{"status":"Failure","errorCode":"E","reason":"R"}}]`})
	if d.Result != "failure" || d.Code != "E" || d.Reason != "R" || len(d.Steps) != 1 || d.Steps[0].Type != "export" || len(d.Properties) != 1 || *d.Properties[0].New != "true" || d.Properties[0].Old != nil {
		t.Errorf("%+v", d)
	}
}

// person acts with a token of its own, and reads with the same.
type person struct{ client *graph.Client }

func (p person) Token(context.Context, tenant.ID) (string, error) { return "of the portal", nil }
func (p person) Forget(tenant.ID)                                 {}

func (p person) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	return p.client.As(tid, "of the person"), nil
}

// TestEchoedSecrets: where Microsoft or a target repeats what was sent, neither the error, the log nor the audit has it.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	pool, contoso := pgtest.New(t), numbered(t, 1)
	if _, err := pool.In(contoso).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1)`, contoso); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "c4nary") {
			t.Errorf("%s lacks the secret", r.URL.Path)
		}
		answer, _ := json.Marshal(map[string]any{"error": map[string]string{"code": "Bad", "message": "Not taken: " + string(body)}})
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(answer)
	}))
	defer server.Close()
	client, err := graph.New(server.URL, person{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := &Acts{Who: person{client}, Graph: client, Store: NewStore(pool), Audit: audit.NewStore(pool), Now: time.Now}
	s, secrets := Setup{Tenant: contoso, SPID: "sp1", Name: "Slack"}, []Secret{{"SecretToken", `c4nary"&<é>\`}, {"Password", "c4nary two"}}
	var log bytes.Buffer
	for name, err := range map[string]error{"test": a.Test(t.Context(), tenant.Person{}, "q", s, "j1", secrets), "save": a.Save(t.Context(), tenant.Person{}, "q", s, secrets)} {
		sentence, next, ok := errs.Sentence(err)
		slog.New(slog.NewJSONHandler(&log, nil)).Error(name, "err", err)
		if text := sentence + next + log.String(); !ok || strings.Contains(text, "c4nary") || !strings.Contains(text, "Not taken") {
			t.Errorf("%s: %s", name, text)
		}
	}
	var hits, rows int
	if err := pool.In(contoso).QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE t::text LIKE '%c4nary%'), count(*) FROM audit t`).Scan(&hits, &rows); err != nil || hits > 0 || rows != 2 {
		t.Errorf("%d of %d rows of the audit hold a secret, %v", hits, rows, err)
	}
}

// TestSetupBeginsAnew: an application whose job was started, deleted and made again waits for its start once more.
func TestSetupBeginsAnew(t *testing.T) {
	t.Parallel()
	pool, store := twoTenants(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	client, err := graph.New(server.URL, person{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := &Acts{Who: person{client}, Graph: client, Store: store, Audit: audit.NewStore(pool), Now: func() time.Time { return noon }}
	s := Setup{Tenant: contoso, SPID: "sp1", Name: "Slack", MadeAt: noon}
	if err := store.keepSetup(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		do   func() error
		open int
	}{
		{"make", func() error { return a.MakeJob(t.Context(), tenant.Person{}, "q", s, "slack") }, 1},
		{"start", func() error { return a.Start(t.Context(), tenant.Person{}, "q", s, "j1") }, 0},
		{"make again", func() error { return a.MakeJob(t.Context(), tenant.Person{}, "q", s, "slack") }, 1},
	} {
		if err := step.do(); err != nil {
			t.Fatal(step.name, err)
		}
		if open, err := store.Setups(t.Context(), contoso); err != nil || len(open) != step.open {
			t.Errorf("%s: %d are not finished, want %d, %v", step.name, len(open), step.open, err)
		}
	}
}

// TestGone: what was found once and is not any more was deleted; what is new is waited for.
func TestGone(t *testing.T) {
	for name, tc := range map[string]struct {
		s    State
		gone bool
	}{
		"new": {State{Setup: Setup{MadeAt: noon}}, false}, "old": {State{Setup: Setup{MadeAt: noon.Add(-time.Hour)}}, true}, "with credentials": {State{Setup: Setup{MadeAt: noon, SavedAt: noon}}, true},
		"started": {State{Setup: Setup{MadeAt: noon, FinishedAt: noon}}, true}, "found": {State{Setup: Setup{SavedAt: noon}, Found: true}, false},
	} {
		if tc.s.Gone(noon) != tc.gone {
			t.Error(name)
		}
	}
}

// TestTemplateWithoutID: Microsoft answers the address of no template with the list of all, which is none of them.
func TestTemplateWithoutID(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"value":[{"id":"t1","displayName":"Slack"}]}`))
	}))
	defer server.Close()
	client, err := graph.New(server.URL, person{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := (&Acts{Graph: client}).Template(t.Context(), numbered(t, 1), ""); !errors.Is(err, errs.NotFound) {
		t.Errorf("%+v, %v", found, err)
	}
}
