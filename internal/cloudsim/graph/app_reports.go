package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// appReportOperations are Intune's reports on apps, as actions: the only source of how installations went.
func appReportOperations() []operation {
	read := same("DeviceManagementApps.Read.All", "DeviceManagementConfiguration.Read.All", "DeviceManagementManagedDevices.Read.All")
	op := func(name string, v versions, h func(*call, reportQuery) error) operation {
		return operation{
			method: http.MethodPost, path: "/deviceManagement/reports/" + name, versions: v, area: intune, allow: read, roles: intuneReaders,
			handle: func(c *call) error {
				q, err := c.reportQuery()
				if err != nil {
					return err
				}
				return h(c, q)
			},
		}
	}
	return []operation{
		op("getAppStatusOverviewReport", beta, (*call).statusOverview),
		op("getAppsInstallSummaryReport", beta, (*call).installSummary),
		op("getDeviceInstallStatusReport", beta, (*call).installStatus),
		op("retrieveDeviceAppInstallationStatusReport", both, (*call).installStatus),
	}
}

// reportQuery is the body of a report action.
type reportQuery struct {
	Select    []string `json:"select"`
	GroupBy   []string `json:"groupBy"`
	OrderBy   []string `json:"orderBy"`
	Search    string   `json:"search"`
	Filter    string   `json:"filter"`
	Name      string   `json:"name"`
	SessionID string   `json:"sessionId"`
	Skip      int      `json:"skip"`
	Top       *int     `json:"top"`
}

// reportRows is how many rows a report gives that names no number, and the most that it gives.
const (
	reportRows     = 50
	reportMostRows = 1000
)

// rows is how many rows the page has at most.
func (q reportQuery) rows() int {
	if q.Top == nil {
		return reportRows
	}
	return min(*q.Top, reportMostRows)
}

func (c *call) reportQuery() (reportQuery, error) {
	var q reportQuery
	body, err := io.ReadAll(io.LimitReader(c.r.Body, 1<<20))
	if err != nil || len(body) > 0 && json.Unmarshal(body, &q) != nil {
		return q, badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	if q.Skip < 0 || q.Top != nil && *q.Top < 0 {
		return q, badRequest(c.intuneJSON("Invalid paging parameters.", ""))
	}
	return q, nil
}

// application reads the app out of a filter such as (ApplicationId eq '…').
func (c *call) application(q reportQuery) (int, error) {
	e, err := parseFilter(q.Filter)
	if err != nil {
		return 0, badRequest(c.intuneJSON("Invalid filter: "+q.Filter, ""))
	}
	id := ""
	e.each(func(x *expr) {
		if x.path == "ApplicationId" && x.op == "eq" {
			id, _ = x.value.(string)
		}
	})
	i, ok := indexOf(strings.ToLower(id), c.s.world.Seed, kindApp, c.t.Index)
	switch {
	case id == "":
		return 0, badRequest(c.intuneJSON("The filter must name an ApplicationId.", ""))
	case !ok || !slices.Contains(c.everyApp(), i):
		return -1, nil // a report on what is not there has no rows
	}
	return i, nil
}

// everyApp are the tenant's apps, those that only beta has a type for too: reports know them all.
func (c *call) everyApp() []int {
	was := c.beta
	c.beta = true
	defer func() { c.beta = was }()
	return c.apps()
}

// column of a report, in the report's own order.
type column struct{ name, typ string }

// report is a table: rows are made when they are on the page.
type report struct {
	columns []column
	n       int
	at      func(i int) []any
}

// answer writes the page as the service does: JSON under the name of a byte stream, with the columns in the report's order, not in
// that of select.
func (c *call) answer(q reportQuery, r report) error {
	keep := []int{}
	for i, col := range r.columns {
		if len(q.Select) == 0 || slices.Contains(q.Select, col.name) {
			keep = append(keep, i)
		}
	}
	for _, name := range q.Select {
		if !slices.ContainsFunc(r.columns, func(col column) bool { return col.name == name }) {
			return badRequest(c.intuneJSON(fmt.Sprintf("Column '%s' is not in the report.", name), ""))
		}
	}
	top := q.rows()
	b := append(c.body[:0], `{"TotalRowCount":`...)
	b = append(strconv.AppendInt(b, int64(r.n), 10), `,"Schema":`...)
	b = appendEach(b, keep, func(b []byte, i int) []byte {
		return appendObject(b, object{{"Column", r.columns[i].name}, {"PropertyType", r.columns[i].typ}})
	})
	b = append(b, `,"Values":[`...)
	for at := min(q.Skip, r.n); at < min(q.Skip+top, r.n); at++ {
		if at > q.Skip {
			b = append(b, ',')
		}
		row := r.at(at)
		b = appendEach(b, keep, func(b []byte, i int) []byte { return appendValue(b, row[i]) })
	}
	c.status, c.body = http.StatusOK, append(b, `],"SessionId":""}`...)
	c.w.Header().Set("Content-Type", "application/octet-stream")
	return nil
}

// statusOverview is one row on one app.
func (c *call) statusOverview(q reportQuery) error {
	app, err := c.application(q)
	if err != nil {
		return err
	}
	r := report{columns: []column{
		{"ApplicationId", "String"}, {"FailedDeviceCount", "Int32"}, {"PendingInstallDeviceCount", "Int32"}, {"InstalledDeviceCount", "Int32"}, {"NotInstalledDeviceCount", "Int32"}, {"NotApplicableDeviceCount", "Int32"},
	}}
	if app >= 0 {
		r.n = 1
		r.at = func(int) []any {
			n := c.countInstalls([]int{app})[0].devices
			return []any{c.guid(kindApp, app), n[failed], n[pendingState], n[installed], n[notInstalled], n[unsuitable]}
		}
	}
	return c.answer(q, r)
}

var summaryColumns = []column{
	{"ApplicationId", "String"}, {"AppPlatform", "String"}, {"AppVersion", "String"}, {"DisplayName", "String"}, {"FailedDeviceCount", "Int32"}, {"FailedDevicePercentage", "Double"}, {"FailedUserCount", "Int32"},
	{"InstalledDeviceCount", "Int32"}, {"InstalledUserCount", "Int32"}, {"NotApplicableDeviceCount", "Int32"}, {"NotApplicableUserCount", "Int32"}, {"NotInstalledDeviceCount", "Int32"}, {"NotInstalledUserCount", "Int32"},
	{"PendingInstallDeviceCount", "Int32"}, {"PendingInstallUserCount", "Int32"}, {"Platform", "String"}, {"Platform_loc", "String"}, {"Publisher", "String"},
}

// installSummary is a row for each app that is assigned to somebody.
func (c *call) installSummary(q reportQuery) error {
	apps := slices.DeleteFunc(c.everyApp(), func(i int) bool {
		p := &products[i]
		if q.Search != "" && !strings.Contains(strings.ToLower(p.name+" "+p.publisher), strings.ToLower(q.Search)) {
			return true
		}
		r := c.reachOf(i)
		return r.share == 0 || len(r.kinds) == 0
	})
	orderApps(apps, q.OrderBy)
	var counts []installCounts
	first := q.Skip
	return c.answer(q, report{columns: summaryColumns, n: len(apps), at: func(i int) []any {
		if counts == nil { // counting walks the fleet: once, and for the page only
			counts = c.countInstalls(apps[first:min(len(apps), first+q.rows())])
		}
		p, devices, users := &products[apps[i]], counts[i-first].devices, counts[i-first].users
		total, share := 0, 0.0
		for _, n := range devices {
			total += n
		}
		if total > 0 {
			share = float64(int(float64(devices[failed])/float64(total)*10000)) / 100
		}
		platform := appPlatforms[appKindsOf(p.kind)[0]]
		return []any{
			c.guid(kindApp, apps[i]), platform, appVersion(p), p.name, devices[failed], share, users[failed], devices[installed], users[installed], devices[unsuitable], users[unsuitable],
			devices[notInstalled], users[notInstalled], devices[pendingState], users[pendingState], platform, platform, p.publisher,
		}
	}})
}

// orderApps sorts by what can be sorted without a walk over the fleet; the default is the name.
func orderApps(apps []int, by []string) {
	key := func(i int) string { return strings.ToLower(products[i].name) }
	sign := 1
	if len(by) > 0 {
		name, direction, _ := strings.Cut(by[0], " ")
		if name == "Publisher" {
			key = func(i int) string { return strings.ToLower(products[i].publisher) }
		}
		if strings.EqualFold(direction, "desc") {
			sign = -1
		}
	}
	slices.SortStableFunc(apps, func(a, b int) int { return sign * strings.Compare(key(a), key(b)) })
}

var statusColumns = []column{
	{"AppInstallState", "Int32"}, {"AppInstallState_loc", "String"}, {"AppInstallStateDetails", "Int32"}, {"AppInstallStateDetails_loc", "String"}, {"AppVersion", "String"}, {"ApplicationId", "String"}, {"AssignmentFilterIdsExist", "Boolean"},
	{"AssignmentFilterIdsList", "String"}, {"DeviceId", "String"}, {"DeviceName", "String"}, {"ErrorCode", "Int64"}, {"HexErrorCode", "String"}, {"InstallState", "Int32"}, {"InstallStateDetail", "Int32"},
	{"LastModifiedDateTime", "DateTime"}, {"Platform", "String"}, {"UserId", "String"}, {"UserName", "String"}, {"UserPrincipalName", "String"},
}

// installStatus is a row for each device that one app goes to.
func (c *call) installStatus(q reportQuery) error {
	app, err := c.application(q)
	if err != nil {
		return err
	}
	if app < 0 {
		return c.answer(q, report{columns: statusColumns})
	}
	f, reach := c.fleet(), c.reachOf(app)
	type hit struct {
		device int
		in     install
	}
	var hits []hit
	for at := range f.t.Devices {
		in, ok := f.installOf(&reach, at, f.kindOf(at))
		if ok && q.Search != "" {
			v := f.at(at)
			ok = strings.Contains(strings.ToLower(v.name+" "+v.owner.upn), strings.ToLower(q.Search))
		}
		if ok {
			hits = append(hits, hit{at, in})
		}
	}
	return c.answer(q, report{columns: statusColumns, n: len(hits), at: func(i int) []any {
		v, in := f.at(hits[i].device), hits[i].in
		hex := ""
		if in.code != 0 {
			hex = fmt.Sprintf("0x%08X", uint32(in.code))
		}
		state := stateNames[in.state]
		return []any{
			in.state, state, in.detail, "", appVersion(&products[app]), c.guid(kindApp, app), false, "", v.id.String(), v.name, in.code, hex, in.state, in.detail,
			v.synced.Truncate(time.Second), appPlatforms[v.kind], v.owner.id, v.owner.display, v.owner.upn,
		}
	}})
}
