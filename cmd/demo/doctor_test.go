package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/web/webtest"
)

// ill makes a section fail that is read while somebody looks, of two devices: from one the way leads to the doctor, whose page is left as it is;
// of the other the doctor tries again, and it works. It gives the first one's page.
func (s *site) ill(t *testing.T, v *webtest.Visitor) string {
	t.Helper()
	t.Cleanup(s.cloud.World.Faults.Clear)
	s.cloud.World.Faults.Add(world.Fault{Kind: "unavailable", Host: "graph", Path: "deviceCompliancePolicyStates", Status: http.StatusForbidden})
	var pages []*webtest.Document
	for _, l := range rowLinks(v.Get("/devices"))[:2] {
		d := v.Follow(v.Get(l.URL.Path+"/policies"), "Why, and who can fix it")
		if d.Status != http.StatusOK || !strings.Contains(d.URL.Path, "/doctor/failures/") || !strings.Contains(d.Heading(), "could not be read") {
			t.Fatalf("the way to the doctor leads to %s, %d %q", d.URL.Path, d.Status, d.Heading())
		}
		pages = append(pages, d)
	}
	s.cloud.World.Faults.Clear()
	again := v.Post(pages[1].URL.Path, url.Values{})
	for _, want := range []string{"It works again.", "Before and after", "The same succeeded."} {
		if !strings.Contains(again.Text(), want) {
			t.Errorf("after trying again the page lacks %q", want)
		}
	}
	return pages[0].URL.Path
}
