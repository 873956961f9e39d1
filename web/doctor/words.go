package doctor

import (
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/lang"
)

// words are what a message says in one language, at most B1. {customer}, {permission}, {date}, {help}, {person} and {partner} stand for names.
type words struct {
	hello, intro, help, thanks string
	times                      lang.Plurals // how often it failed, since {date}
	numbers                    string       // above what an administrator finds it by
	tenant, request, activity  string
	code, at                   string
	causes                     map[diagnose.Cause]told
}

// told is one cause: what is wrong, and what the reader can do.
type told struct{ what, help string }

var inLang = map[permission.Lang]words{
	permission.English: english, permission.French: french, permission.German: german, permission.Spanish: spanish, permission.Dutch: dutch, permission.Greek: greek,
}

// facts are what a message is filled in with.
type facts struct {
	customer, partner, person string
	tenant                    string
	times                     int
	since, at                 time.Time
	request, activity         string
}

// message is what to send to whoever can mend it; empty where nobody needs to be told.
func message(l permission.Lang, d *graphsync.Diagnosis, f facts) string {
	if d == nil {
		return ""
	}
	w := inLang[l]
	cause, ok := w.causes[diagnose.Cause(d.Cause)]
	if !ok {
		return ""
	}
	fill := lang.Fill("customer", f.customer, "permission", d.Permission, "person", f.person, "partner", f.partner, "date", lang.On(l, f.since))
	paragraphs := []string{w.hello, fill.Text(w.intro) + " " + fill.Text(cause.what), w.help + " " + fill.Text(cause.help)}
	if f.times > 1 && !f.since.IsZero() {
		paragraphs = append(paragraphs, fill.Text(w.times.Count(l, f.times)))
	}
	lines := []string{w.numbers}
	for _, p := range [][2]string{{w.tenant, f.tenant}, {w.code, code(d.Answer)}, {w.request, f.request}, {w.activity, f.activity}, {w.at, lang.Short(l, f.at)}} {
		if p[1] != "" {
			lines = append(lines, p[0]+": "+p[1])
		}
	}
	return strings.Join(append(paragraphs, strings.Join(lines, "\n"), fill.Text(w.thanks)), "\n\n")
}

// code is Microsoft's number for it, as its administrators search for it.
func code(a *graphsync.Answer) string {
	switch {
	case a == nil:
		return ""
	case a.AADSTS != 0:
		return "AADSTS" + strconv.Itoa(a.AADSTS)
	case a.Status != 0:
		return strconv.Itoa(a.Status)
	}
	return ""
}
