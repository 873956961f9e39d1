package device

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/postgres"
)

// Term is what is looked for when somebody types q, in lower case; "" is no search. Of a MAC address or an IMEI it is the digits, however they
// are written: Windows writes dashes, switches write dots, and telephones write blanks.
func Term(q string) string {
	text := strings.ToLower(strings.TrimSpace(q))
	if grouped.MatchString(text) {
		return separators.Replace(text)
	}
	if words := postgres.Words(text); len(words) == 1 { // typed twice, it is one
		return words[0]
	}
	return text
}

var (
	grouped = regexp.MustCompile(`^([0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{4}(\.[0-9a-f]{4}){2}|(\d ?){13,15}\d|\d{2}-\d{6}-\d{6}-\d{1,2}|\d{6}-\d{2}-\d{6}-\d{1,2})$`)

	separators = strings.NewReplacer(":", "", "-", "", ".", "", " ", "")
)

// beginsID tells that a text may be the beginning of a device's id, Intune's or Entra's, besides a part of what a search looks through.
func beginsID(text string) bool {
	_, guid := postgres.GUIDBegins(text)
	return guid || eightDigits.MatchString(text)
}

var eightDigits = regexp.MustCompile(`^[0-9a-f]{8}$`)

// search adds the condition for what was typed, in a form that an index answers. Row-level security keeps an index from being asked by
// LIKE, so a function with the same scope asks it.
func search(w *postgres.Where, f Filter) error {
	if err := postgres.CheckSearch(f.Q); err != nil {
		return err
	}
	text := Term(f.Q)
	switch {
	case text == "":
	case postgres.Short(text), f.Gone: // those that are gone are few, and not in the index of the search
		plain(w, text)
	default:
		w.And("(d.tenant_id, d.id) IN (SELECT m.tenant_id, m.id FROM " + holding(w, text, 0) + " m)")
	}
	return nil
}

// holding are the devices that are there and hold each word of the text, of three characters or more: tenant_id, id, name_key and whether they hold it
// beside their names, at most so many; 0: all. Of a text that ids may begin with, they are those, too.
func holding(w *postgres.Where, text string, most int64) string {
	words := postgres.Words(text)
	if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(word, "'") }) {
		return apostrophe(w, words, most)
	}
	limit := w.Arg(most)
	if len(words) > 1 {
		return `device_holding_each(` + w.Arg(postgres.Likes(words)) + `, NULLIF(` + limit + `::int, 0))`
	}
	held := `device_holding(` + w.Arg(postgres.Like(text)) + `, NULLIF(` + limit + `::int, 0))`
	if !beginsID(text) {
		return held
	}
	from, to := w.Arg(text), w.Arg(text+"\U0010FFFF")
	return `(SELECT h.tenant_id, h.id, min(h.name_key) AS name_key, bool_or(h.beside) AS beside
		 FROM  (SELECT m.tenant_id, m.id COLLATE "C" AS id, m.name_key COLLATE "C" AS name_key, m.beside FROM ` + held + ` m
		        UNION ALL
		        (SELECT t.tenant_id, t.id, t.name_key, false FROM device_text t WHERE t.id >= ` + from + ` AND t.id < ` + to + ` LIMIT NULLIF(` + limit + `::int, 0))
		        UNION ALL
		        (SELECT d.tenant_id, d.id, d.name_key, false FROM device d
		         WHERE  d.entra_device_id <> '' AND d.entra_device_id ~>=~ ` + from + ` AND d.entra_device_id ~<~ ` + to + ` AND d.gone_at IS NULL
		         LIMIT  NULLIF(` + limit + `::int, 0))) h
		 GROUP  BY h.tenant_id, h.id)`
}

// apostrophe is holding for words of which some have one: of what their patterns find, what holds them.
func apostrophe(w *postgres.Where, words []string, most int64) string {
	sql := `(SELECT h.* FROM device_holding_each(` + w.Arg(postgres.Likes(words)) + `, NULL) h JOIN device_text t ON t.tenant_id = h.tenant_id AND t.id = h.id WHERE true`
	for _, word := range words {
		if holds, ok := w.Apostrophe("t.search", word); ok {
			sql += ` AND ` + holds
		}
	}
	return sql + ` LIMIT NULLIF(` + w.Arg(most) + `::int, 0))`
}

// plain adds the condition without the index of the search, for rows that are read anyway.
func plain(w *postgres.Where, text string) {
	if postgres.Short(text) {
		end := text + "\U0010FFFF"
		w.And(`((d.name_key >= ? AND d.name_key < ?) OR (d.serial_key >= ? AND d.serial_key < ?) OR (d.user_key >= ? AND d.user_key < ?))`, text, end, text, end, text, end)
		return
	}
	for _, word := range postgres.Words(text) {
		or(w, "d.search LIKE ?", postgres.Like(word), text)
		if holds, ok := w.Apostrophe("d.search", word); ok {
			w.And(holds)
		}
	}
}

// or adds a condition on a text, or that one of the ids begins with it.
func or(w *postgres.Where, cond string, arg any, text string) {
	if !beginsID(text) {
		w.And(cond, arg)
		return
	}
	w.And("("+cond+" OR starts_with(d.id, ?) OR starts_with(d.entra_device_id, ?))", arg, text, text)
}
