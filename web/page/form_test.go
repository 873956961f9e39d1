package page_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/web/page"
)

func TestFormRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		kind, body string
		want       error
	}{
		"JSON":           {"application/json", `{"a":1}`, errs.Invalid},
		"no kind":        {"", "a=1", errs.Invalid},
		"damaged":        {"application/x-www-form-urlencoded", "a=%zz", errs.Invalid},
		"null byte":      {"application/x-www-form-urlencoded", "a=%00", errs.Invalid},
		"not UTF-8":      {"application/x-www-form-urlencoded", "a=%ff", errs.Invalid},
		"huge":           {"application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 70<<10), errs.TooLarge},
		"form":           {"application/x-www-form-urlencoded; charset=utf-8", "a=1", nil},
		"nothing at all": {"", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/x", strings.NewReader(tc.body))
			r.Header.Set("Content-Type", tc.kind)
			if _, err := page.Form(httptest.NewRecorder(), r); !errors.Is(err, tc.want) {
				t.Errorf("error = %v, want %v", err, tc.want)
			}
		})
	}
}
