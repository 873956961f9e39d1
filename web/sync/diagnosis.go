package sync

import (
	"strings"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/ui"
)

// who can fix a failure, in words; empty where nothing was found out.
func who(d *graphsync.Diagnosis) string {
	if d == nil {
		return ""
	}
	return diagnose.Who(d.Who).Words()
}

func remedy(d *graphsync.Diagnosis) string {
	if d == nil {
		return ""
	}
	return d.Remedy
}

// problem is why a read failed in one sentence: what was found out, or else what the read itself said.
func problem(d *graphsync.Diagnosis, sentence string) string {
	if d == nil {
		return sentence
	}
	return d.Verdict
}

// calls are those that a run made: its pages, those that were repeated, and the last where that failed. A customer that is left alone, or
// that gave no token, was not called.
func calls(pages, retries int64, state string, t graphsync.Trouble) int64 {
	n := pages + retries
	if state == "failed" && (t.RequestID != "" || t.ClientRequestID != "") {
		n++
	}
	return n
}

// doctor is the page of the customer that explains the failure.
func doctor(r run) string { return "/t/" + r.TenantID + "/doctor/" + r.Dataset }

// told is the latest failure of one dataset of one customer in full: what failed, who can fix it, what to do. The page of the customer has more.
func told(rows []run) *ui.Banner {
	for _, r := range rows {
		switch {
		case r.State == "running" || r.State == "lost":
			continue
		case r.State != "failed":
			return nil
		case r.Diagnosis == nil:
			return &ui.Banner{Kind: "bad", Title: r.Problem, ActionURL: doctor(r), ActionText: "Layer by layer"}
		}
		d := r.Diagnosis
		b := &ui.Banner{Kind: "bad", Title: d.Verdict, Text: d.Remedy + " Who can fix it: " + who(d) + ".", Mono: strings.Join(d.Evidence, " "), ActionURL: doctor(r), ActionText: "Layer by layer, and what to send"}
		if d.Useless != "" {
			b.Text += " What would not help: " + d.Useless
		}
		if d.Confidence != "certain" {
			b.Kind, b.Text = "warn", b.Text+" "+diagnose.Confidence(d.Confidence).Words()
		}
		return b
	}
	return nil
}
