package provisioning

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
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
