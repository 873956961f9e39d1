package consent

import (
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/lang"
)

// words is everything that a customer reads, in one language, at most B1. {partner}, {customer}, {program}, {host}, {date} and the like
// are filled in; one part may stand between double asterisks.
type words struct {
	title, lead                         string
	readTitle, readNote                 string
	seeTitle, seeNote                   string
	changeTitle, changeNote, changeNone string
	purposeTitle, purpose, keptTitle    string
	kept                                [2]string
	twice                               string // where Microsoft's page comes more than once
	step                                text   // between two of its pages
	neverTitle                          string
	never                               [3]string
	nextTitle                           string
	next                                [3]string
	agree, disagree, notSure            string
	who, forWhom, number, until         string
	questions, takeBack, takeBackText   string
	message                             string // "{who} writes:"
	application, delegated              string // after a Microsoft name, in brackets
	evidence, tryAgain, works, notYet   string
	receipt                             receiptWords
	takeOther, otherHolds               string // asks to take another program of ours back: {name}, {id}; before its permissions
	mailSubject, mailText               string
	names, more                         lang.Plurals // "The %d names in Microsoft's words"; names that Microsoft lists besides
	outcome                             map[domain.Result]text
	gone                                map[domain.LinkState]text
	notFound                            text
}

// receiptWords are what a receipt says besides: when it was read, what is granted, who agreed as far as that is known, and how to check it.
type receiptWords struct{ readOn, granted, who, whoText, head, verify string }

// text is one page with a heading, what happened and the one next step.
type text struct{ title, what, next string }

var inLang = map[permission.Lang]words{
	permission.English: english, permission.French: french, permission.German: german,
	permission.Spanish: spanish, permission.Dutch: dutch, permission.Greek: greek,
}

func filled(f lang.Filler, t text) text { return text{f.Text(t.title), f.Text(t.what), f.Text(t.next)} }
