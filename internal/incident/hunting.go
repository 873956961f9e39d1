package incident

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The delegated permissions of hunting: of Graph, and of the older API (Microsoft Graph, security: runHuntingQuery; Microsoft Defender XDR,
// advanced hunting API).
const (
	hunt      = "ThreatHunting.Read.All"
	huntOlder = "AdvancedHunting.Read"
)

// Permissions of which one lets people hunt who sign in at a customer.
var Permissions = []string{hunt, huntOlder}

// NeedsToHunt is what a person must be to hunt.
const NeedsToHunt = "the directory role Security Reader at this customer, or a role of Defender’s own"

// Limits: what Microsoft keeps to query and gives at most (Microsoft Defender XDR, advanced hunting API: quotas), how long a person waits, and
// how long a query may be in characters.
const (
	MostDays  = 30
	MostRows  = 100_000
	MostQuery = 10_000
	patience  = time.Minute
)

// Hunter runs queries of advanced hunting as the person who asks. What they find is kept nowhere.
type Hunter struct {
	Who   graph.Acting
	Older graph.Acting // at api.security.microsoft.com; nil: the cloud has none
	Audit *audit.Store
}

// Question is a query and how many days it looks back.
type Question struct {
	Query string
	Days  int
}

// Checked is the question as it can be asked, or errs.Invalid.
func (q Question) Checked() (Question, error) {
	q.Query = strings.TrimSpace(strings.ReplaceAll(q.Query, "\r\n", "\n"))
	switch {
	case q.Query == "":
		return q, errs.Show(errs.Invalid, "Write a query.")
	case utf8.RuneCountInString(q.Query) > MostQuery:
		return q, errs.Show(errs.Invalid, "A query has at most 10,000 characters.")
	case q.Days < 1 || q.Days > MostDays:
		return q, errs.Show(errs.Invalid, "Microsoft keeps the last 30 days.")
	}
	return q, nil
}

// Found is what a query found.
type Found struct {
	Columns []Column
	Rows    [][]string // by column
	Older   bool       // it was asked of the older API, which always looks back as far as it can
}

// Column is a column of what was found, with Microsoft's type.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Full tells that Microsoft may have left rows out.
func (f Found) Full() bool { return len(f.Rows) >= MostRows }

// Unread is a query that Microsoft does not understand, with its words. Line and Column tell where; 0: nowhere.
type Unread struct {
	Message      string
	Line, Column int
	error
}

// Unwrap gives the kind, and Microsoft's answer.
func (u *Unread) Unwrap() error { return u.error }

// Ask runs the query, and writes down that it was run and how many rows it found.
func (h *Hunter) Ask(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, q Question) (f Found, err error) {
	if q, err = q.Checked(); err != nil {
		return f, err
	}
	p, older, err := eitherWay(ctx, tid, h.Who, h.Older, hunt, huntOlder)
	if err != nil {
		return f, err
	}
	ch := graph.Change{Method: http.MethodPost, Path: "/security/runHuntingQuery", Body: map[string]string{"query": q.Query, "timespan": fmt.Sprintf("P%dD", q.Days)}}
	if older {
		ch = graph.Change{Method: http.MethodPost, Version: "api", Path: "/advancedhunting/run", Body: map[string]string{"Query": q.Query}}
	}
	done, failed := graph.Ask[graph.HuntingResult](ctx, p, ch, patience)
	ending, how := done.Record(failed)
	how["query"], how["days"], how["older_interface"] = q.Query, q.Days, older
	if failed == nil {
		how["rows"] = len(done.Value.Results)
	}
	if err := h.Audit.Keep(ctx, tid, by, audit.Entry{Action: "hunting.asked" + ending, Object: "advanced hunting", RequestID: requestID, Detail: how}); err != nil {
		return f, errors.Join(err, failed)
	}
	if failed != nil {
		return f, unanswered(failed)
	}
	return found(done.Value, older), nil
}

func found(r graph.HuntingResult, older bool) Found {
	f := Found{Older: older, Columns: []Column{}, Rows: make([][]string, 0, len(r.Results))}
	for _, c := range r.Schema {
		f.Columns = append(f.Columns, Column(c))
	}
	for _, o := range r.Results {
		row := make([]string, 0, len(f.Columns))
		for _, c := range f.Columns {
			row = append(row, o.Raw(c.Name))
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

// place is where Microsoft's message says that it stopped reading: "on line [2,14]", or in the older form "line:position=2:14".
var place = regexp.MustCompile(`(?:on line \[|line:position=)(\d{1,6})[,:](\d{1,6})`)

// unanswered words why there is no answer. Nothing was changed by asking.
func unanswered(err error) error {
	var e *graph.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case graph.Refused:
		u := &Unread{Message: e.Message, error: graph.Worded(errs.ShowNext(errs.Invalid, "Microsoft could not run the query."+e.Trace(), "Change it and run it again."), e)}
		if m := place.FindStringSubmatch(e.Message); m != nil {
			u.Line, _ = strconv.Atoi(m[1])
			u.Column, _ = strconv.Atoi(m[2])
		}
		return u
	case graph.Throttled:
		wait := "in a few minutes"
		if s := int(e.RetryAfter.Round(time.Second).Seconds()); s > 0 {
			wait = "in " + strconv.Itoa(s) + " seconds"
		}
		return graph.Worded(errs.ShowNext(errs.Unavailable, "Microsoft runs no more queries at this customer for now: its limit is used up."+e.Trace(), "Run it again "+wait+". The limit is shared by everybody who hunts there."), e)
	case graph.Timeout:
		return graph.Worded(errs.ShowNext(errs.Timeout, "Microsoft did not answer within a minute."+e.Trace(), "Look at fewer days, or narrow the query with where."), e)
	case graph.BadAnswer:
		return graph.Worded(errs.ShowNext(errs.BadGateway, "Microsoft’s answer was not whole, so it is not shown."+e.Trace(), "Ask for fewer rows, for example with take 1000, and run it again."), e)
	}
	return refused(err, NeedsToHunt)
}
