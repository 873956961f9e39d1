package device

import (
	"testing"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

func TestPolicyStatePutsWhatFailsFirst(t *testing.T) {
	var w graph.PolicyState
	if err := gojson.Unmarshal([]byte(`{"id":"p","displayName":"Windows baseline","state":"nonCompliant","version":3,"platformType":"windows10AndLater","settingStates":[
		{"setting":"A.Firewall","settingName":"Firewall","state":"compliant"},{"setting":"A.Quantum","settingName":null,"state":"quantum"},
		{"setting":"A.BitLocker","settingName":"BitLocker","state":"nonCompliant","currentValue":null,"errorCode":"2016281112","errorDescription":"Remediation failed","sources":[{"displayName":"Windows baseline"},{}]},
		{"setting":"A.Pin","settingName":"Pin","instanceDisplayName":"Home","state":null,"sources":null}]}`), &w); err != nil {
		t.Fatal(err)
	}
	p := policyState(w)
	if len(p.Settings) != 4 || p.Version != 3 {
		t.Fatalf("%+v", p)
	}
	for i, want := range []struct{ name, state string }{{"BitLocker", "nonCompliant"}, {"Pin: Home", "unknown"}, {"Firewall", "compliant"}, {"A.Quantum", "quantum"}} {
		if s := p.Settings[i]; s.Name != want.name || s.State != want.state {
			t.Errorf("setting %d is %+v, want %+v", i, s, want)
		}
	}
	if s := p.Settings[0]; s.ErrorCode != 2016281112 || len(s.Sources) != 1 || !Failing(s.State) || Failing("compliant") {
		t.Errorf("%+v", s)
	}
}

func FuzzPolicyState(f *testing.F) {
	f.Add([]byte(`{"id":"\u0000","state":"","settingStates":[{"sources":[{"displayName":"\ud800"}],"errorCode":1e400}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.PolicyState
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		p := policyState(w)
		texts := []string{p.ID, p.Name, p.State, p.User}
		for _, s := range p.Settings {
			texts = append(append(texts, s.Name, s.Setting, s.State, s.Value, s.Error), s.Sources...)
		}
		for _, s := range texts {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if p.State == "" || len(p.Settings) > maxSettings {
			t.Errorf("%+v", p)
		}
	})
}
