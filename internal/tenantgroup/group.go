// Package tenantgroup knows how the partner's people order tenants: the tags that they give to them, and groups, which are rules over
// tags, country, connection, size and name.
//
// A group has no list of members: who is in it is worked out whenever somebody asks, within what they may see. Whose reach a group
// decides is said in internal/tenant.
package tenantgroup

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Group is a rule. A tenant belongs to it while all that the rule names holds; empty and zero name nothing.
type Group struct {
	ID         int64
	Name       string
	Tags       []string
	EveryTag   bool     // all of the tags instead of any
	Countries  []string // ISO 3166-1 alpha-2, any of them
	States     []tenant.State
	MinDevices int64  // at the last complete read
	NamePart   string // of the display name, whatever the case
	ChangedAt  time.Time
	ChangedBy  string

	Count int64 // tenants of the scope that are in it
	Staff int64 // people whose reach it decides
}

// Tagged is a tag with the number of tenants of the scope that have it.
type Tagged struct {
	Tag   string
	Count int64
}

// Limits, in characters and numbers: what a person types, and what fits onto a page.
const (
	maxTag     = 40
	maxTags    = 20 // of a tenant, and of a rule
	maxName    = 60
	maxDevices = 100_000_000
)

// Tag is a tag as it is stored: lower case, white space as one hyphen. Letters, digits and - _ . / are taken.
func Tag(s string) (string, error) {
	tag := strings.ToLower(strings.Join(strings.Fields(s), "-"))
	switch {
	case tag == "":
		return "", errs.Show(errs.Invalid, "A tag needs at least one letter or digit.")
	case !utf8.ValidString(tag) || utf8.RuneCountInString(tag) > maxTag:
		return "", errs.Show(errs.Invalid, "A tag has at most 40 characters.")
	case strings.ContainsFunc(tag, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("-_./", r)
	}):
		return "", errs.Show(errs.Invalid, "A tag holds letters, digits and the signs - _ . / only.")
	case !strings.ContainsFunc(tag, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		return "", errs.Show(errs.Invalid, "A tag needs at least one letter or digit.")
	}
	return tag, nil
}

// Tags reads tags that are separated by commas or lines, each once, in order.
func Tags(s string) ([]string, error) {
	tags := []string{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' }) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		tag, err := Tag(part)
		if err != nil {
			return nil, err
		}
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	if tags = slices.Compact(tags); len(tags) > maxTags {
		return nil, errs.Show(errs.Invalid, "Twenty tags are the most.")
	}
	return tags, nil
}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// checked is the group as it can be stored, or errs.Invalid.
func checked(g Group) (Group, error) {
	g.Name, g.NamePart = strings.TrimSpace(g.Name), strings.TrimSpace(g.NamePart)
	for _, s := range []string{g.Name, g.NamePart} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return g, errs.Show(errs.Invalid, "The name holds characters that cannot be stored.")
		}
	}
	switch {
	case g.Name == "":
		return g, errs.Show(errs.Invalid, "Give the group a name.")
	case utf8.RuneCountInString(g.Name) > maxName || utf8.RuneCountInString(g.NamePart) > maxName:
		return g, errs.Show(errs.Invalid, "A name has at most 60 characters.")
	case g.MinDevices < 0 || g.MinDevices > maxDevices:
		return g, errs.Show(errs.Invalid, "The number of devices is not one that can be.")
	}
	var err error
	if g.Tags, err = Tags(strings.Join(g.Tags, ",")); err != nil {
		return g, err
	}
	g.Countries = slices.Compact(slices.Sorted(slices.Values(g.Countries)))
	for _, c := range g.Countries {
		if !country.MatchString(c) {
			return g, errs.Show(errs.Invalid, "A country is two letters, such as CH.")
		}
	}
	for _, s := range g.States {
		if !slices.Contains(tenant.States, s) {
			return g, errs.Show(errs.Invalid, "There is no such state of a connection.")
		}
	}
	if len(g.Tags)+len(g.Countries)+len(g.States) == 0 && g.MinDevices == 0 && g.NamePart == "" {
		return g, errs.Show(errs.Invalid, "Name at least one thing that the customers of the group have.")
	}
	return g, nil
}
