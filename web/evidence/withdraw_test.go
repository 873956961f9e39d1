package evidence_test

import (
	"encoding/json"
	"html"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/tenant"
)

func (s *site) post(target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestWithdrawalNeedsTheNameAndAChoice(t *testing.T) {
	s, contoso, _ := newSite(t)
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	for _, form := range []url.Values{{}, {"name": {"contoso.example"}}, {"data": {"keep"}}, {"data": {"delete"}, "name": {"fabrikam.example"}}, {"data": {"burn"}, "name": {"contoso.example"}}} {
		w := s.post("/evidence/withdraw", form)
		if w.Code != 422 || form.Get("name") != "" && !strings.Contains(w.Body.String(), `value="`+form.Get("name")+`"`) {
			t.Errorf("%v: %d", form, w.Code)
		}
	}
	s.as.Role = tenant.RoleTechnician
	if w := s.post("/evidence/withdraw", url.Values{"data": {"keep"}, "name": {"contoso.example"}}); w.Code != 403 {
		t.Errorf("staff: %d", w.Code)
	}
	if w := s.get("/evidence/withdraw"); w.Code != 403 {
		t.Errorf("staff: %d", w.Code)
	}
}

// From the form to the proof, which opens without a sign-in: the deletion, and what Microsoft says.
func TestWithdrawalEndsInAProof(t *testing.T) {
	s, contoso, _ := newSite(t)
	s.as = tenant.Person{Tenant: contoso, Name: "Adele Vance", UPN: "adele@contoso.example", Role: tenant.RoleCustomerAdmin}
	w := s.post("/evidence/withdraw?lang=de", url.Values{"data": {"delete"}, "name": {"Contoso.Example"}})
	proof := w.Header().Get("Location")
	if w.Code != 303 || !strings.HasPrefix(proof, "/withdrawal/") {
		t.Fatalf("%d to %q", w.Code, proof)
	}
	if text := html.UnescapeString(s.get("/evidence").Body.String()); !strings.Contains(text, "You have taken your consent back") || strings.Contains(text, "Take everything back…") {
		t.Error("the evidence page does not say so")
	}
	if w := s.post("/evidence/withdraw", url.Values{"data": {"keep"}, "name": {"contoso.example"}}); w.Code != 303 || w.Header().Get("Location") != "/evidence" {
		t.Errorf("twice: %d", w.Code)
	}
	s.as = tenant.Person{}
	text := html.UnescapeString(s.get(proof).Body.String())
	if !strings.Contains(text, "Sie werden gerade gelöscht") || !strings.Contains(text, "noch keine Antwort von Microsoft") || !strings.Contains(text, "Adele Vance") {
		t.Error(text)
	}
	s.gone = true
	if err := s.service.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := s.get(proof + "?lang=en")
	text = html.UnescapeString(page.Body.String())
	if !strings.Contains(text, "All deleted on") || !strings.Contains(text, "did not know our program") || !strings.Contains(text, "consent_grant") || strings.Contains(text, "Ask Microsoft again") {
		t.Error(text)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"} {
		if page.Header().Get(name) != want {
			t.Errorf("%s = %q", name, page.Header().Get(name))
		}
	}
	var twin struct {
		Rows      map[string]int64
		Total     int64
		DeletedAt *time.Time `json:"deleted_at"`
		GoneAt    *time.Time `json:"gone_at"`
		HeadSeq   int64      `json:"head_seq"`
		HeadHash  string     `json:"head_hash"`
	}
	if err := json.Unmarshal(s.get(proof, "Accept", "application/json").Body.Bytes(), &twin); err != nil || twin.Rows["consent_reading"] != 1 || twin.Total < 2 || twin.DeletedAt == nil || twin.GoneAt == nil || len(twin.HeadHash) != 64 {
		t.Errorf("twin = %+v, %v", twin, err)
	}
	report, err := audit.Verify(s.get(proof + "?format=jsonl").Body)
	if err != nil || report.Head != twin.HeadHash || report.Records != twin.HeadSeq {
		t.Errorf("the chain from the proof page = %+v, %v", report, err)
	}
	for _, wrong := range []string{"/withdrawal/x", proof[:len(proof)-1], "/withdrawal/" + strings.Repeat("A", 43)} {
		if w := s.get(wrong); w.Code != 404 {
			t.Errorf("%s: %d", wrong, w.Code)
		}
	}
}
