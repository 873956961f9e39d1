package graph

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// decodePage walks a page and hands each object on as it is decoded; rows is the JSON of all. A row with a value of a wrong type is read field
// by field, and keeps what can be read; a page that is not JSON, or has no value, or has a row that is no object, is an error.
func decodePage[T any](body []byte, k *call, each func(T) error) (next string, rows []byte, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), lenient)
	nonsense := func(err error) error {
		e := bad(k, "not the JSON of a page")
		e.cause, e.cut = err, errors.Is(err, io.ErrUnexpectedEOF)
		return e
	}
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return "", nil, nonsense(err)
	}
	found := false
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return "", nil, nonsense(err)
		}
		switch name.String() {
		case "@odata.nextLink":
			tok, err := dec.ReadToken()
			switch {
			case err == nil && tok.Kind() == '"':
				next = tok.String()
			case err != nil || tok.Kind() != 'n': // null says that there is none
				return "", nil, nonsense(err)
			}
		case "value":
			if dec.PeekKind() != '[' || found {
				return "", nil, nonsense(errors.New("value is not one array"))
			}
			found = true
			from := dec.InputOffset()
			if dec, err = decodeRows(body, dec, each); err != nil {
				var syn *jsontext.SyntacticError
				if errors.As(err, &syn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errNoRow) {
					return "", nil, nonsense(err)
				}
				return "", nil, err
			}
			rows = body[from:dec.InputOffset()]
		default:
			if err := dec.SkipValue(); err != nil {
				return "", nil, nonsense(err)
			}
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return "", nil, nonsense(err)
	}
	if !found {
		return "", nil, nonsense(errors.New("no value"))
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return "", nil, nonsense(errors.New("more behind the page"))
	}
	return next, rows, nil
}

// errNoRow is what stands among the rows and is no object: nothing tells what was there.
var errNoRow = errors.New("a row is no object")

// decodeRows reads the array. A value of a wrong type leaves the decoder in the middle of a row, so the walk then starts again behind
// the rows that were handed on, and takes the rest of the page row by row.
func decodeRows[T any](body []byte, dec *jsontext.Decoder, each func(T) error) (*jsontext.Decoder, error) {
	if _, err := dec.ReadToken(); err != nil {
		return dec, err
	}
	for n := 0; dec.PeekKind() != ']'; n++ {
		if k := dec.PeekKind(); k != '{' && k != jsontext.KindInvalid {
			return dec, errNoRow
		}
		var v T
		err := json.UnmarshalDecode(dec, &v, lenient)
		var semantic *json.SemanticError
		if errors.As(err, &semantic) {
			return decodeSlowly(body, n, each)
		}
		if err != nil {
			return dec, err
		}
		if err := each(v); err != nil {
			return dec, err
		}
	}
	_, err := dec.ReadToken()
	return dec, err
}

func decodeSlowly[T any](body []byte, done int, each func(T) error) (*jsontext.Decoder, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), lenient)
	if _, err := dec.ReadToken(); err != nil {
		return dec, err
	}
	for {
		name, err := dec.ReadToken()
		if err != nil {
			return dec, err
		}
		if name.String() == "value" {
			break
		}
		if err := dec.SkipValue(); err != nil {
			return dec, err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return dec, err
	}
	for n := 0; dec.PeekKind() != ']'; n++ {
		raw, err := dec.ReadValue()
		if err != nil {
			return dec, err
		}
		if n < done {
			continue
		}
		if raw.Kind() != '{' {
			return dec, errNoRow
		}
		var v T
		if json.Unmarshal(raw, &v, lenient) != nil {
			v = fieldByField[T](raw)
		}
		if err := each(v); err != nil {
			return dec, err
		}
	}
	_, err := dec.ReadToken()
	return dec, err
}

// coerced reads what can be read of values of another type than they should have, however deep: a number for a text as text, a text for a
// number as number; what makes no sense is left out, and all beside it is kept.
var coerced = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v any) error {
	to := reflect.ValueOf(v)
	if _, own := v.(json.UnmarshalerFrom); own || to.Kind() != reflect.Pointer {
		return errors.ErrUnsupported
	}
	is := dec.PeekKind()
	switch to = to.Elem(); to.Kind() {
	case reflect.String:
		if is != '0' && is != 't' && is != 'f' {
			break
		}
		raw, err := dec.ReadValue()
		to.SetString(string(raw))
		return err
	case reflect.Bool:
		if is != '"' {
			break
		}
		tok, err := dec.ReadToken()
		if err == nil {
			to.SetBool(strings.EqualFold(tok.String(), "true"))
		}
		return err
	}
	if fits, known := kinds[to.Kind()]; known && is != 'n' && is != jsontext.KindInvalid && !strings.ContainsRune(fits, rune(is)) {
		return dec.SkipValue()
	}
	return errors.ErrUnsupported
}))

// kinds are those of JSON that a kind of Go's takes.
var kinds = map[reflect.Kind]string{
	reflect.String: `"`, reflect.Bool: "tf", reflect.Struct: "{", reflect.Map: "{", reflect.Slice: "[", reflect.Int: "0", reflect.Int64: "0", reflect.Int32: "0", reflect.Float64: "0",
}

// fieldByField keeps the fields that can be read of a row where some cannot.
func fieldByField[T any](raw jsontext.Value) (v T) {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), lenient)
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return v
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadValue()
		if err != nil {
			return v
		}
		name = bytes.Clone(name)
		value, err := dec.ReadValue()
		if err != nil {
			return v
		}
		one := fmt.Appendf(nil, "{%s:%s}", name, value)
		before := v
		if json.Unmarshal(one, &v, lenient, coerced) != nil {
			v = before
		}
	}
	return v
}

// onlyError tells an answer that is an error whatever its status says.
func onlyError(body []byte) bool {
	var members map[string]jsontext.Value
	return len(body) < 64<<10 && json.Unmarshal(body, &members, lenient) == nil && len(members) == 1 && members["error"].Kind() == '{'
}
