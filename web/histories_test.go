package web

import (
	"testing"

	"github.com/tenantry/tenantry/internal/change"
)

// TestEveryKindHasItsWords: no kind of which history is kept is listed without the words of its room.
func TestEveryKindHasItsWords(t *testing.T) {
	for _, k := range change.Kinds() {
		if h := histories[k]; h.Said == nil || len(h.Labels) == 0 {
			t.Errorf("%s has no words", k)
		}
	}
	if len(histories) != len(change.Kinds()) {
		t.Errorf("%d kinds have words, of %d history is kept", len(histories), len(change.Kinds()))
	}
	for k, want := range map[change.Kind][]string{
		change.Grant:         {"Application permission", "not there", "missing", "granted", "granted, not needed"},
		change.DirectoryRole: {"Directory role", "not held", "held", "not held"},
	} {
		h := histories[k]
		field, values := "gone", []string{"", "false", "true"}
		if k == change.Grant {
			field, values = "application", []string{"", "missing", "granted", "surplus"}
		}
		if h.Label(field) != want[0] {
			t.Errorf("%s: %q, want %q", k, h.Label(field), want[0])
		}
		for i, v := range values {
			if got := h.Word(field, v); got != want[i+1] {
				t.Errorf("%s: %q is %q, want %q", k, v, got, want[i+1])
			}
		}
	}
	if name, of := histories[change.Grant].Called("User.Read.All", "00000003-0000-0000-c000-000000000000"); name != "User.Read.All" || of != "Microsoft Graph" {
		t.Errorf("a permission is called %q of %q", name, of)
	}
	for _, tc := range [][3]string{{"62e90394-69f5-4237-9190-012177145e10", "", "/roles/directory?role=62e90394-69f5-4237-9190-012177145e10"}, {"62e90394-69f5-4237-9190-012177145e10", "g/1", "/guests/g%2F1"}} {
		if got := histories[change.DirectoryRole].Where(tc[0], tc[1]); got != tc[2] {
			t.Errorf("who holds %s is at %q, want %q", tc[0], got, tc[2])
		}
	}
}
