package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/webtest"
)

// shown are the lists that show what a dataset holds, below a customer.
var shown = map[string][]string{
	graphsync.Organization:          {"/licences", "/licences/domains"},
	graphsync.Devices:               {"/devices", "/devices/changes"},
	graphsync.DeviceCategories:      {"/devices/categories"},
	graphsync.Apps:                  {"/apps"},
	graphsync.AppInstalls:           {"/apps/installs"},
	graphsync.AppProtection:         {"/configuration/app-protection"},
	graphsync.AppConfigurations:     {"/configuration/app-configuration"},
	graphsync.DeviceProtection:      {"/devices/protection"},
	graphsync.Malware:               {"/devices/malware"},
	graphsync.Autopilot:             {"/devices/autopilot"},
	graphsync.DetectedApps:          {"/apps/detected"},
	graphsync.Policies:              {"/configuration", "/configuration/filters", "/configuration/scope-tags"},
	graphsync.NotificationTemplates: {"/configuration/notifications"},
	graphsync.IntuneRoles:           {"/roles"},
	graphsync.DirectoryRoles:        {"/access?who=wipe"},
	graphsync.ProvisioningJobs:      {"/provisioning"},
	graphsync.ProvisioningLog:       {"/provisioning/log", "/provisioning/failures", "/provisioning/objects"},
	graphsync.Incidents:             {"/incidents"},
	graphsync.Services:              {"/services", "/services/readings"},
	graphsync.Groups:                {"/roles/who/people"},
	graphsync.Guests:                {"/guests"},
}

// TestEachDatasetUnderEachFault reads every dataset of the table while Microsoft's answers are bent in every way that has been thought of. Rows
// whose values are odd are kept; a read that cannot be complete changes nothing and says why; and the next good read mends everything.
func TestEachDatasetUnderEachFault(t *testing.T) {
	t.Parallel()
	start := time.Now()
	for _, d := range graphsync.Table() {
		if !d.Home && len(shown[d.Name]) == 0 {
			t.Errorf("no list shows %s", d.Name)
		}
	}
	const odd, refused = 7, 12
	r := newRig(t, world.Options{Seed: 7, Tenants: odd + refused + 5, Devices: 300, Now: func() time.Time { return start }}, 8)
	web := r.owner(t)
	var wg sync.WaitGroup // not parallel tests, of which only as many run as there are processors: a lane mostly waits for its answers
	for i := range odd + refused {
		w := r.cloud.World.Tenants()[1+i]
		r.cloud.World.Change(func() { w.Defender = true })
		l := &lane{tid: r.connect(t, w), shown: map[string][]string{}}
		for dataset, paths := range shown {
			for _, path := range paths {
				l.shown[dataset] = append(l.shown[dataset], "/t/"+l.tid.String()+path)
			}
		}
		for j, f := range odds {
			if j%odd == i {
				l.faults = append(l.faults, f)
			}
		}
		for j, f := range broken {
			if odd+j%refused == i {
				l.faults = append(l.faults, f)
			}
		}
		again := []string{graphsync.Groups} // that something is given to, which the first read told
		if odd <= i && i < odd+3 {
			again = nil // how many calls a later read makes, for faults in its middle
		}
		wg.Go(func() {
			t.Run(w.DisplayName, func(t *testing.T) { r.through(t, web, l, again, i < odd+4) }) // the others were told to have changed nothing
		})
	}
	wg.Wait()
}

// TestHomeUnderEachFault does the same with what is read of the partner's own tenant, which is one: all faults are its own, one after another.
func TestHomeUnderEachFault(t *testing.T) {
	t.Parallel()
	start := time.Now()
	r := newRig(t, world.Options{Seed: 7, Tenants: 4, Devices: 8, Now: func() time.Time { return start }}, 3+len(odds)+len(broken))
	l := &lane{tid: r.p.home, faults: slices.Concat(odds, broken), shown: map[string][]string{
		graphsync.Relationships: {"/relationships"},
		graphsync.PartnerGroups: {"/access"},
		graphsync.HomeGuests:    {"/t/" + r.p.home.String() + "/guests"},
		graphsync.Contracts:     {"/relationships/contracts"},
	}}
	for _, d := range graphsync.Table() {
		if d.Home {
			l.reads = append(l.reads, d.Name)
			if len(l.shown[d.Name]) == 0 {
				t.Errorf("no list shows %s", d.Name)
			}
		}
	}
	for _, w := range r.cloud.World.Tenants()[1:] {
		r.read(t, r.connect(t, w), graphsync.Organization) // whose domains tell whose people guests are
	}
	r.through(t, r.owner(t), l, l.reads, true)
}

// through reads the lane's tenant under each of its faults, and as it is before and, to be healed, after them.
func (r *rig) through(t *testing.T, web *webtest.Visitor, l *lane, again []string, healed bool) {
	r.straight(t, l, l.reads...)
	r.wire.begin(l, nil)
	r.straight(t, l, again...)
	l.first = r.snapshot(t, l.tid)
	l.last = l.first
	for i := range l.faults {
		t.Run(l.faults[i].name, func(t *testing.T) {
			r.wire.begin(l, &l.faults[i])
			r.read(t, l.tid, l.reads...)
			r.judge(t, web, l)
		})
	}
	if !healed {
		return
	}
	r.wire.begin(l, nil)
	r.straight(t, l, l.reads...)
	if d := r.snapshot(t, l.tid).differs(l.first, func(h held) any { return fmt.Sprint(h.rows, h.same) }, nil); len(d) > 0 {
		t.Errorf("not as before: %s", d)
	}
}

// workedOut are tables whose rows follow from values of others, which faults bend: of a role that allows nothing, nobody is stored who could wipe.
// Once a good read mends the values they are as before.
var workedOut = []string{"intune_allowed", "wiper"}

// straight reads, and expects no fault.
func (r *rig) straight(t *testing.T, l *lane, datasets ...string) {
	t.Helper()
	r.read(t, l.tid, datasets...)
	for name, st := range r.statuses(t, l) {
		if st.State != "ok" {
			t.Errorf("%s: %s %+v", name, st.State, st.Trouble)
		}
	}
}

// judge looks at what became of a read under a fault.
func (r *rig) judge(t *testing.T, web *webtest.Visitor, l *lane) {
	f := l.bent
	for name, st := range r.statuses(t, l) {
		kinds, other := f.but[name]
		if !other {
			kinds = f.kinds
		}
		switch {
		case f.rows && st.State == "ok" && st.Rows == 0:
		case len(kinds) == 0 && st.State != "ok":
			t.Errorf("%s: %s %+v", name, st.State, st.Trouble)
		case len(kinds) > 0 && (st.State != "failed" || !slices.Contains(kinds, st.Trouble.Kind) || st.Trouble.Sentence == ""):
			t.Errorf("%s: %s %q %q, %d rows, %d pages", name, st.State, st.Trouble.Kind, st.Trouble.Sentence, st.Rows, st.Pages)
		case f.layer != "" && (st.Trouble.Diagnosis == nil || st.Trouble.Diagnosis.Layer != f.layer):
			t.Errorf("%s: diagnosis %+v, want layer %s", name, st.Trouble.Diagnosis, f.layer)
		}
	}
	now := r.snapshot(t, l.tid)
	by, before, loses := func(h held) any { return h.all }, l.last, f.loses
	if len(f.kinds) == 0 {
		by, before, loses = func(h held) any { return h.rows }, l.first, slices.Concat(f.loses, workedOut)
	}
	if d := now.differs(before, by, loses); len(d) > 0 {
		t.Errorf("not as before: %s", d)
	}
	l.last = now
	r.pages(t, web, l)
}

// pages looks at the lists of a tenant in each of their forms.
func (r *rig) pages(t *testing.T, web *webtest.Visitor, l *lane) {
	failed := map[string]bool{}
	for name, st := range r.statuses(t, l) {
		failed[name] = st.State == "failed"
	}
	for dataset, paths := range l.shown {
		if len(l.bent.kinds) > 0 {
			paths = paths[:1]
		}
		for _, path := range paths {
			d := web.Get(path)
			if d.Status != http.StatusOK {
				t.Errorf("%s: %d %q", path, d.Status, d.Heading())
			}
			if failed[dataset] && !strings.Contains(d.Text(), "attempt failed") && !strings.Contains(d.Text(), "not read") {
				t.Errorf("%s does not say that %s could not be read: %.600s", path, dataset, d.Text())
			}
			if len(l.bent.kinds) > 0 {
				continue // what is held is what it was
			}
			if twin := web.With("Accept", "application/json").Get(path); twin.Status != http.StatusOK || !json.Valid(twin.Body) {
				t.Errorf("%s as JSON: %d %.200s", path, twin.Status, twin.Body)
			}
			sep := "?"
			if strings.Contains(path, sep) {
				sep = "&"
			}
			if csv := web.Get(path + sep + "format=csv"); !strings.HasSuffix(path, "/") && !strings.HasSuffix(path, "/readings") && (csv.Status != http.StatusOK || !strings.HasPrefix(csv.Header.Get("Content-Type"), "text/csv")) {
				t.Errorf("%s as CSV: %d %.200s", path, csv.Status, csv.Body)
			}
		}
	}
}
