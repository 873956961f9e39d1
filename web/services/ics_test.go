package services

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/web/webtest"
)

// parse reads an iCalendar object as RFC 5545 says: CRLF, folding, one level of components within a calendar. It is strict, so that a
// calendar that it takes is one that programs take.
func parse(t *testing.T, text string) (events []map[string]string) {
	t.Helper()
	if !strings.HasSuffix(text, "\r\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
		t.Fatalf("lines do not all end in CRLF: %q", text)
	}
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(l) > 75 || !utf8.ValidString(l) {
			t.Errorf("a line of %d octets, or cut inside a character: %q", len(l), l)
		}
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n")
	var open []string
	var event map[string]string
	for _, l := range lines {
		head, value, ok := strings.Cut(l, ":")
		if !ok {
			t.Fatalf("no property: %q", l)
		}
		name, _, _ := strings.Cut(head, ";")
		switch {
		case name == "BEGIN":
			open = append(open, value)
			if value == "VEVENT" {
				event = map[string]string{}
			}
		case name == "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("END:%s closes nothing", value)
			}
			if open = open[:len(open)-1]; value == "VEVENT" {
				events = append(events, event)
			}
		case len(open) == 2:
			if _, twice := event[name]; twice {
				t.Errorf("%s twice in an event", name)
			}
			event[name] = strings.NewReplacer(`\n`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(value)
		}
	}
	if len(open) != 0 || lines[0] != "BEGIN:VCALENDAR" || lines[1] != "VERSION:2.0" || !strings.Contains(text, "\r\nPRODID:") {
		t.Errorf("not one whole calendar: %q", lines[:2])
	}
	seen := map[string]bool{}
	for _, e := range events {
		for _, need := range []string{"UID", "DTSTAMP", "DTSTART", "SUMMARY"} {
			if e[need] == "" {
				t.Errorf("an event without %s: %v", need, e)
			}
		}
		for _, at := range []string{e["DTSTAMP"], e["DTSTART"], e["LAST-MODIFIED"]} {
			if _, err := time.Parse("20060102T150405Z", at); err != nil {
				t.Errorf("%q is no UTC time: %v", at, err)
			}
		}
		if seen[e["UID"]] {
			t.Errorf("UID %s twice", e["UID"])
		}
		seen[e["UID"]] = true
	}
	return events
}

func TestCalendarIsValid(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	make := func(ends time.Time, tenantName string) []map[string]string {
		c := newCalendar("https://portal.example", service.Watch{Now: now, Lead: service.LeadTimes{service.VPPToken: 14}})
		c.add(service.Item{Tenant: webtest.ID(t, 1), TenantName: tenantName, Kind: service.VPPToken, ID: "v/1", Name: "private", Standing: "ok", ExpiresAt: ends, ChangedAt: now, ReadAt: now})
		c.add(service.Item{Tenant: webtest.ID(t, 2), TenantName: tenantName, Kind: service.VPPToken, ID: "v/1", Standing: service.Ended, ExpiresAt: ends, ChangedAt: now})
		return parse(t, string(c.end()))
	}
	zone := time.FixedZone("east", 5*3600)
	hostile := "Ōrchard; Inc, \\ \"x\"\r\nBEGIN:VALARM\x00" + strings.Repeat("Ωμέγα🌍", 30)
	first, later := make(time.Date(2026, 12, 1, 4, 0, 0, 0, zone), hostile), make(time.Date(2027, 12, 1, 4, 0, 0, 0, zone), "Contoso")
	if len(first) != 2 || first[0]["UID"] != later[0]["UID"] || first[0]["UID"] == first[1]["UID"] {
		t.Errorf("a renewal keeps the UID, and tenants have their own: %v", first)
	}
	if first[0]["DTSTART"] != "20261130T230000Z" || first[0]["URL"] != "https://portal.example/t/"+webtest.ID(t, 1).String()+"/services/vppToken/v%2F1" {
		t.Errorf("%v", first[0])
	}
	if later[1]["SUMMARY"] != "Apple VPP token ended: Contoso" || strings.ContainsAny(first[0]["SUMMARY"], "\r\x00") || !strings.Contains(first[0]["SUMMARY"], "Ωμέγα🌍") {
		t.Errorf("%q, %q", later[1]["SUMMARY"], first[0]["SUMMARY"])
	}
}

func FuzzCalendarLine(f *testing.F) {
	f.Add("SUMMARY:" + strings.Repeat("é", 60))
	f.Add("a;b,c\\n\r\n\x00")
	f.Fuzz(func(t *testing.T, s string) {
		c := &calendar{}
		c.line("X:" + escape(s))
		text := c.b.String()
		for l := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			if len(l) > maxOctets || !utf8.ValidString(l) {
				t.Errorf("%q", l)
			}
		}
		if got := strings.ReplaceAll(strings.TrimSuffix(text, "\r\n"), "\r\n ", ""); got != "X:"+escape(s) {
			t.Errorf("unfolded %q, want %q", got, escape(s))
		}
	})
}
