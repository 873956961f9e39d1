package main

import (
	"context"
	"os"
	"strings"
	"time"
)

// all tells that every dataset of every tenant is to be read, and a page of every kind asked for: it takes as long again as the rest.
func all() bool { return os.Getenv("BENCH_ALL") != "" }

// rooms are pages over all tenants that show more than devices: each as it opens, and in the forms that ask most of the database.
var rooms = strings.Fields(`
	/tenants /tenants?sort=compliant /access /access?who=wipe /access/list /access/list?q=contoso /roles /roles?can=Microsoft.Intune_RemoteTasks_Wipe /roles/who /roles/who/people /roles/who/people?q=micro /roles/who/people?sort=customer&q=contoso
	/apps /apps?intent=required /apps?q=micro /apps?sort=failed /apps/catalogue /apps/catalogue?q=micro /apps/catalogue?sort=failed /apps/detected /apps/detected?sort=devices /apps/detected?spread=true /apps/detected?platform=windows&platform=macOS /apps/installs /apps/installs?q=micro
	/configuration /configuration?q=micro /configuration?target=allDevices /configuration?target=group /configuration?status=errors /configuration?platform=Windows
	/devices?model=Surface+Hub+2S /devices?state=wipePending /devices?ownership=unknown /devices/autopilot /devices/autopilot?q=contoso /devices/autopilot?enrolled=false /devices/protection
	/devices/protection?problem=critical /devices/protection?problem=malwareActive&sort=-name /devices/malware /devices/remote-actions /devices/categories
	/services /services?state=soon /services?sort=contact /services/calendar /guests /guests?sort=-standing /incidents /incidents?sort=severity /licences /licences/domains
	/provisioning /provisioning?q=contoso /provisioning?sort=customer /provisioning/log /provisioning/log?q=failed /provisioning/objects /provisioning/failures /provisioning/failures?q=an /provisioning/mappings /provisioning/alerts
	/relationships /changes /changes?kind=grant /sync /sync?age=fresh /sync/runs /search?q=adam /search?q=contoso /search?q=micro`)

// measureRooms asks for pages of every kind as the owner, a single client, after a first time for what is prepared once.
func (b *bench) measureRooms(ctx context.Context) error {
	if !all() {
		return nil
	}
	if _, err := b.db.Exec(ctx, `VACUUM ANALYZE`); err != nil {
		return err
	}
	for _, path := range rooms {
		what, address := path+" (owner), a single client: p50 / p99", func(int) string { return b.origin + path }
		_, err := load(ctx, b.owner, address, 1, 2*time.Millisecond, 0)
		var got answers
		if err == nil {
			got, err = load(ctx, b.owner, address, 1, time.Second, 0)
		}
		if err != nil && ctx.Err() == nil { // such as a filter that is no more; the rest is measured all the same
			b.report.add(what, "p50 ≤ 50 ms", 0, nil, "not measured: "+err.Error())
			b.say("%s: %v", path, err)
			continue
		}
		if err != nil {
			return err
		}
		took := float64(got.seen.at(0.5)) / float64(time.Millisecond)
		b.report.add(what, "p50 ≤ 50 ms", took, atMost(50), got.seen.String())
		b.say("%-60s %s", path, got.seen)
	}
	return nil
}
