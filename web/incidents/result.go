package incidents

import (
	"fmt"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// mostShown is how many rows of a result a page shows; a file has all.
const mostShown = 500

// result is what a query found.
type result struct {
	Columns []incident.Column `json:"columns"`
	Rows    [][]string        `json:"rows"`
	Count   int               `json:"count"`
	Older   bool              `json:"older_interface"`
	Full    bool              `json:"cut_by_microsoft"`

	urls map[string]string // pages of devices by Entra's id
	now  time.Time
}

// entraColumn holds Entra's id of a device (Microsoft Defender XDR, advanced hunting schema: DeviceInfo).
const entraColumn = "AadDeviceId"

func (r *result) column(name string) int {
	for i, c := range r.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// devices are the ids of devices in the rows that are shown.
func (r *result) devices() (ids []string) {
	at := r.column(entraColumn)
	for _, row := range r.shown() {
		if at >= 0 {
			ids = append(ids, strings.ToLower(row[at]))
		}
	}
	return ids
}

func (r *result) shown() [][]string { return r.Rows[:min(len(r.Rows), mostShown)] }

func (r *result) table() ui.Table {
	t := ui.Table{ID: "result", Caption: "What the query found", Matrix: true}
	for _, c := range r.Columns {
		col := ui.Column{Key: c.Name, Label: c.Name}
		if c.Type == "DateTime" {
			col.Label, col.Width = c.Name+" (UTC)", 160
		}
		t.Columns = append(t.Columns, col)
	}
	entra, name := r.column(entraColumn), r.column("DeviceName")
	for _, row := range r.shown() {
		device := ""
		if entra >= 0 {
			device = r.urls[strings.ToLower(row[entra])]
		}
		line := ui.Row{}
		for i, v := range row {
			v = readable(v, r.Columns[i].Type)
			cell := ui.TextCell(v)
			if i == entra || i == name {
				cell.URL = device
			}
			if i == 0 {
				line.Name, line.URL = v, cell.URL
				continue
			}
			line.Cells = append(line.Cells, cell)
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// readable words a value: moments to the second, truth values by name (SByte is what Microsoft calls them).
func readable(v, kind string) string {
	switch kind {
	case "DateTime":
		if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return t.UTC().Format("2006-01-02 15:04:05")
		}
	case "SByte", "Boolean":
		switch v {
		case "1", "true":
			return "yes"
		case "0", "false":
			return "no"
		}
	}
	return v
}

// says is how many rows there are, and what is left out.
func (r *result) says() string {
	s := ui.Count(int64(r.Count), "row", "rows") + "."
	if r.Count > mostShown {
		s += fmt.Sprintf(" The first %d are shown; a file has all.", mostShown)
	}
	if r.Full {
		s += " Microsoft gives no more than 100,000, so there may be others."
	}
	if r.Older {
		s += " The older interface of Defender looked at the last 30 days, whatever was chosen."
	}
	return s
}

// resultList is the result as a file.
func resultList(m tenant.Membership, f incident.Found, format string) page.List[[]string] {
	l := page.List[[]string]{Many: "hunting", M: m, Query: page.Query{CSV: true, XLSX: format == "xlsx"}, Each: page.AtHand(f.Rows)}
	for i, c := range f.Columns {
		l.Columns = append(l.Columns, page.Column[[]string]{Key: c.Name, Label: c.Name, Text: func(row []string) string { return row[i] }})
	}
	return l
}
