// Package view keeps what people save of lists: views (a list's state under a name, one's own or the team's), the view that a list
// starts with, and the columns that a person wants to see.
//
// A view is a question, not an answer: it never widens what somebody may see. How a list reads its state lives in web/page.
package view

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// View is the state of a list under a name.
type View struct {
	ID        int64
	Staff     int64  // who made it; 0: somebody who is no longer staff
	By        string // their name
	List      string // path of the list over all tenants: "/devices"; in one, where there is no such list: "/t/…/devices/changes"
	Title     string // what the list calls itself; "": not known
	Name      string
	State     string // query string
	Words     string // what it narrows, as the list says it; "": nothing, or not known
	Shared    bool   // with the whole team
	Default   bool   // the reader's rail leads to it
	ChangedAt time.Time
}

// Reader is who asks for views.
type Reader struct {
	Staff int64
	Reach tenant.Scope
	Owner bool // may also change what others share
	Share bool // may share with the team
}

// MayChange tells whether the reader may rename, share or delete the view: what is the team's only who may share.
func (r Reader) MayChange(v View) bool {
	return v.Staff == r.Staff && (r.Share || !v.Shared) || r.Owner && v.Shared
}

// sees tells whether the reader may know the view: a shared one that names a tenant out of reach stays hidden.
func (r Reader) sees(v View) bool {
	if v.Staff == r.Staff {
		return true
	}
	state, err := url.ParseQuery(v.State)
	if err != nil {
		return false
	}
	customers := state["customer"]
	if in := ofOne.FindStringSubmatch(v.List); in != nil {
		customers = append(customers, in[1])
	}
	for _, customer := range customers {
		if id, err := tenant.ParseID(customer); err == nil && !r.Reach.Has(id) {
			return false
		}
	}
	return v.Shared
}

// Kept is what a person has for one list.
type Kept struct {
	Views   []View
	Columns []string // none: the list's own
}

// Limits: a name fits into a menu, a state into an address, a person's views onto a page.
const (
	maxName  = 60 // characters
	maxState = 4000
	maxViews = 100
)

// maxWords are the characters of a list's title and of what a view narrows, in words: as many as a state may have values.
const maxWords = 4000

var (
	listPath = regexp.MustCompile(`^(/[A-Za-z0-9_~.:-]+)+$`)
	ofOne    = regexp.MustCompile(`^/t/([0-9a-f-]{36})/`)
)

// passing are parameters of a list that are of the moment.
var passing = []string{"view", "after", "format"}

// checked is the view as it can be stored, or errs.Invalid.
func checked(v View) (View, error) {
	v.Name = strings.TrimSpace(v.Name)
	switch n := utf8.RuneCountInString(v.Name); {
	case n == 0:
		return v, errs.Show(errs.Invalid, "Give the view a name.")
	case n > maxName:
		return v, errs.Show(errs.Invalid, "A name has at most 60 characters.")
	case !utf8.ValidString(v.Name) || strings.ContainsFunc(v.Name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return v, errs.Show(errs.Invalid, "The name holds characters that cannot be stored.")
	case !listPath.MatchString(v.List) || len(v.List) > 500 || strings.Contains(v.List, "/.") || strings.HasPrefix(v.List, "/t/") && !ofOne.MatchString(v.List):
		return v, errs.Show(errs.Invalid, "Views of this page cannot be saved.")
	}
	state, err := url.ParseQuery(strings.TrimPrefix(v.State, "?"))
	if err != nil || len(v.State) > maxState {
		return v, errs.Show(errs.Invalid, "The state of the list cannot be saved.")
	}
	v.Title, v.Words = postgres.Clean(v.Title), postgres.Clean(v.Words)
	if utf8.RuneCountInString(v.Title) > maxName*2 || utf8.RuneCountInString(v.Words) > maxWords {
		return v, errs.Show(errs.Invalid, "The words for the list are too long.")
	}
	for _, name := range passing {
		state.Del(name)
	}
	v.State = state.Encode()
	return v, nil
}
