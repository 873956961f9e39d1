package page

import "testing"

func TestWord(t *testing.T) {
	h := History{Said: func(field, v string) string {
		if field == "state" {
			return "the " + v
		}
		return v
	}}
	for _, tc := range [][3]string{{"encrypted", "true", "yes"}, {"encrypted", "false", "no"}, {"encrypted", "", ""}, {"name", "True", "True"}, {"state", "true", "the true"}} {
		if got := h.Word(tc[0], tc[1]); got != tc[2] {
			t.Errorf("%s %q is said as %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}
