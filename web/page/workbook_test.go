package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

type bookRow struct{ name, n, at string }

func book(rows iter.Seq2[bookRow, error], format string) List[bookRow] {
	l := List[bookRow]{
		Title: "Devices", One: "device", Many: "devices", M: tenant.Membership{Tenant: tenant.Tenant{}}, Query: Query{CSV: true, XLSX: format == "xlsx"},
		Columns: []Column[bookRow]{
			{Key: "name", Label: "Device", Text: func(r bookRow) string { return r.name }},
			{Key: "n", Label: "Free", Kind: ui.KindNumber, Text: func(r bookRow) string { return r.n }},
			{Key: "at", Label: "Check-in", Kind: ui.KindTime, Exact: true, Text: func(r bookRow) string { return r.at }},
		},
		Each: func(context.Context) iter.Seq2[bookRow, error] { return rows },
	}
	return l
}

func few(rows ...bookRow) iter.Seq2[bookRow, error] {
	return func(yield func(bookRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func serve(t *testing.T, l List[bookRow], method string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	w := httptest.NewRecorder()
	err := l.Serve(w, httptest.NewRequestWithContext(t.Context(), method, "/devices?format=xlsx", nil))
	return w, err
}

func TestWorkbookHasTheRowsOfTheList(t *testing.T) {
	at := time.Date(2026, 11, 14, 9, 30, 0, 0, time.UTC)
	w, err := serve(t, book(few(
		bookRow{"CTO-1", "12", at.Format(time.RFC3339)},
		bookRow{`=HYPERLINK("http://x","y")`, "-3", ""},
		bookRow{"+41 44 000", "many", "never"},
		bookRow{"<b>& \x01 ü</b>", "99999999999999999999", "0001-01-01T00:00:00Z"},
	), "xlsx"), http.MethodGet)
	if err != nil {
		t.Fatal(err)
	}
	if kind, where := w.Header().Get("Content-Type"), w.Header().Get("Content-Disposition"); kind != xlsxType || where != "attachment; filename=devices.xlsx" {
		t.Errorf("comes as %q, %q", kind, where)
	}
	f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := [][]string{
		{"Device", "Free", "Check-in"}, {"CTO-1", "12", "2026-11-14 09:30"}, {`'=HYPERLINK("http://x","y")`, "-3"}, {"'+41 44 000", "many", "never"},
	}
	got, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 5 {
		t.Fatalf("%d rows: %q", len(got), got)
	}
	for i, row := range want {
		if strings.Join(got[i], "|") != strings.Join(row, "|") {
			t.Errorf("row %d = %q, want %q", i, got[i], row)
		}
	}
	if !strings.HasPrefix(got[4][0], "<b>&") || !strings.HasSuffix(got[4][0], "ü</b>") || got[4][1] != "99999999999999999999" {
		t.Errorf("hostile row = %q", got[4])
	}
	for cell, kind := range map[string]excelize.CellType{"B2": excelize.CellTypeUnset, "C2": excelize.CellTypeUnset, "A3": excelize.CellTypeInlineString, "B4": excelize.CellTypeInlineString} {
		if is, err := f.GetCellType("Sheet1", cell); err != nil || is != kind {
			t.Errorf("type of %s = %v (%v), want %v", cell, is, err, kind)
		}
	}
	for n := range 5 {
		if formula, _ := f.GetCellFormula("Sheet1", fmt.Sprintf("A%d", n+1)); formula != "" {
			t.Errorf("A%d holds a formula: %s", n+1, formula)
		}
	}
}

// TestWorkbookFailsWhole: rows that break off make a problem, not half a workbook.
func TestWorkbookFailsWhole(t *testing.T) {
	broken := errors.New("the database went away")
	w, err := serve(t, book(func(yield func(bookRow, error) bool) {
		_ = yield(bookRow{"CTO-1", "1", ""}, nil) && yield(bookRow{}, broken)
	}, "xlsx"), http.MethodGet)
	if !errors.Is(err, broken) || w.Body.Len() > 0 {
		t.Errorf("error = %v, %d bytes written", err, w.Body.Len())
	}
}

func TestWorkbookOfHead(t *testing.T) {
	w, err := serve(t, book(few(bookRow{"CTO-1", "1", ""}), "xlsx"), http.MethodHead)
	if err != nil || w.Body.Len() != 0 || w.Header().Get("Content-Type") != xlsxType {
		t.Errorf("HEAD: %v, %d bytes, %q", err, w.Body.Len(), w.Header())
	}
}

// TestWorkbookOverExcelsLimit begins a row before the end, as writing a million would take its time.
func TestWorkbookOverExcelsLimit(t *testing.T) {
	s, err := newSheet([]string{"Device"}, []ui.ColumnKind{""})
	if err != nil {
		t.Fatal(err)
	}
	defer s.file.Close()
	s.n = maxSheet - 1
	if err := s.add([]string{"the last"}); err != nil {
		t.Errorf("row %d: %v", maxSheet, err)
	}
	if err := s.add([]string{"one more"}); !errors.Is(err, errs.TooLarge) {
		t.Errorf("one row more: error = %v, want TooLarge", err)
	}
}

// TestWorkbookInFlatMemory: what is held beside the answer does not grow with the rows.
func TestWorkbookInFlatMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200,000 rows")
	}
	var most uint64
	rows := func(yield func(bookRow, error) bool) {
		var m runtime.MemStats
		for n := range 200_000 {
			if n%20_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
			if !yield(bookRow{fmt.Sprintf("CTO-%06d %s", n, strings.Repeat("x", 100)), "1", "2026-11-14T09:30:00Z"}, nil) {
				return
			}
		}
	}
	w := &discard{header: http.Header{}}
	if err := book(rows, "xlsx").Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/devices?format=xlsx", nil)); err != nil {
		t.Fatal(err)
	}
	if w.n < 1<<20 {
		t.Errorf("only %d bytes were written", w.n)
	}
	if most > 64<<20 {
		t.Errorf("%d MiB held for rows of %d MiB", most>>20, 200_000*300>>20)
	}
}

type discard struct {
	header http.Header
	n      int64
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(b []byte) (int, error) {
	n, err := io.Discard.Write(b)
	d.n += int64(n)
	return n, err
}
