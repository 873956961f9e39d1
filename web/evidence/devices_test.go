package evidence

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/deviceaction"
)

// TestActsOnDevicesHaveWords: every step of every action on a device is said in each language.
func TestActsOnDevicesHaveWords(t *testing.T) {
	for l, w := range inLang {
		for _, k := range deviceaction.Kinds {
			if d, ok := onDevices[l]; ok && d.what[k.Name] == "" {
				t.Errorf("%s has no words for %s", l, k.Name)
			}
			for _, step := range []string{"asked", "sent", "sent.failed", "sent.unknown", "result.done", "result.failed", "result.cancelled", "result.gone", "result.unknown"} {
				action := "device." + k.Name + "." + step
				if got := w.act(action); strings.Contains(got, "{") || strings.Contains(got, strings.ReplaceAll(step, ".", " ")) && strings.HasPrefix(got, "device ") {
					t.Errorf("%s: %s is %q", l, action, got)
				}
			}
		}
	}
}
