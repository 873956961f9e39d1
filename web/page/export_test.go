package page

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/web/ui"
)

func TestExportsWaitForTheirTurn(t *testing.T) {
	var back []func()
	for range exportsAtOnce {
		done, err := turn(t.Context(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, done)
	}
	if _, err := turn(t.Context(), time.Millisecond); !errors.Is(err, errs.TooMany) {
		t.Errorf("one too many: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := turn(gone, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("of somebody who went away: %v", err)
	}
	for _, done := range back {
		done()
	}
	for range 2 * exportsAtOnce { // every export gives its turn back
		if w := exported(t, "csv", 1); w.Code != http.StatusOK {
			t.Fatalf("status %d", w.Code)
		}
		if w := exported(t, "xlsx", 1); w.Code != http.StatusOK {
			t.Fatalf("status %d", w.Code)
		}
	}
}

// timed notes for how long the connection lets the answer be written.
type timed struct {
	*httptest.ResponseRecorder
	until []time.Time
}

func (w *timed) SetWriteDeadline(at time.Time) error {
	w.until = append(w.until, at)
	return nil
}

func exported(t *testing.T, format string, rows int) *timed {
	t.Helper()
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/things?format="+format, nil)
	each := func(yield func([]string, error) bool) {
		for range rows {
			if !yield([]string{"a"}, nil) {
				return
			}
		}
	}
	err := writeCSV(w, r, "things.csv", []string{"Name"}, each)
	if format == "xlsx" {
		w = &timed{ResponseRecorder: httptest.NewRecorder()}
		err = writeXLSX(w, r, "things.xlsx", []string{"Name"}, []ui.ColumnKind{""}, each)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestSleepingReaderKeepsNoExport: the time to take an answer is limited, and anew for each part of it.
func TestSleepingReaderKeepsNoExport(t *testing.T) {
	for format, least := range map[string]int{"csv": 1 + 3, "xlsx": 1} {
		w := exported(t, format, 1600)
		if len(w.until) < least {
			t.Errorf("%s: %d limits for 1600 rows, want %d", format, len(w.until), least)
		}
		for _, at := range w.until {
			if left := time.Until(at); left <= 0 || left > patience {
				t.Errorf("%s: the reader has %s", format, left)
			}
		}
	}
}

// TestExportGivesTimeByPieces: small writes do not each win a minute.
func TestExportGivesTimeByPieces(t *testing.T) {
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/evidence?format=jsonl", nil)
	err := Export(w, r, func(w http.ResponseWriter) error {
		for range 3 * piece / 1024 {
			if _, err := w.Write(make([]byte, 1024)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(w.until) != 3 || w.Body.Len() != 3*piece {
		t.Errorf("%d limits for %d bytes, %v", len(w.until), w.Body.Len(), err)
	}
}
