package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
)

func TestReportReadsPagesByColumnName(t *testing.T) {
	c, _, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Skip, Top int
			Select    []string
			Filter    string
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.Method != http.MethodPost || r.URL.Path != "/beta/deviceManagement/reports/getAppsInstallSummaryReport" ||
			r.Header.Get("Authorization") != "Bearer token-0" || q.Filter != "f" || len(q.Select) != 2 {
			t.Errorf("%s %s %+v %v", r.Method, r.URL, q, err)
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		var rows []string
		for i := q.Skip; i < min(q.Skip+q.Top, 450); i++ {
			rows = append(rows, fmt.Sprintf(`[%d,"a%d"]`, i%7, i))
		}
		fmt.Fprintf(w, `{"TotalRowCount":450,"Schema":[{"Column":"FailedDeviceCount"},{"Column":"ApplicationId"}],"Values":[%s],"SessionId":""}`, strings.Join(rows, ","))
	})
	pages, seen := 0, 0
	q := ReportQuery{Name: "getAppsInstallSummaryReport", Select: []string{"ApplicationId", "FailedDeviceCount"}, Filter: "f", OnPage: func(Page) error { pages++; return nil }}
	more, err := Report(t.Context(), c, contoso, q, func(o Object) error {
		if o.Text("ApplicationId") != fmt.Sprintf("a%d", seen) || o.Int("FailedDeviceCount") != int64(seen%7) {
			t.Errorf("row %d: %v", seen, o)
		}
		seen++
		return nil
	})
	if err != nil || more || seen != 450 || pages != 3 {
		t.Errorf("%d rows in %d pages, %t, %v", seen, pages, more, err)
	}
	seen, q.Most = 0, 210
	if more, err = Report(t.Context(), c, contoso, q, func(Object) error { seen++; return nil }); err != nil || !more || seen != 210 {
		t.Errorf("%d rows, %t, %v", seen, more, err)
	}
}

// The portal's own token posts nothing but the reports that only read.
func TestNothingElseIsPostedWithoutAPerson(t *testing.T) {
	c, _, _ := client(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for _, name := range []string{"", "exportJobs", "../managedDevices/d1/wipe", "getAppsInstallSummaryReport/../x"} {
		if _, err := Report(t.Context(), c, contoso, ReportQuery{Name: name}, func(Object) error { return nil }); !errors.Is(err, errs.Forbidden) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, "MERGE"} {
		for _, path := range []string{"/beta/deviceManagement/managedDevices/d1/wipe", "/beta/$batch", "/v1.0/deviceManagement/reports/getAppsInstallSummaryReport", "/beta/deviceManagement/reports/exportJobs",
			"/beta/deviceManagement/reports/getAppsInstallSummaryReport/x", "/beta/x%2FdeviceManagement/reports/getAppsInstallSummaryReport", "/beta/users/deviceManagement/reports/getAppsInstallSummaryReport"} {
			u, err := url.Parse(c.base.String() + path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.do(t.Context(), &call{tid: contoso, method: method, url: u, body: []byte("{}")}); !errors.Is(err, errs.Forbidden) {
				t.Errorf("%s %s without a person: %v", method, path, err)
			}
		}
	}
	report := c.resolve("beta", "/deviceManagement/reports/getAppsInstallSummaryReport", nil)
	if _, err := c.do(t.Context(), &call{tid: contoso, method: http.MethodDelete, url: report}); !errors.Is(err, errs.Forbidden) {
		t.Errorf("a report is posted, not deleted: %v", err)
	}
}

// Columns that a row means nothing without must be there: a count that is missing is not zero.
func TestReportLacksAColumn(t *testing.T) {
	c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"TotalRowCount":1,"Schema":[{"Column":"ApplicationId"},{"Column":"InstalledDeviceCount"}],"Values":[["a",4]]}`))
	})
	for needs, ok := range map[string]bool{"InstalledDeviceCount": true, "FailedDeviceCount": false} {
		q := ReportQuery{Name: "getAppsInstallSummaryReport", Needs: []string{"ApplicationId", needs}}
		_, err := Report(t.Context(), c, contoso, q, func(Object) error { return nil })
		if k, _ := KindOf(err); ok != (err == nil) || !ok && k != BadAnswer {
			t.Errorf("needs %s: %v", needs, err)
		}
	}
}

func TestDamagedReports(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		rows       int
		ok         bool
	}{
		{"no rows", `{"TotalRowCount":0,"Schema":[],"Values":[]}`, 0, true},
		{"nothing at all", `{}`, 0, false},
		{"no total", `{"Schema":[{"Column":"A"}],"Values":[["x"]]}`, 0, false},
		{"null for a total", `{"TotalRowCount":null,"Schema":[{"Column":"A"}],"Values":[["x"]]}`, 0, false},
		{"negative total", `{"TotalRowCount":-1,"Schema":[{"Column":"A"}],"Values":[]}`, 0, false},
		{"a total that is no number", `{"TotalRowCount":1e400,"Schema":[{"Column":"A"}],"Values":[["x"]]}`, 0, false},
		{"no schema", `{"TotalRowCount":0,"Values":[]}`, 0, false},
		{"null for values", `{"TotalRowCount":0,"Schema":[{"Column":"A"}],"Values":null}`, 0, false},
		{"a column twice", `{"TotalRowCount":1,"Schema":[{"Column":"A"},{"Column":"A"}],"Values":[["x","y"]]}`, 0, false},
		{"an unknown column", `{"TotalRowCount":1,"Schema":[{"Column":"Tomorrow"},{"Column":"A"}],"Values":[[{"x":[1]},"y"]]}`, 1, true},
		{"total as text", `{"TotalRowCount":"1","Schema":[{"Column":"A"}],"Values":[["x"]]}`, 1, true},
		{"null", `{"TotalRowCount":1,"Schema":[{"Column":"A"}],"Values":[[null]]}`, 1, true},
		{"row too long", `{"TotalRowCount":1,"Schema":[{"Column":"A"}],"Values":[["x","y"]]}`, 0, false},
		{"row too short", `{"TotalRowCount":1,"Schema":[{"Column":"A"},{"Column":"B"}],"Values":[["x"]]}`, 0, false},
		{"cut off", `{"TotalRowCount":1,"Schema":[{"Column":"A"}],"Values":[["x"`, 0, false},
		{"no JSON", `<html>`, 0, false},
		{"rows that are no rows", `{"TotalRowCount":1,"Schema":[{"Column":"A"}],"Values":["x"]}`, 0, false},
	} {
		p, err := parseReport([]byte(tc.body))
		if (err == nil) != tc.ok || tc.ok && len(p.rows) != tc.rows {
			t.Errorf("%s: %d rows, %v", tc.name, len(p.rows), err)
		}
	}
}

// A report that says there is more, and never gives it, is not complete.
func TestReportThatPromisesTooMuch(t *testing.T) {
	c, _, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"TotalRowCount":9,"Schema":[],"Values":[]}`))
	})
	_, err := Report(t.Context(), c, contoso, ReportQuery{Name: "getAppsInstallSummaryReport"}, func(Object) error { return nil })
	if k, _ := KindOf(err); k != BadAnswer {
		t.Error(err)
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add([]byte(`{"TotalRowCount":1,"Schema":[{"Column":"A","PropertyType":"String"}],"Values":[["x"]],"SessionId":""}`))
	f.Add([]byte(`{"TotalRowCount":-1,"Schema":null,"Values":[[],[]]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parseReport(raw)
		if err == nil {
			for _, row := range p.rows {
				_, _ = row.Text("A"), row.Int("A")
			}
		}
	})
}
