package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/web/ui"
)

// full is an answer that cannot be written any more after some bytes: the disk of a proxy is full, or the client is gone.
type full struct {
	*httptest.ResponseRecorder
	left int
	err  error
}

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, f.err
	}
	return f.ResponseRecorder.Write(b)
}

// TestExportThatCannotBeWritten: an export whose reader is gone, or whose disk is full, breaks off at once, does not pass for a whole one,
// asks the database for no more rows, and gives its turn back.
func TestExportThatCannotBeWritten(t *testing.T) {
	const rows = 200_000
	for name, broken := range map[string]error{"client gone": syscall.EPIPE, "disk full": syscall.ENOSPC} {
		for _, format := range []string{"csv", "xlsx"} {
			for range exportsAtOnce + 1 { // a turn that is not given back would be missed
				asked := 0
				each := func(yield func([]string, error) bool) {
					for range rows {
						if asked++; !yield([]string{"CTO-LT-0482", "Surface"}, nil) {
							return
						}
					}
				}
				if format == "xlsx" {
					each = func(yield func([]string, error) bool) { yield([]string{"CTO-LT-0482", "Surface"}, nil) } // it is written when it is whole
				}
				aborted := false
				func() {
					defer func() { aborted = recover() == http.ErrAbortHandler }()
					w := &full{ResponseRecorder: httptest.NewRecorder(), left: 1000, err: broken}
					r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/things?format="+format, nil)
					var err error
					if format == "csv" {
						err = writeCSV(w, r, "things.csv", []string{"Name", "Model"}, each)
					} else {
						err = writeXLSX(w, r, "things.xlsx", []string{"Name", "Model"}, []ui.ColumnKind{"", ""}, each)
					}
					t.Errorf("%s, %s: ended as if it were whole (%v)", name, format, err)
				}()
				if !aborted || asked > rows/2 {
					t.Fatalf("%s, %s: aborted %t, %d rows asked for", name, format, aborted, asked)
				}
			}
		}
	}
}

// TestWorkbookWithoutRoom: where its parts find no room on the disk, a workbook is whole all the same, or there is a sentence and no file.
func TestWorkbookWithoutRoom(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
	long := strings.Repeat("x", 30_000)
	const rows = 600 // more than is held in memory where there is room
	each := func(yield func([]string, error) bool) {
		for range rows {
			if !yield([]string{long}, nil) {
				return
			}
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/things?format=xlsx", nil)
	if err := writeXLSX(w, r, "things.xlsx", []string{"Name"}, []ui.ColumnKind{""}, each); err != nil {
		if sentence, _, shown := errs.Sentence(err); !shown || sentence == "" || w.Body.Len() > 0 {
			t.Errorf("%v (%q), %d bytes", err, sentence, w.Body.Len())
		}
		return
	}
	t.Setenv("TMPDIR", t.TempDir())
	f, err := excelize.OpenReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if last, err := f.GetCellValue("Sheet1", fmt.Sprintf("A%d", rows+1)); err != nil || last != long {
		t.Errorf("the last row is %d characters long (%v)", len(last), err)
	}
}
