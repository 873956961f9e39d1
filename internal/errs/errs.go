// Package errs names the kinds of failure that the portal tells apart, and carries the sentence that a person may read. A panic that nobody else would
// catch becomes an error here, too.
//
// It holds no texts of its own and knows neither HTTP nor SQL: web/page maps a kind to a status, stores map rows to kinds.
package errs

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// The kinds. Test with errors.Is; wrap with %w.
var (
	NotFound     = errors.New("not found")              // no such row, or one of another tenant
	Invalid      = errors.New("invalid")                // the input cannot be taken as it is
	Forbidden    = errors.New("forbidden")              // known, but this person may not
	Conflict     = errors.New("conflict")               // the state changed meanwhile
	Gone         = errors.New("gone")                   // was there, is over: a link that expired, was used or withdrawn
	Unauthorised = errors.New("not signed in")          // a sign-in is needed first
	TooMany      = errors.New("too many requests")      // a limit per address or person was reached
	Unavailable  = errors.New("unavailable")            // a service that we depend on does not answer; trying again may help
	BadGateway   = errors.New("bad upstream answer")    // a service that we depend on answered nonsense
	Timeout      = errors.New("upstream took too long") // a service that we depend on did not answer in time
	TooLarge     = errors.New("too large")              // the form or the address is longer than any honest one
)

// Shown is an error with a sentence for the person in front of the screen.
type Shown struct {
	Kind     error  // one of the kinds above
	Sentence string // what happened, in plain words
	Next     string // what to do now; may be empty
}

// Error is the sentence, for logs.
func (e *Shown) Error() string { return e.Kind.Error() + ": " + e.Sentence }

// Unwrap gives the kind, so that errors.Is finds it.
func (e *Shown) Unwrap() error { return e.Kind }

// Show is an error of that kind whose sentence may be shown.
func Show(kind error, sentence string) error { return &Shown{Kind: kind, Sentence: sentence} }

// ShowNext also says what to do now.
func ShowNext(kind error, sentence, next string) error {
	return &Shown{Kind: kind, Sentence: sentence, Next: next}
}

// Sentence finds what may be shown of err; ok is false where nothing may.
func Sentence(err error) (sentence, next string, ok bool) {
	var s *Shown
	if errors.As(err, &s) {
		return s.Sentence, s.Next, true
	}
	return "", "", false
}

// Caught makes an error of a panic, with where it happened. To be deferred in a goroutine that is no request's, where a panic would take the whole
// process with it.
func Caught(err *error, doing string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic in %s: %v\n%s", doing, p, debug.Stack())
	}
}
