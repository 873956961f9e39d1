package page

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
)

// WantsJSON tells whether the JSON twin is asked for: it must stand before text/html in Accept, by quality then by order.
func WantsJSON(r *http.Request) bool {
	best, json := 0.0, false
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		quality := 1.0
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			quality = q
		}
		if quality <= best {
			continue
		}
		switch kind {
		case "application/json":
			best, json = quality, true
		case "text/html", "application/xhtml+xml", "*/*", "text/*":
			best, json = quality, false
		}
	}
	return json
}

// Render writes a whole page, or nothing of it: a component that fails shows as a problem, not as half a page.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b := pages.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= largest {
			pages.Put(b)
		}
	}()
	if err := c.Render(r.Context(), b); err != nil {
		return fmt.Errorf("render %s: %w", r.URL.Path, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(w, status, b.Bytes())
	return nil
}

// pages are buffers that were used before: growing one anew took a fifth of what a page allocates. Those of very long pages are not kept.
var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const largest = 256 << 10

// Stream writes a page while it comes to be: what its component flushes is on its way at once. Nothing can be taken back then, so the component
// itself says what goes wrong; what failed tells of it is only logged. Who leaves the page ends nothing.
func Stream(w http.ResponseWriter, r *http.Request, c templ.Component, failed func() error) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy in front, such as nginx, is not to wait for the whole page
	out := &stream{ResponseWriter: w}
	err := c.Render(r.Context(), out)
	if err == nil || out.gone {
		err = failed()
	}
	if err == nil {
		return nil
	}
	return &begun{fmt.Errorf("stream %s: %w", r.URL.Path, err)}
}

// stream flushes what templ flushes, through whatever stands around the connection.
type stream struct {
	http.ResponseWriter
	gone bool // nobody reads any more
}

func (s *stream) Write(b []byte) (int, error) {
	n, err := s.ResponseWriter.Write(b)
	s.gone = s.gone || err != nil
	return n, err
}

func (s *stream) Flush() { _ = http.NewResponseController(s.ResponseWriter).Flush() }

// begun is an error of a page that is on its way already: no other can be shown in its place.
type begun struct{ error }

func (b *begun) Unwrap() error { return b.error }

// JSON writes v as the twin of a page.
func JSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	send(w, status, append(b, '\n'))
	return nil
}

// Fingerprint is the SHA-256 of a view as JSON writes it: who holds the page on paper can tell whether the twin still says the same.
func Fingerprint(view any) string {
	b, err := json.Marshal(view)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%x", sha256.Sum256(append(b, '\n')))
}

// send adds what all answers of the portal carry: they are one person's and change with Accept.
func send(w http.ResponseWriter, status int, b []byte) {
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	w.Write(b)
}

// Answer writes a detail page, or its view model as the JSON twin.
func Answer(w http.ResponseWriter, r *http.Request, view any, html templ.Component) error {
	if WantsJSON(r) {
		return JSON(w, http.StatusOK, view)
	}
	return Render(w, r, http.StatusOK, html)
}

// twin is the JSON of a list.
type twin[R any] struct {
	Rows  []R        `json:"rows"`
	Count *int64     `json:"count"`          // null: nothing was read, so nobody knows
	More  bool       `json:"more,omitempty"` // count is a lower bound: there are more, or not all was looked at
	Next  string     `json:"next"`
	AsOf  *time.Time `json:"as_of"`
}

// SeeOther ends a POST: the browser gets the page that shows what became of it.
func SeeOther(w http.ResponseWriter, r *http.Request, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Done ends a POST like SeeOther, and has the next page say what became of it. A sentence that cannot be kept is left out: the deed is done.
func Done(w http.ResponseWriter, r *http.Request, to string, said Flash) error {
	if say := ChromeOf(r.Context()).Say; say != nil {
		_ = say(r.Context(), said)
	}
	return SeeOther(w, r, to)
}

// writeCSV streams rows as an attachment; a failure midway breaks the connection, so that half a file is not taken for a whole one.
func writeCSV(w http.ResponseWriter, r *http.Request, name string, head []string, rows iter.Seq2[[]string, error]) error {
	done, err := turn(r.Context(), exportWait)
	if err != nil {
		return err
	}
	defer done()
	var out *csv.Writer // nil: nothing was written yet, so that a failure can still be said
	n := 0
	for record, err := range rows {
		if err != nil && out == nil {
			return err
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if out == nil {
			out = beginCSV(w, name, head)
		}
		if r.Method == http.MethodHead {
			break
		}
		for i, cell := range record {
			record[i] = Neutral(cell)
		}
		if out.Write(record) != nil {
			panic(http.ErrAbortHandler) // the reader went away, or a disk on the way is full: half a list must not pass for a whole one
		}
		if n++; n%500 == 0 {
			out.Flush()
			http.NewResponseController(w).Flush()
			await(w)
		}
	}
	if out == nil {
		out = beginCSV(w, name, head)
	}
	if out.Flush(); out.Error() != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

func beginCSV(w http.ResponseWriter, name string, head []string) *csv.Writer {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Cache-Control", "no-store")
	await(w)
	out := csv.NewWriter(bufio.NewWriterSize(w, piece)) // one write to the connection for many rows
	out.UseCRLF = true
	out.Write(head)
	return out
}

// Neutral keeps a spreadsheet from taking a cell for a formula (OWASP, CSV injection): cells that begin with = + - @, a tab or a
// carriage return get an apostrophe in front. Plain negative numbers stay.
func Neutral(cell string) string {
	if cell == "" || strings.IndexByte("=+-@\t\r", cell[0]) < 0 {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil && cell[0] == '-' {
		return cell
	}
	return "'" + cell
}
