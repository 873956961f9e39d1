package evidence

import (
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
)

// words is everything that a customer's administrator reads here, in one language, at most B1. {partner}, {customer}, {program}, {date} and
// the like are filled in; one part may stand between double asterisks.
type words struct {
	title, readOn, readLate                                                 string
	download, signOut, devices, never, nothing                              string
	unreadTitle, unreadText, problemTitle, problemText, backTitle, backText string
	readsTitle, personsTitle, grantsTitle, surplusTitle, surplusNote        string
	othersTitle, othersNote, otherUnread, otherEarlier, otherBlind          string
	otherColumns                                                            [2]string // program, what is granted to it
	pastTitle, byProgram, byPerson, unused                                  string
	grantColumns                                                            [5]string // name, who uses it, seen first, seen last, last used
	askedTitle, askedNote, nobodyAsked                                      string
	askedColumns                                                            [4]string // who, when, for what, answer
	links                                                                   map[consent.LinkState]string
	peopleTitle, peopleNote                                                 string
	peopleColumns                                                           [4]string // who, may, acts, last act
	roles                                                                   map[tenant.Role]string
	noAccess                                                                string // acted, and may see nothing now, or is not the partner's
	doneTitle, doneNote                                                     string
	verifyTitle                                                             string
	verify                                                                  [3]string
	headLabel                                                               string // {n}
	takeTitle, takeText, takeButton                                         string
	remove                                                                  [3]string // at Microsoft
	acts                                                                    map[string]string
	endTitle, endLead                                                       string
	ends                                                                    [4]string
	dataLegend, keep, keepHint, erase, eraseHint                            string
	nameLabel, nameFault, dataFault, endButton, cancel                      string
	proofTitle, proofLead                                                   string
	facts                                                                   [7]string // company, number, taken back, by, data, at Microsoft, deletion
	deleted, deleting, kept, ended                                          string
	gone, still, notAsked, lookAgain, removeTitle                           string
	tableTitle                                                              string
	tableColumns                                                            [2]string
	total                                                                   lang.Plurals
	keptTitle                                                               string
	keptItems                                                               [4]string
}

var inLang = withDevices(withSetUps(map[permission.Lang]words{
	permission.English: english, permission.French: french, permission.German: german,
	permission.Spanish: spanish, permission.Dutch: dutch, permission.Greek: greek,
}))

// act says what an action of the audit means for the customer. What the language has no words for keeps those that staff read.
func (w words) act(action string) string {
	if s, ok := w.acts[action]; ok {
		return s
	}
	return page.ActionWords(action)
}
