package graph

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Time is a point in time as Graph writes it. Null, an empty text, one that is no time, and year 1 ("0001-01-01T00:00:00Z") are all the
// zero time: never.
type Time struct{ time.Time }

// UnmarshalJSONFrom reads it; it fails on broken JSON only.
func (t *Time) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	t.Time = time.Time{}
	if dec.PeekKind() != '"' {
		return dec.SkipValue()
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	t.Time = parseTime(tok.String())
	return nil
}

func parseTime(s string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil { // some services leave the zone out; Graph means UTC
		if at, err = time.Parse("2006-01-02T15:04:05.999999999", s); err != nil {
			return time.Time{}
		}
	}
	if at = at.UTC(); at.Year() <= 1 || at.Year() > 9999 {
		return time.Time{}
	}
	return at
}

// MarshalJSONTo writes it as Graph does; never is null.
func (t Time) MarshalJSONTo(enc *jsontext.Encoder) error {
	if t.IsZero() {
		return enc.WriteToken(jsontext.Null)
	}
	return enc.WriteToken(jsontext.String(t.UTC().Format(time.RFC3339Nano)))
}

// Int is a whole number that services write as number or as text. What is neither, or absurdly large, is 0.
type Int int64

// UnmarshalJSONFrom reads it; it fails on broken JSON only.
func (n *Int) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	text, err := numeral(dec)
	*n = parseInt(text)
	return err
}

// numeral reads what a number or a text holds; of anything else it is empty.
func numeral(dec *jsontext.Decoder) (string, error) {
	if k := dec.PeekKind(); k != '0' && k != '"' {
		return "", dec.SkipValue()
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return "", err
	}
	return tok.String(), nil
}

// Count is how many there are. What is not said, and what can be no number of things, is not none: it is not known.
type Count struct {
	N     int64
	Known bool
}

// UnmarshalJSONFrom reads it; it fails on broken JSON only.
func (n *Count) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*n = Count{}
	text, err := numeral(dec)
	if f, wrong := strconv.ParseFloat(text, 64); wrong == nil && f >= 0 && f < beyond {
		*n = Count{N: int64(f), Known: true}
	}
	return err
}

// MarshalJSONTo writes it as Graph does; what is not known is null.
func (n Count) MarshalJSONTo(enc *jsontext.Encoder) error {
	if !n.Known {
		return enc.WriteToken(jsontext.Null)
	}
	return enc.WriteToken(jsontext.Int(n.N))
}

// beyond is more than JSON's numbers tell one by one. Nothing is so large, and sums of such would be beyond what a database counts.
const beyond = 1 << 53

func parseInt(s string) Int {
	if f, err := strconv.ParseFloat(s, 64); err == nil && f > -beyond && f < beyond {
		return Int(f)
	}
	return 0
}

// Text is a text that services also write as number or truth value. Null is empty; objects and arrays keep their JSON.
type Text string

// UnmarshalJSONFrom reads it; it fails on broken JSON only.
func (t *Text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case 'n':
		*t = ""
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s, lenient); err != nil {
			return err
		}
		*t = Text(s)
	default:
		*t = Text(raw)
	}
	return nil
}

// TypeName is an @odata.type without its namespace.
func TypeName(odata string) string {
	odata = strings.TrimPrefix(odata, "#")
	return strings.TrimPrefix(odata, "microsoft.graph.")
}
