// Package lang is what the pages for customers share to speak six languages: which one a reader gets, dates and plurals, and texts with
// names filled in. The texts themselves belong to the rooms.
package lang

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var matcher = language.NewMatcher([]language.Tag{language.English, language.French, language.German, language.Spanish, language.Dutch, language.Greek})

// Of is the chosen language, then the first fallback that is one of the six, then what the browser prefers.
func Of(r *http.Request, fallback ...permission.Lang) permission.Lang {
	if l := permission.Lang(r.URL.Query().Get("lang")); l.Known() {
		return l
	}
	for _, l := range fallback {
		if l.Known() {
			return l
		}
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return permission.English
	}
	_, i, _ := matcher.Match(tags...)
	return permission.Languages[i]
}

// form is how a language names days and months, and itself.
type form struct {
	name, skip string
	weekdays   [7]string // Sunday first
	months     [12]string
	date       string    // {weekday} {day} {month} {year} {time}
	short      string    // {day} {month} {year} {time}
	paper      [3]string // of the foot on paper: read on, address, fingerprint
	privacy    string    // before whom to ask about one's data
}

// Name is what the language calls itself.
func Name(l permission.Lang) string { return forms[l].name }

// On is a moment in full: weekday, date and time of day in UTC.
func On(l permission.Lang, t time.Time) string { return forms[l].write(forms[l].date, t) }

// Short is a moment without its weekday, for lists.
func Short(l permission.Lang, t time.Time) string { return forms[l].write(forms[l].short, t) }

// Moment is a time element that is short enough for a column and reads the same in every language; the zero time is the text that the
// language has for none.
func Moment(l permission.Lang, t time.Time, none string) ui.Time {
	if t.IsZero() {
		return ui.Time{Text: none}
	}
	return ui.Time{ISO: t.UTC().Format(time.RFC3339), Text: t.UTC().Format("2006-01-02 15:04"), Title: On(l, t)}
}

func (f form) write(as string, t time.Time) string {
	t = t.UTC()
	return strings.NewReplacer(
		"{weekday}", f.weekdays[t.Weekday()], "{day}", fmt.Sprint(t.Day()), "{month}", f.months[t.Month()-1],
		"{year}", fmt.Sprint(t.Year()), "{time}", t.Format("15:04"),
	).Replace(as)
}

// Plurals are one sentence about a number, %d, by the language's rules.
type Plurals struct{ One, Other string }

// Count chooses the sentence for n and fills it in.
func (p Plurals) Count(l permission.Lang, n int) string {
	if plural.Cardinal.MatchPlural(language.Make(string(l)), n, 0, 0, 0, 0) == plural.One {
		return fmt.Sprintf(p.One, n)
	}
	return fmt.Sprintf(p.Other, n)
}

// Filler replaces {names} in a text.
type Filler struct{ r *strings.Replacer }

// Fill takes pairs of a name and what stands for it.
func Fill(pairs ...string) Filler {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return Filler{strings.NewReplacer(pairs...)}
}

// Text is the text filled in, without the asterisks of its strong part.
func (f Filler) Text(s string) string { return f.r.Replace(strings.ReplaceAll(s, "**", "")) }

// Spans fills each part by itself, so that asterisks in a name change nothing.
func (f Filler) Spans(s string) ui.Spans {
	before, strong, after := permission.Sentence(s).Parts()
	var out ui.Spans
	for i, part := range []string{before, strong, after} {
		if part != "" {
			out = append(out, ui.Span{Text: f.r.Replace(part), Strong: i == 1})
		}
	}
	return out
}

// Shell is the frame of a page for customers: the partner leads, languages beside it.
func Shell(r *http.Request, partner string, l permission.Lang, title string) ui.Shell {
	s := page.PlainShell(r, title)
	s.Lang, s.Skip = string(l), forms[l].skip
	s.Partner = &ui.Partner{Name: partner, Initials: initials(partner)}
	for _, other := range permission.Languages {
		s.Languages = append(s.Languages, ui.LanguageLink{Lang: string(other), Name: forms[other].name, URL: r.URL.Path + "?lang=" + url.QueryEscape(string(other)), Current: other == l})
	}
	return s
}

func initials(name string) string {
	var out []rune
	for word := range strings.FieldsSeq(name) {
		if len(out) < 2 {
			out = append(out, []rune(word)[0])
		}
	}
	return strings.ToUpper(string(out))
}
