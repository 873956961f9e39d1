package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// reportActions are the POSTs that the portal's own token is used for: Intune's reports are actions, and these only read. Nothing else is
// ever posted without a person: see Client.once.
var reportActions = map[string]string{ // name to version
	"getAppsInstallSummaryReport":  "beta",
	"getDeviceInstallStatusReport": "beta",
}

// ReportQuery is what a report is asked for.
type ReportQuery struct {
	Name   string // of the action below /deviceManagement/reports
	Select []string
	Filter string
	Needs  []string // columns without which a row means nothing: a report that lacks one is damaged
	Most   int      // rows to read at the most; 0: all
	OnPage func(Page) error
}

const (
	reportPage    = 200
	maxReportRows = 1_000_000
)

// Report reads one of Intune's reports page by page and hands on each row by its columns' names. Its answer is JSON under the name of a
// byte stream; columns come in an order of their own. more tells that Most cut it short.
func Report(ctx context.Context, c *Client, tid tenant.ID, q ReportQuery, each func(Object) error) (more bool, err error) {
	version, ok := reportActions[q.Name]
	if !ok {
		return false, fmt.Errorf("%q is not a report that only reads: %w", q.Name, errs.Forbidden)
	}
	for read := 0; read < maxReportRows; {
		top := reportPage
		if q.Most > 0 {
			top = min(top, q.Most-read)
		}
		p, err := c.reportPage(ctx, tid, version, q, read, top)
		if err != nil {
			return false, err
		}
		if q.Most == 0 && p.total > maxReportRows {
			return false, &Error{Kind: BadAnswer, Status: http.StatusOK, Message: fmt.Sprintf("a report of %d rows", p.total), path: q.Name}
		}
		for _, row := range p.rows {
			if err := each(row); err != nil {
				return false, err
			}
		}
		read += len(p.rows)
		switch {
		case read >= p.total:
			return false, nil
		case len(p.rows) == 0:
			return false, &Error{Kind: BadAnswer, Status: http.StatusOK, Message: fmt.Sprintf("the report ends after %d of %d rows", read, p.total), path: q.Name}
		case q.Most > 0 && read >= q.Most:
			return true, nil
		}
	}
	return false, &Error{Kind: BadAnswer, Status: http.StatusOK, Message: "the report does not end", path: q.Name}
}

type reportRows struct {
	total   int
	columns map[string]bool
	rows    []Object
}

func (p reportRows) lacks(needs []string) error {
	for _, name := range needs {
		if !p.columns[name] && p.total > 0 {
			return fmt.Errorf("the report has no column %s", name)
		}
	}
	return nil
}

// isReport tells the address of one of reportActions, below the root of Graph.
func (c *Client) isReport(u *url.URL) bool {
	version, name, ok := strings.Cut(strings.TrimPrefix(u.EscapedPath(), strings.TrimSuffix(c.base.EscapedPath(), "/")+"/"), "/deviceManagement/reports/")
	return ok && reportActions[name] != "" && reportActions[name] == version
}

func (c *Client) reportPage(ctx context.Context, tid tenant.ID, version string, q ReportQuery, skip, top int) (p reportRows, err error) {
	body := map[string]any{"skip": skip, "top": top}
	if len(q.Select) > 0 {
		body["select"] = q.Select
	}
	if q.Filter != "" {
		body["filter"] = q.Filter
	}
	k := &call{tid: tid, method: http.MethodPost, url: c.resolve(version, "/deviceManagement/reports/"+q.Name, nil)}
	if k.body, err = json.Marshal(body); err != nil {
		return p, fmt.Errorf("body of report %s: %w", q.Name, err)
	}
	if q.OnPage != nil {
		k.waiting = q.OnPage
	}
	raw, err := c.do(ctx, k)
	if err != nil {
		return p, err
	}
	if p, err = parseReport(raw); err == nil {
		err = p.lacks(q.Needs)
	}
	if err != nil {
		e := bad(k, "the report cannot be read")
		e.cause = err
		return p, e
	}
	if q.OnPage != nil {
		err = q.OnPage(Page{Pages: 1, Rows: int64(len(p.rows)), Bytes: int64(len(raw)), RequestID: k.requestID, ClientRequestID: k.clientID})
	}
	return p, err
}

// parseReport reads a page of a report. What lacks its total, schema or values is no report, however well formed: it would count as one
// that is empty. A row that is longer or shorter than the schema cannot be told apart from damage: it is an error.
func parseReport(raw []byte) (p reportRows, err error) {
	var page struct {
		Total  Text `json:"TotalRowCount"`
		Schema []struct {
			Column string `json:"Column"`
		} `json:"Schema"`
		Values [][]jsontext.Value `json:"Values"`
	}
	if err := json.Unmarshal(raw, &page, lenient); err != nil {
		return p, err
	}
	total, err := strconv.ParseInt(string(page.Total), 10, 64) // what is none must not count as 0: that would be a report without rows
	if err != nil || total < 0 || page.Schema == nil || page.Values == nil {
		return p, errors.New("a report has a total, a schema and values")
	}
	p.total, p.columns = int(total), map[string]bool{}
	for _, s := range page.Schema {
		if p.columns[s.Column] {
			return p, fmt.Errorf("column %q comes twice", s.Column)
		}
		p.columns[strings.Clone(s.Column)] = true
	}
	for _, values := range page.Values {
		if len(values) != len(page.Schema) {
			return p, fmt.Errorf("a row has %d values for %d columns", len(values), len(page.Schema))
		}
		row := make(Object, len(values))
		for i, v := range values {
			row[strings.Clone(page.Schema[i].Column)] = v
		}
		p.rows = append(p.rows, row)
	}
	return p, nil
}
