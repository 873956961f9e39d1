package graph_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// installReport is what a report action answers.
type installReport struct {
	TotalRowCount int
	Schema        []struct{ Column, PropertyType string }
	Values        [][]any
}

func (s *sim) report(token, path, body string) (answer, installReport) {
	s.t.Helper()
	a := s.do(http.MethodPost, token, s.server.URL+path, body, "Content-Type", "application/json")
	var r installReport
	if a.status == http.StatusOK {
		if err := json.Unmarshal([]byte(a.text), &r); err != nil {
			s.t.Fatal(err)
		}
		if a.header.Get("Content-Type") != "application/octet-stream" {
			s.t.Errorf("%s: content type %s", path, a.header.Get("Content-Type"))
		}
	}
	return a, r
}

func TestInstallReports(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1), appsRead)
	const reports = "/beta/deviceManagement/reports/"
	_, summary := s.report(token, reports+"getAppsInstallSummaryReport", `{"select":["InstalledDeviceCount","DisplayName","ApplicationId","FailedDeviceCount"],"skip":0,"top":200}`)
	if summary.TotalRowCount < 30 || len(summary.Values) != summary.TotalRowCount || len(summary.Schema) != 4 || summary.Schema[0].Column == "InstalledDeviceCount" {
		t.Fatalf("summary: %d rows, %d values, schema %v", summary.TotalRowCount, len(summary.Values), summary.Schema)
	}
	checked := 0
	for _, row := range summary.Values {
		id, want := row[0].(string), row[3].(float64)
		filter := `{"filter":"(ApplicationId eq '` + id + `')"`
		_, one := s.report(token, reports+"getAppStatusOverviewReport", filter+`}`)
		if one.TotalRowCount != 1 || one.Values[0][3] != want {
			t.Fatalf("overview of %v: %v, want %v installed", row[1], one.Values, want)
		}
		if checked++; checked > 6 {
			break
		}
		installed, skip := 0.0, 0
		for {
			_, page := s.report(token, "/v1.0/deviceManagement/reports/retrieveDeviceAppInstallationStatusReport", filter+`,"select":["DeviceId","InstallState"],"skip":`+strconv.Itoa(skip)+`,"top":97}`)
			for _, r := range page.Values {
				if r[1] == 1.0 {
					installed++
				}
			}
			if skip += len(page.Values); skip >= page.TotalRowCount || len(page.Values) == 0 {
				break
			}
		}
		if installed != want {
			t.Errorf("%v: %v rows installed, %v in the summary", row[1], installed, want)
		}
	}
	if _, nobody := s.report(token, reports+"getDeviceInstallStatusReport", `{"filter":"(ApplicationId eq '11111111-1111-4111-8111-111111111111')"}`); nobody.TotalRowCount != 0 || len(nobody.Schema) == 0 {
		t.Errorf("an app that is not there: %+v", nobody)
	}
	for _, body := range []string{`{`, `{"filter":"((("}`, `{"filter":""}`, `{"skip":-1}`, `{"select":["Colour"],"filter":"(ApplicationId eq 'x')"}`} {
		if a, _ := s.report(token, reports+"getDeviceInstallStatusReport", body); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, a.status, a.text)
		}
	}
	if a, _ := s.report(s.app(s.customer(1), rbac), reports+"getAppsInstallSummaryReport", "{}"); a.status != http.StatusForbidden {
		t.Errorf("without permission: %d", a.status)
	}
	if a, _ := s.report(token, "/v1.0/deviceManagement/reports/getAppsInstallSummaryReport", "{}"); a.status != http.StatusBadRequest {
		t.Errorf("v1.0 has a report of beta: %d", a.status)
	}
}
