package page

import (
	"errors"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/web/ui"
)

const (
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	// maxSheet is the number of rows that Excel opens, the head among them (support.microsoft.com, "Excel specifications and limits").
	maxSheet = 1 << 20
	// widest is the widest column, in characters: more would push the others off the screen.
	widest = 40
)

// sheet is a workbook that is being written. Rows go through a temporary file once they are more than some megabytes, so that memory
// stays flat; the answer begins when all are there, so a failure midway is still a problem page.
type sheet struct {
	file *excelize.File
	rows *excelize.StreamWriter
	kind []ui.ColumnKind
	time int // style
	head int
	n    int
}

// writeXLSX answers with a workbook of one sheet: the rows that the CSV has, with numbers and times as such.
func writeXLSX(w http.ResponseWriter, r *http.Request, name string, head []string, kind []ui.ColumnKind, rows iter.Seq2[[]string, error]) error {
	done, err := turn(r.Context(), exportWait)
	if err != nil {
		return err
	}
	defer done()
	s, err := newSheet(head, kind)
	if err != nil {
		return fmt.Errorf("begin workbook: %w", err)
	}
	defer s.file.Close() // removes the temporary files
	if r.Method != http.MethodHead {
		for record, err := range rows {
			if err != nil {
				return err
			}
			if err := s.add(record); err != nil {
				return err
			}
		}
	}
	if err := s.rows.Flush(); err != nil {
		return unwritten(err)
	}
	w.Header().Set("Content-Type", xlsxType)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return nil
	}
	if err := s.file.Write(&patient{ResponseWriter: w}); err != nil {
		panic(http.ErrAbortHandler) // the reader went away, or the disk is full: half a file must not pass for a whole one
	}
	return nil
}

func newSheet(head []string, kind []ui.ColumnKind) (*sheet, error) {
	s := &sheet{file: excelize.NewFile(), kind: kind}
	stamp := "yyyy-mm-dd hh:mm"
	var err error
	if s.head, err = s.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return nil, err
	}
	if s.time, err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &stamp}); err != nil {
		return nil, err
	}
	if s.rows, err = s.file.NewStreamWriter("Sheet1"); err != nil {
		return nil, err
	}
	for i, title := range head {
		if err := s.rows.SetColWidth(i+1, i+1, width(title, kind[i])); err != nil {
			return nil, err
		}
	}
	if err := s.rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	cells := make([]any, len(head))
	for i, title := range head {
		cells[i] = excelize.Cell{StyleID: s.head, Value: Neutral(title)}
	}
	s.n = 1
	return s, s.rows.SetRow("A1", cells)
}

// width is a guess, as the rows are not known yet.
func width(title string, kind ui.ColumnKind) float64 {
	w := float64(len(title) + 2)
	switch kind {
	case ui.KindTime:
		return max(w, 17)
	case ui.KindNumber:
		return max(w, 10)
	}
	return min(max(w, 22), widest)
}

func (s *sheet) add(record []string) error {
	if s.n == maxSheet {
		return errs.ShowNext(errs.TooLarge, "The list has more rows than a workbook holds ("+ui.N(maxSheet-1)+").", "Take the CSV, or narrow the list.")
	}
	s.n++
	cells := make([]any, len(record))
	for i, text := range record {
		cells[i] = s.cell(text, s.kind[i])
	}
	if err := s.rows.SetRow("A"+strconv.Itoa(s.n), cells); err != nil {
		return unwritten(err)
	}
	return nil
}

// cell is a number or a time where the column is one and the text reads as one. All else is text, never a formula, and neutral in case
// the sheet is saved as CSV.
func (s *sheet) cell(text string, kind ui.ColumnKind) any {
	switch kind {
	case ui.KindNumber:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > -1e15 && n < 1e15 { // beyond it Excel rounds
			return n
		}
	case ui.KindTime:
		if at, err := time.Parse(time.RFC3339, text); err == nil && at.Year() >= 1900 && at.Year() < 10000 {
			return excelize.Cell{StyleID: s.time, Value: at.UTC()}
		}
	}
	if text == "" {
		return nil
	}
	return Neutral(text)
}

// unwritten is a workbook that could not be put together, which is the disk's doing: its rows spill into a temporary file.
func unwritten(err error) error {
	return errors.Join(errs.ShowNext(errs.Unavailable, "The workbook could not be put together on this machine.", "Take the CSV, which needs no space."), err)
}
