package incidents

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
)

// asked reads what the form asks for, and what is said when it was done.
func (v *workView) asked(do, verdict string) (w incident.Work, done string, err error) {
	switch do {
	case "assign":
		return incident.Assign(v.as), "The " + v.noun() + " is assigned to you.", nil
	case "release":
		return incident.Release(), "The " + v.noun() + " is assigned to nobody.", nil
	case "resolve":
		if utf8.RuneCountInString(v.why) > mostText {
			v.faults.Add("why", "At most 1,000 characters.")
		}
		return incident.Resolve(v.why), "The " + v.noun() + " is resolved.", nil
	case "reopen":
		return incident.Reopen(v.thing), "The " + v.noun() + " is active again.", nil
	case "comment":
		if v.comment == "" || utf8.RuneCountInString(v.comment) > mostText {
			v.faults.Add("comment", "Write between 1 and 1,000 characters.")
		}
		return incident.Remark(v.comment), "The comment is written.", nil
	case "classify":
		classification, determination, _ := strings.Cut(verdict, "/")
		if !slices.Contains(incident.Determinations[classification], determination) {
			v.faults.Add("verdict", "Choose from the list.")
		}
		return incident.Classify(classification, determination), "The " + v.noun() + " is classified.", nil
	}
	return w, "", errs.Show(errs.Invalid, "The form asks for something that cannot be done with an incident.")
}

// mostText is how long a comment may be, in characters.
const mostText = 1000
