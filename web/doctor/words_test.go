package doctor

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
)

var (
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
	englishOnly = regexp.MustCompile(`(?i)\b(the|your|please|and|our|which|wait|with|does|role)\b`)
)

// all are the texts of a language, each with its English counterpart at the same place.
func (w words) all() []string {
	list := []string{w.hello, w.intro, w.help, w.thanks, w.times.One, w.times.Other, w.numbers, w.tenant, w.request, w.activity, w.code, w.at}
	for _, c := range diagnose.Told() {
		list = append(list, w.causes[c].what, w.causes[c].help)
	}
	return list
}

// TestEveryCauseInSixLanguages: whoever has to be told is told in their language, with the same names filled in and no English left over.
func TestEveryCauseInSixLanguages(t *testing.T) {
	reference := english.all()
	for _, l := range permission.Languages {
		w := inLang[l]
		if len(w.causes) != len(diagnose.Told()) {
			t.Errorf("%s words %d causes, not %d", l, len(w.causes), len(diagnose.Told()))
		}
		for i, text := range w.all() {
			want := placeholder.FindAllString(reference[i], -1)
			got := placeholder.FindAllString(text, -1)
			slices.Sort(got)
			slices.Sort(want)
			switch {
			case text == "" || !slices.Equal(got, want):
				t.Errorf("%s: %q instead of %q", l, text, reference[i])
			case l != permission.English && (text == reference[i] || englishOnly.MatchString(text)):
				t.Errorf("%s: English is left over in %q", l, text)
			}
			for sentence := range strings.SplitSeq(text, ". ") { // B1: nobody has to read a sentence twice
				if n := len(strings.Fields(sentence)); n > 26 {
					t.Errorf("%s: a sentence of %d words: %q", l, n, sentence)
				}
			}
		}
	}
}

func TestMessage(t *testing.T) {
	at := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	f := facts{customer: "Contoso", partner: "First Up", person: "Technician", tenant: "11111111-1111-4111-8111-111111111111", times: 3, since: at.Add(-49 * time.Hour), at: at, request: "r-1", activity: "a-1"}
	d := &graphsync.Diagnosis{Cause: string(diagnose.CauseScopeMissing), Permission: "DeviceManagementApps.Read.All", Answer: &graphsync.Answer{Status: 403, Text: "canary"}}
	for l, want := range map[permission.Lang][]string{
		permission.English: {"for Contoso", "DeviceManagementApps.Read.All", "3 times since Thursday, 19 November 2026", "Request ID: r-1", "Activity ID: a-1", "403", "Technician, First Up"},
		permission.French:  {"pour Contoso", "3 fois depuis le jeudi 19 novembre 2026"}, permission.German: {"3 Mal", "Donnerstag, 19. November 2026"},
		permission.Spanish: {"3 veces", "19 de noviembre de 2026"}, permission.Dutch: {"3 keer", "donderdag 19 november 2026"}, permission.Greek: {"3 φορές", "19 Νοεμβρίου 2026"},
	} {
		got := message(l, d, f)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s lacks %q:\n%s", l, w, got)
			}
		}
		if strings.Contains(got, "canary") || placeholder.MatchString(got) {
			t.Errorf("%s:\n%s", l, got)
		}
	}
	f.times = 1
	if got := message(permission.Spanish, d, f); strings.Contains(got, "veces") || strings.Contains(got, "vez") {
		t.Errorf("once is not counted:\n%s", got)
	}
	for _, none := range []*graphsync.Diagnosis{nil, {}, {Cause: string(diagnose.CauseThrottled)}} {
		if got := message(permission.English, none, f); got != "" {
			t.Errorf("nobody needs to be told: %q", got)
		}
	}
}
