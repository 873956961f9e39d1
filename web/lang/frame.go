package lang

import (
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/ui"
)

// Frame is what every page for customers has around it: who leads it, whom to ask about one's data, and where it stands.
type Frame struct {
	Partner     string
	PrivacyName string // whom to ask about one's data; both empty: nobody is named
	PrivacyMail string
	Origin      string // the portal's own
	Now         time.Time
}

// Shell is the frame of one page. On paper its foot tells where and when the page was read, and the fingerprint that is given.
func (f Frame) Shell(r *http.Request, l permission.Lang, title, fingerprint string) ui.Shell {
	s := Shell(r, f.Partner, l, title)
	if p, ok := f.Privacy(l); ok {
		s.Foot = append(s.Foot, p)
	}
	s.Paper = Paper(l, f.Now, f.Origin+r.URL.Path, fingerprint)
	return s
}

// Privacy says in the reader's language whom to ask about one's data, and leads to them.
func (f Frame) Privacy(l permission.Lang) (ui.Link, bool) {
	who := strings.Trim(f.PrivacyName+", "+f.PrivacyMail, ", ")
	if who == "" {
		return ui.Link{}, false
	}
	link := ui.Link{Text: forms[l].privacy + ": " + who}
	if f.PrivacyMail != "" {
		link.URL = "mailto:" + f.PrivacyMail
	}
	return link, true
}

// Paper is the foot of a page on paper.
func Paper(l permission.Lang, at time.Time, address, fingerprint string) []ui.Pair {
	words := forms[l].paper
	return []ui.Pair{{Name: words[0], Value: On(l, at)}, {Name: words[1], Value: address}, {Name: words[2], Value: fingerprint}}
}
