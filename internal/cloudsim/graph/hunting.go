package graph

import (
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/defender"
	"github.com/tenantry/tenantry/internal/cloudsim/hunting"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// hunt runs a query over what Defender saw (Microsoft Graph, security: runHuntingQuery).
func (c *call) hunt() error {
	var asked struct{ Query, Timespan string }
	if err := c.content(&asked); err != nil {
		return err
	}
	within, ok := hunting.Within(asked.Timespan)
	if !ok {
		return badRequest("The value of Timespan is not valid.")
	}
	if wait := c.s.hunts.Take(c.t.ID, c.now); wait > 0 {
		e := c.throttled(http.StatusTooManyRequests, max(wait.Seconds(), 1))
		e.message = hunting.Exhausted
		return e
	}
	if _, ok := c.s.world.Faults.Active("huntsTooLong", c.t.ID); ok {
		return badRequest(hunting.TooLong)
	}
	found, err := hunting.Run(asked.Query, c.fleet().hunted(), c.now, within)
	if err != nil {
		return badRequest(err.Error())
	}
	schema, results := []object{}, []object{}
	for _, col := range found.Columns {
		schema = append(schema, object{{"name", col.Name}, {"type", col.Type}})
	}
	for _, row := range found.Rows {
		one := make(object, 0, len(row))
		for i, v := range row {
			one = append(one, member{found.Columns[i].Name, v})
		}
		results = append(results, one)
	}
	b := append(c.open("microsoft.graph.security.huntingQueryResults"), ',')
	c.status, c.body = http.StatusOK, append(b, appendObject(nil, object{{"schema", schema}, {"results", results}})[1:]...)
	return nil
}

// Hunted gives other services of the world what queries go through. The caller holds View.
func Hunted(w *world.World) func(*world.Tenant) map[string]func() hunting.Table {
	return func(t *world.Tenant) map[string]func() hunting.Table {
		return newFleet(w.Seed, t, w.Anchor(), w.Clock.Now()).hunted()
	}
}

// hunted are the tables of advanced hunting that the world can fill, with the columns that people use (Microsoft Defender XDR, advanced hunting
// schema).
func (f *fleet) hunted() map[string]func() hunting.Table {
	return map[string]func() hunting.Table{"DeviceInfo": f.deviceInfo, "DeviceLogonEvents": f.logons, "AlertInfo": f.alertInfo, "AlertEvidence": f.alertEvidence}
}

// columnsOf reads "Timestamp:DateTime DeviceId"; what has no type is a text.
func columnsOf(list string) (out []hunting.Column) {
	for _, s := range strings.Fields(list) {
		name, kind, ok := strings.Cut(s, ":")
		if !ok {
			kind = hunting.String
		}
		out = append(out, hunting.Column{Name: name, Type: kind})
	}
	return out
}

// computers calls do for the devices that Defender for Endpoint watches. Of a very large fleet those are the first ten thousand, so that no
// query takes the machine.
func (f *fleet) computers(do func(v *device)) {
	for i := range min(f.t.Devices, 10_000) {
		if v := f.at(i); v.kind == windows && !v.gone {
			do(&v)
		}
	}
}

func (f *fleet) deviceInfo() hunting.Table {
	t := hunting.Table{Columns: columnsOf("Timestamp:DateTime DeviceId DeviceName AadDeviceId OSPlatform OSVersion IsAzureADJoined:SByte OnboardingStatus SensorHealthState ExposureLevel LoggedOnUsers ReportId:Int64")}
	f.computers(func(v *device) {
		d := newDraw(f.seed, kindLogon, f.t.Index, v.index)
		health, users := "Active", "[]"
		if f.now.Sub(v.synced) > 7*day {
			health = "Inactive"
		}
		if !v.userless {
			users = `[{"UserName":"` + local(v.owner.upn) + `"}]`
		}
		for n := range 3 { // reports come every few hours; the last three are enough to tell the newest
			t.Rows = append(t.Rows, []any{v.synced.Add(-time.Duration(n) * 8 * time.Hour), defenderID(v.entraID.String()), strings.ToLower(v.name), v.entraID.String(), "Windows11", v.version, v.joined, "Onboarded", health, pick(&d, []string{"Low", "Medium", "High"}), users, int64(v.index*8 + n)})
		}
	})
	return t
}

// logons are two of each computer on most days; a few fail, and one computer in sixteen sees somebody guess.
func (f *fleet) logons() hunting.Table {
	t := hunting.Table{Columns: columnsOf("Timestamp:DateTime DeviceId DeviceName ActionType LogonType AccountDomain AccountName AccountUpn FailureReason RemoteIP IsLocalAdmin:SByte ReportId:Int64")}
	f.computers(func(v *device) {
		d := newDraw(f.seed, kindLogon, f.t.Index, v.index)
		guessed := d.is(1.0 / 16)
		for back := range 30 {
			if who := v.owner.upn; !v.userless && d.is(0.7) {
				at := v.synced.Add(-time.Duration(back)*day - time.Duration(d.n(540))*time.Minute)
				add := func(at time.Time, action, reason, ip string) {
					t.Rows = append(t.Rows, []any{at, defenderID(v.entraID.String()), strings.ToLower(v.name), action, pick(&d, []string{"Interactive", "Unlock", "CachedInteractive"}), strings.ToLower(f.t.Prefix), local(who), who, reason, ip, d.is(0.05), int64(len(t.Rows))})
				}
				add(at, "LogonSuccess", "", "")
				for range map[bool]int{true: 5, false: 1}[guessed && back%9 == 0] {
					if guessed || d.is(0.1) {
						at = at.Add(-time.Minute)
						add(at, "LogonFailed", "InvalidUserNameOrPassword", "203.0.113."+padded(d.n(250)+1, 1))
					}
				}
			}
		}
	})
	return t
}

func local(upn string) string {
	name, _, _ := strings.Cut(upn, "@")
	return name
}

func (f *fleet) alerts() (all []defender.Alert) {
	for _, in := range defender.Incidents(f.seed, f.t, f.now) {
		all = append(all, in.Alerts...)
	}
	return all
}

func (f *fleet) alertInfo() hunting.Table {
	t := hunting.Table{Columns: columnsOf("Timestamp:DateTime AlertId Title Category Severity ServiceSource DetectionSource AttackTechniques")}
	for _, a := range f.alerts() {
		t.Rows = append(t.Rows, []any{a.Created, a.ID, a.Title, a.Category, betaAction(a.Severity), securityProducts[a.Source], securityProducts[a.Source], `["` + a.Technique + `"]`})
	}
	return t
}

// alertEvidence has a row for each thing that an alert is about.
func (f *fleet) alertEvidence() hunting.Table {
	t := hunting.Table{Columns: columnsOf("Timestamp:DateTime AlertId Title Severity ServiceSource EntityType EvidenceRole DeviceId DeviceName AccountName AccountObjectId AccountUpn")}
	for _, a := range f.alerts() {
		about := f.subject(a)
		add := func(kind, role, device, name, account, object, upn string) {
			t.Rows = append(t.Rows, []any{a.Created, a.ID, a.Title, betaAction(a.Severity), securityProducts[a.Source], kind, role, device, name, account, object, upn})
		}
		if about.Device != "" {
			add("Machine", "Impacted", defenderID(about.EntraDevice), strings.ToLower(about.Device), "", "", "")
		}
		if about.UPN != "" {
			add("User", "Impacted", "", "", local(about.UPN), about.UserID, about.UPN)
		}
	}
	return t
}
