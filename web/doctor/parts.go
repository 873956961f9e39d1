package doctor

import (
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of the page, ready to print.

// names of the layers, as a person would ask for them.
var names = map[string]string{
	"network": "Microsoft answers", "throttle": "Pace", "app": "Our registration", "tenant": "Right tenant and cloud", "account": "Account in the tenant",
	"condition": "Conditional access", "consent": "App in the tenant", "token": "Token newer than grant", "scope": "Permission", "scope-kind": "Permission",
	"role": "Role", "licence": "Licence", "approval": "Approval by a second admin", "object": "The thing itself", "request": "Our request",
}

var shapes = map[string]ui.Shape{"passed": ui.ShapeOK, "failed": ui.ShapeBad, "unneeded": ui.ShapeNone}

// verdict is the page's one sentence. What is not known is dashed, not red.
func (v view) verdict() ui.Banner {
	d := v.Diagnosis
	switch {
	case v.State == "ok" && v.Source != "sync":
		return ui.Banner{Kind: "info", Heading: true, Title: "It works again.", Text: v.After.Text}
	case v.State == "ok":
		return ui.Banner{Kind: "info", Heading: true, Title: v.Label + ": read completely. There is nothing to explain."}
	case !v.failed():
		return ui.Banner{Kind: "unknown", Heading: true, Title: "No attempt to read this has failed so far."}
	case d == nil:
		return ui.Banner{Kind: "unknown", Heading: true, Title: v.Problem, Text: "What is behind it was not found out: this is not an answer of Microsoft's that the portal knows."}
	}
	b := ui.Banner{Kind: "bad", Heading: true, Title: d.Verdict, Text: d.Remedy}
	switch {
	case d.Layer == "unknown":
		b.Kind = "unknown"
	case d.Confidence == "unsure":
		b.Kind = "warn"
	}
	if d.Useless != "" {
		b.Text += " What would not help: " + lower(d.Useless)
	}
	return b
}

func lower(s string) string {
	if s == "" || strings.HasPrefix(s, "Intune") || strings.HasPrefix(s, "Microsoft") {
		return s
	}
	return ui.Lower(s)
}

// compare is what was before trying again, and what came of it.
func (v view) compare() ui.Layers {
	row := func(name string, o outcome) ui.Layer {
		l := ui.Layer{Shape: ui.ShapeBad, Name: name, Text: o.Text, When: ui.NewTime(o.At, v.now).Text}
		switch {
		case o.OK:
			l.Shape = ui.ShapeOK
		case o.open:
			l.Shape = ui.ShapeUnknown
		}
		return l
	}
	return ui.Layers{row("Before", *v.Before), row("After", *v.After)}
}

// languages let a person choose whom the message is for.
func (v view) languages() ui.Segments {
	s := ui.Segments{Label: "Language of the message"}
	for _, l := range permission.Languages {
		s.Items = append(s.Items, ui.Segment{Text: lang.Name(l), URL: v.path + "?lang=" + string(l), Current: l == v.Language})
	}
	return s
}

func (v view) layers() ui.Layers {
	var list ui.Layers
	for _, l := range v.Diagnosis.Layers {
		row := ui.Layer{Shape: ui.ShapeUnknown, Name: names[l.Layer], Text: l.Evidence, Current: l.Layer == v.Diagnosis.Layer}
		if s, ok := shapes[l.State]; ok {
			row.Shape = s
		}
		switch {
		case l.State == "unneeded":
			row.When = "rule"
		case l.At.IsZero():
			row.When = "never read"
		default:
			row.When = ui.NewTime(l.At, v.now).Text
		}
		list = append(list, row)
	}
	return list
}

// words are Microsoft's, with the ids that its support asks for. They are printed as text only.
func (v view) words() string {
	var out []string
	if a := v.Diagnosis.Answer; a != nil {
		out = append(out, answered(a))
		for _, s := range []string{a.Path, a.Text} {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	if v.RequestID != "" {
		out = append(out, "request-id "+v.RequestID)
	}
	if v.ActivityID != "" {
		out = append(out, "activity id "+v.ActivityID)
	}
	if v.FailedAt != nil {
		out = append(out, v.FailedAt.Format("2 Jan 2006 15:04:05 UTC"))
	}
	return strings.Join(out, "\n")
}

func answered(a *graphsync.Answer) string {
	switch {
	case a.AADSTS != 0:
		return "AADSTS" + strconv.Itoa(a.AADSTS)
	case a.Status == 0:
		return "No answer"
	}
	return strings.TrimSpace(strconv.Itoa(a.Status) + " " + a.Code)
}
