package page

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/tenantry/tenantry/internal/errs"
)

// maxUpload is the largest form with a file that a page of the portal sends, in bytes.
const maxUpload = 2 << 20

// Upload reads the body of a POST as a form with a file, whose content stands among the values under the name of its field. It refuses what
// Form refuses; files are text.
func Upload(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errs.Show(errs.Invalid, "What was sent is not a form with a file."), err)
	}
	values := url.Values{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, storable(values)
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(part)
		}
		var big *http.MaxBytesError
		switch {
		case errors.As(err, &big):
			return nil, errs.ShowNext(errs.TooLarge, "The file is larger than this page takes.", "Choose one of at most 2 MB.")
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errs.Show(errs.Invalid, "The form could not be read."), err)
		}
		values.Add(part.FormName(), string(content))
	}
}
