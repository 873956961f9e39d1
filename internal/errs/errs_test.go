package errs

import (
	"errors"
	"strings"
	"testing"
)

// TestCaught: a panic is an error that says what was being done and where; any other end stays as it is.
func TestCaught(t *testing.T) {
	t.Parallel()
	do := func(err error, panics bool) (out error) {
		defer Caught(&out, "the search")
		if panics {
			panic("no such row")
		}
		return err
	}
	if err := do(nil, true); err == nil || !strings.HasPrefix(err.Error(), "panic in the search: no such row\n") || !strings.Contains(err.Error(), "errs_test.go") {
		t.Errorf("a panic: %v", err)
	}
	if err := do(NotFound, false); !errors.Is(err, NotFound) {
		t.Errorf("an error: %v", err)
	}
	if err := do(nil, false); err != nil {
		t.Errorf("nothing: %v", err)
	}
}
