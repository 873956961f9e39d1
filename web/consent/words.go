package consent

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/ui"
)

// words is everything that a customer reads, in one language, at most B1. {partner}, {customer}, {program}, {host}, {date} and the like
// are filled in; one part may stand between double asterisks.
type words struct {
	name     string // of the language, in itself
	skip     string
	weekdays [7]string // Sunday first
	months   [12]string
	date     string // {weekday} {day} {month} {year} {time}

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
	mailSubject, mailText               string
	names, more                         plurals // "The %d names in Microsoft's words"; names that Microsoft lists besides
	outcome                             map[domain.Result]text
	gone                                map[domain.LinkState]text
	notFound                            text
}

// plurals are one sentence about a number, by the language's rules.
type plurals struct{ one, other string }

// text is one page with a heading, what happened and the one next step.
type text struct{ title, what, next string }

var inLang = map[permission.Lang]words{
	permission.English: english, permission.French: french, permission.German: german,
	permission.Spanish: spanish, permission.Dutch: dutch, permission.Greek: greek,
}

// numbers holds the sentences that depend on a number, for x/text to choose by the plural rules of the language.
var numbers = func() catalog.Catalog {
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	for l, w := range inLang {
		tag := language.Make(string(l))
		for key, p := range map[string]plurals{"names": w.names, "more": w.more} {
			if err := b.Set(tag, key, plural.Selectf(1, "%d", plural.One, p.one, plural.Other, p.other)); err != nil {
				panic(err)
			}
		}
	}
	return b
}()

func counted(l permission.Lang, key string, n int) string {
	return message.NewPrinter(language.Make(string(l)), message.Catalog(numbers)).Sprintf(key, n)
}

func (w words) on(t time.Time) string {
	t = t.UTC()
	return strings.NewReplacer(
		"{weekday}", w.weekdays[t.Weekday()], "{day}", fmt.Sprint(t.Day()), "{month}", w.months[t.Month()-1],
		"{year}", fmt.Sprint(t.Year()), "{time}", t.Format("15:04"),
	).Replace(w.date)
}

// filler replaces the names in a text.
type filler struct{ r *strings.Replacer }

func fill(pairs ...string) filler {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return filler{strings.NewReplacer(pairs...)}
}

func (f filler) text(s string) string { return f.r.Replace(strings.ReplaceAll(s, "**", "")) }

// spans fills each part by itself, so that asterisks in a name change nothing.
func (f filler) spans(s string) ui.Spans {
	before, strong, after := permission.Sentence(s).Parts()
	var out ui.Spans
	for i, part := range []string{before, strong, after} {
		if part != "" {
			out = append(out, ui.Span{Text: f.r.Replace(part), Strong: i == 1})
		}
	}
	return out
}

func (f filler) page(t text) text { return text{f.text(t.title), f.text(t.what), f.text(t.next)} }
