package middleware

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestChangesAreRequestsThatMayChangeSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Changes
		var while bool
		start := time.Now()
		site := c.Watch(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			while = c.Since(time.Now())
		}))
		ask := func(method string) { site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, "/", nil)) }
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if ask(method); while || c.Since(start) {
				t.Errorf("%s counts as a change", method)
			}
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, "ODD"} {
			before := time.Now()
			if ask(method); !while {
				t.Errorf("%s does not count while it lasts", method)
			}
			if !c.Since(before) || !c.Since(time.Now()) {
				t.Errorf("%s does not count after it", method)
			}
			time.Sleep(time.Millisecond)
			if c.Since(time.Now()) {
				t.Errorf("%s counts for what began after it", method)
			}
		}
	})
}
