package postgres

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Trigram is the least number of letters that the indexes of the search can be asked for.
const Trigram = 3

// Short tells that a text has no trigram: it is taken for a beginning.
func Short(q string) bool { return utf8.RuneCountInString(q) < Trigram }

// Searchable is a table with a search text in lower case, named search, that searched (SQL) may ask the index of.
type Searchable struct {
	Table, Alias string
	Key          string   // column with the name in lower case, which a text without a trigram is the beginning of; "": it is looked for in the search text
	IDs          []string // what stands before a GUID in ids, each "" or a prefix; nil: ids are not searched
	Shared       bool     // rows of several kinds may share an id
	Text         string   // column with the search text; "": search
}

// Searched adds the condition that the search text of the table's row contains each word of q, or that its id is or begins with the GUID q.
// Row-level security keeps an index from being asked by LIKE, so a function with the same scope asks it, for the longest word.
func (w *Where) Searched(t Searchable, q string) {
	q = strings.TrimSpace(q)
	if q == "" {
		return
	} else if Short(q) && t.Key != "" {
		w.Begins(t.Key, q)
		return
	} else if Short(q) {
		w.And(t.Alias+".search LIKE ?", Like(q))
		return
	}
	found := &search{table: t.Table, alias: t.Alias, row: `(` + t.Alias + `.tenant_id, ` + t.Alias + `.id)`, text: t.Alias + `.` + cmp.Or(t.Text, "search"), at: len(w.conds)}
	for _, word := range Words(q) {
		found.patterns = append(found.patterns, Like(word))
		found.args = append(found.args, w.Arg(Like(word)))
	}
	ids, test := "", found.text+` LIKE `+found.args[0]
	guid, isGUID := GUIDBegins(q)
	if isGUID {
		for _, before := range t.IDs {
			from, to := w.Arg(before+guid), w.Arg(before+guid+beyondAll)
			ids += ` UNION ALL SELECT m.tenant_id, m.id FROM ` + t.Table + ` m WHERE m.id >= ` + from + ` AND m.id < ` + to
			test += ` OR starts_with(` + t.Alias + `.id, ` + from + `)`
		}
	} else {
		found.shared, w.search = t.Shared, found
	}
	w.conds = append(w.conds, found.by(0, ids)...)
	if t.Shared && isGUID {
		w.And(`(` + test + `)`)
	}
	for _, word := range Words(q) {
		if holds, ok := w.Apostrophe(found.text, word); ok {
			w.And(holds)
		}
	}
}

// search is a text that is looked for in a table.
type search struct {
	table, alias, row, text string
	patterns, args          []string // of its words
	at                      int      // the first of its conditions
	shared                  bool     // what the index finds may be another row of that id

	shares []float64 // of the table's rows that hold each word, once they are known
}

// by are the conditions of the search, a word each. The index is asked for one of them; where it is none of them, each is a CASE, which is taken
// for half of the rows: LIKE, behind row-level security, is taken for hardly one.
func (s *search) by(asked int, ids string) (conds []string) {
	for i, arg := range s.args {
		switch like := s.text + ` LIKE ` + arg; {
		case i == asked:
			cond := s.row + ` IN (SELECT m.tenant_id, m.id FROM searched('` + s.table + `', ` + arg + `) m` + ids + `)`
			if s.shared {
				cond += ` AND ` + like
			}
			conds = append(conds, cond)
		case asked < 0:
			conds = append(conds, `CASE WHEN `+like+` THEN true END`)
		default:
			conds = append(conds, like)
		}
	}
	return conds
}

// A word is frequent for the rows of a page where a larger share of the table holds it, and for their count where a much larger one does: a page
// is full soon, while a count goes on.
const (
	frequent = 1. / 40
	dense    = 1. / 4
)

// Weighed is the list with its search as the database answers it sooner: the index is asked for the word that fewest hold, if it is not frequent.
// All rows that hold a text are gathered before the first is known, while in the order of the list those with a frequent one come one after another.
func (l Listing) Weighed(ctx context.Context, db DB) (Listing, error) {
	return l.weighed(ctx, db, frequent)
}

func (l Listing) weighed(ctx context.Context, db DB, most float64) (Listing, error) {
	s := l.Where.search
	if s == nil {
		return l, nil
	}
	if err := s.weigh(ctx, db); err != nil {
		return l, err
	}
	asked := -1
	for i, share := range s.shares {
		if share <= most && (asked < 0 || share < s.shares[asked]) {
			asked = i
		}
	}
	l.Where = l.Where.clone()
	l.Where.search = nil
	copy(l.Where.conds[s.at:], s.by(asked, ""))
	return l, nil
}

// onlyWord is the word that is looked for, where no more than kinds narrow what else a list has of the scope; nil: something does. there tells that what
// is gone is left out.
func (w *Where) onlyWord() (s *search, there bool) {
	if w.search == nil || len(w.search.args) != 1 {
		return nil, false
	}
	for i, cond := range w.conds {
		switch {
		case i == w.search.at, cond == w.scope, cond == w.kinds:
		case cond == w.search.alias+".gone_at IS NULL":
			there = true
		default:
			return nil, false
		}
	}
	return w.search, there
}

// count is how many rows in the scope, of those kinds (nil: all), hold the word, counted no further than one more than most; 0: all.
func (s *search) count(ctx context.Context, db DB, there bool, kinds []string, most int64) (n int64, err error) {
	var limit *int64
	if most > 0 {
		most++
		limit = &most
	}
	if err := db.QueryRow(ctx, `SELECT searched_count($1, $2, $3, $4, $5)`, s.table, s.patterns[0], there, kinds, limit).Scan(&n); err != nil {
		return 0, fmt.Errorf("count what holds a text in %s: %w", s.table, BadInput(err))
	}
	return n, nil
}

// weigh finds out the shares. A word without a trigram, which the index cannot be asked for, is taken for one of all rows.
func (s *search) weigh(ctx context.Context, db DB) error {
	if s.shares != nil {
		return nil
	}
	shares, err := sharesOf(ctx, db, s.table, s.patterns)
	s.shares = shares
	return err
}

func sharesOf(ctx context.Context, db DB, table string, patterns []string) (shares []float64, err error) {
	if err := db.QueryRow(ctx, `
		SELECT array_agg(CASE WHEN length(pattern) >= $3 THEN share_of($1, pattern) ELSE 1 END ORDER BY i)
		FROM   unnest($2::text[]) WITH ORDINALITY AS t (pattern, i)`, table, patterns, Trigram+len("%%")).Scan(&shares); err != nil {
		return nil, fmt.Errorf("how frequent a text is in %s: %w", table, BadInput(err))
	}
	return shares, nil
}

// Seldom tells that a word is not frequent in a table, so that an index finds all who have it before the first of them is come upon in the order of
// a list. One without a trigram is never seldom.
func Seldom(ctx context.Context, db DB, table, word string) (bool, error) {
	shares, err := sharesOf(ctx, db, table, []string{Like(word)})
	return err == nil && shares[0] <= frequent, err
}

// Words are what is looked for when somebody types q, in lower case: its words, of which each must be found, the longest first. One without a
// trigram only chooses among what the others find; where none has one, q is a word.
func Words(q string) []string {
	text := Plain(strings.TrimSpace(q))
	words := strings.Fields(text)
	slices.SortStableFunc(words, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	if len(words) > 0 && utf8.RuneCountInString(words[0]) < Trigram {
		return []string{text}
	}
	return slices.Compact(words)
}

// Likes are the patterns of words: see Like.
func Likes(words []string) []string {
	patterns := make([]string, len(words))
	for i, w := range words {
		patterns[i] = Like(w)
	}
	return patterns
}

// Uncased tells that no letter of a text but those of ASCII has a lower or an upper case: of others the database may know none, according to
// its locale, so that its lower case is not ours.
func Uncased(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return r > unicode.MaxASCII && (unicode.ToLower(r) != r || unicode.ToUpper(r) != r)
	})
}

var guidBegin = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{0,4}){1,3}(-[0-9a-f]{0,12})?$`)

// GUIDBegins tells that what was typed is a GUID, or the beginning of one with its first hyphen, and gives it in lower case. Less than that
// is taken for a part of a name: it would be found in the middle of any GUID.
func GUIDBegins(q string) (string, bool) {
	q = strings.ToLower(strings.TrimSpace(q))
	return q, guidBegin.MatchString(q)
}

// Plain is text as it is looked for: in lower case, and of whatever stands for an apostrophe the one that keyboards have. Apple calls a telephone
// "Adam’s iPhone", as office programs write "O’Hara", and nobody types that.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(apostrophes, r) {
			return '\''
		}
		return r
	}, strings.ToLower(text))
}

const apostrophes = "’‘ʼ´`"

// PlainSQL is an expression that is in lower case already, as Plain would have it, where it makes a difference to a text that is looked for in it.
func PlainSQL(expr, text string) string {
	if !strings.Contains(text, "'") {
		return expr // translate goes through each letter of each row
	}
	return "translate(" + expr + ", '" + apostrophes + "', repeat('''', length('" + apostrophes + "')))"
}

// Apostrophe is the condition that an expression in lower case holds a word as it is, beside its pattern, which has any letter for an apostrophe, so
// that "adam's" would be found in "adam.smith", too; ok is false of a word without.
func (w *Where) Apostrophe(expr, word string) (cond string, ok bool) {
	if !strings.Contains(word, "'") {
		return "", false
	}
	return "strpos(" + PlainSQL(expr, word) + ", " + w.Arg(word) + ") > 0", true
}

// Like is a pattern for text that contains q, in lower case, with the wildcards in q taken literally. For an apostrophe any letter stands: see Plain
// and Apostrophe.
func Like(q string) string {
	return "%" + literal.Replace(Plain(q)) + "%"
}

var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `'`, `_`)
