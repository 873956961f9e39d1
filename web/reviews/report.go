package reviews

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// reportView is a review that was signed off, as it was then, and its JSON twin.
type reportView struct {
	Number   int             `json:"number"`
	At       time.Time       `json:"at"`
	By       string          `json:"by"`
	Language string          `json:"language"`
	Hash     string          `json:"hash"`
	Snapshot review.Snapshot `json:"snapshot"`

	m     tenant.Membership
	lang  permission.Lang
	words reportWords
}

func (h *Handler) report(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	found, err := h.Reviews.Get(r.Context(), m.Tenant.ID, n)
	if err != nil {
		return err
	}
	in := permission.Lang(found.Language)
	if !in.Known() {
		in = permission.English
	}
	v := reportView{Number: found.Number, At: found.At, By: found.By, Language: found.Language, Hash: hex.EncodeToString(found.Hash), Snapshot: found.Snapshot, m: m, lang: in, words: inLang[in]}
	s := page.Shell(r, m, v.title())
	s.Lang = string(in)
	s.Paper = lang.Paper(in, page.ChromeOf(r.Context()).Now, h.Origin+r.URL.Path, v.Hash)
	return page.Answer(w, r, v, reportPage(s, v))
}

// day is a date in the one form that all six languages read alike.
func day(t time.Time) string { return t.UTC().Format("2006-01-02, 15:04 UTC") }

func (v reportView) title() string { return fill(v.words.title, "{customer}", v.Snapshot.Tenant) }

func (v reportView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Title: v.title(), Lead: fill(v.words.lead, "{partner}", v.Snapshot.Partner, "{date}", day(v.At)), Context: []ui.Crumb{{Text: fill(v.words.signed, "{n}", strconv.Itoa(v.Number), "{by}", v.By)}}}
}

func (v reportView) facts() ui.Facts {
	devices, note := v.words.unknown, ""
	if v.Snapshot.Devices != nil {
		devices = ui.N(*v.Snapshot.Devices)
	}
	if v.Snapshot.ReadAt != nil {
		note = fill(v.words.read, "{date}", day(*v.Snapshot.ReadAt))
	}
	next := v.Snapshot.Next
	if next == "" {
		next = "–"
	}
	return ui.Facts{Wide: true, Items: []ui.Fact{{Label: v.words.devices, Value: ui.TextCell(devices), Note: note}, {Label: v.words.next, Value: ui.TextCell(next)}}}
}

var severityShapes = map[review.Severity]ui.Shape{review.Bad: ui.ShapeBad, review.Warn: ui.ShapeWarn, review.Unknown: ui.ShapeUnknown}

func (v reportView) findings() ui.Consequences {
	var c ui.Consequences
	for _, f := range v.Snapshot.Findings {
		text := say(v.lang, f.Finding)
		switch f.State {
		case review.Accepted:
			text += " " + fill(v.words.accepted, "{until}", f.Until, "{why}", f.Why)
		case review.Handed:
			text += " " + fill(v.words.handed, "{holder}", f.Holder)
		}
		shape := severityShapes[f.Severity]
		if f.State == review.Accepted {
			shape = ui.ShapeNone
		}
		c = append(c, ui.Consequence{Shape: shape, Text: text})
	}
	return c
}

func (v reportView) checkText() string { return fill(v.words.checkText, "{hash}", v.Hash) }
