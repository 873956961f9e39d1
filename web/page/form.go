package page

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
)

// maxForm is the largest form that a page of the portal sends, in bytes.
const maxForm = 64 << 10

// Form reads the body of a POST as a form: errs.TooLarge above 64 KiB, errs.Invalid where it is no form or holds text that cannot be
// stored. Parameters of the address do not count.
func Form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 && kind != "application/x-www-form-urlencoded" {
		return nil, errs.Show(errs.Invalid, "What was sent is not a form.") // ParseForm would take it for an empty one
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return nil, errs.Show(errs.TooLarge, "The form is larger than this page takes.")
		}
		return nil, fmt.Errorf("%w: %w", errs.Show(errs.Invalid, "The form could not be read."), err)
	}
	return r.PostForm, storable(r.PostForm)
}

// storable refuses values that cannot be stored.
func storable(form url.Values) error {
	for _, values := range form {
		for _, v := range values {
			if !clean(strings.NewReplacer("\r", "", "\n", "", "\t", "").Replace(v)) {
				return errs.Show(errs.Invalid, "The form holds characters that cannot be stored.")
			}
		}
	}
	return nil
}

// Faults are what is wrong with a form, by field, in words for the person. They show beside the fields, with status 422.
type Faults map[string]string

// Add notes the first fault of a field.
func (f Faults) Add(field, sentence string) {
	if _, ok := f[field]; !ok {
		f[field] = sentence
	}
}
