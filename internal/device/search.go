package device

import (
	"strings"

	"github.com/tenantry/tenantry/internal/postgres"
)

// term is what is looked for, in lower case; "" is no search.
func term(q string) string { return strings.ToLower(strings.TrimSpace(q)) }

// short tells that a text has no trigram, which the index of the search needs; it is taken for a beginning.
func short(text string) bool { return len([]rune(text)) < 3 }

// search adds the condition for what was typed, in a form that an index answers. Row-level security keeps an index from being asked by
// LIKE, so a function with the same scope asks it.
func search(w *postgres.Where, f Filter) error {
	if err := postgres.CheckSearch(f.Q); err != nil {
		return err
	}
	text := term(f.Q)
	switch {
	case text == "":
	case short(text):
		w.And(plainMatch(text), matchArgs(text)...)
	case f.Gone: // few, and not in the index of the search
		w.And("d.search LIKE ?", postgres.Like(text))
	default:
		w.And("(d.tenant_id, d.id) IN (SELECT m.tenant_id, m.id FROM " + holding(w, text, 0) + " m)")
	}
	return nil
}

// holding are the devices that are there and hold the text, of three characters or more: tenant_id, id, name_key and whether they hold it
// beside their names, at most so many; 0: all.
func holding(w *postgres.Where, text string, most int64) string {
	return `device_holding(` + w.Arg(postgres.Like(text)) + `, NULLIF(` + w.Arg(most) + `::int, 0))`
}

// plainMatch is the condition without the index of the search, for rows that are read anyway.
func plainMatch(text string) string {
	if short(text) {
		return `((d.name_key >= ? AND d.name_key < ?) OR (d.serial_key >= ? AND d.serial_key < ?) OR (d.user_key >= ? AND d.user_key < ?))`
	}
	return "d.search LIKE ?"
}

func matchArgs(text string) []any {
	if !short(text) {
		return []any{postgres.Like(text)}
	}
	end := text + "\U0010FFFF"
	return []any{text, end, text, end, text, end}
}
