package page

import (
	"context"
	"errors"

	"github.com/tenantry/tenantry/internal/errs"
)

// words are what a person reads about a kind of failure when the error brings no sentence of its own.
type words struct {
	status              int
	heading, what, next string
	signIn              string // where a sign-in that is needed can be had; empty: at home
	doctor              string // the page that says what is behind it
	behind              *Behind
}

// kinds is the one table from kind to status. The first that matches counts.
var kinds = []struct {
	kind error
	words
}{
	{errs.Unauthorised, words{401, "You are not signed in", "This page needs a sign-in.", "Sign in and open it again.", "", "", nil}},
	{errs.NotFound, words{404, "Nothing is here", "There is no such page, or it belongs to a customer that you may not see.", "Check the address, or search for what you need.", "", "", nil}},
	{errs.Gone, words{410, "This is over", "What stood here has expired or was used already.", "Ask whoever sent you the link for a new one.", "", "", nil}},
	{errs.Forbidden, words{403, "You may not do this", "Your role does not include it.", "Ask an owner of the portal if you need it.", "", "", nil}},
	{errs.TooLarge, words{413, "That is too large", "The request is larger than this page takes.", "Send less, or in parts.", "", "", nil}},
	{errs.TooMany, words{429, "Too many requests", "Your address sent more requests than the portal takes in a minute.", "Wait a minute, then try again.", "", "", nil}},
	{errs.Conflict, words{409, "It changed meanwhile", "Someone or something else changed this since the page was made.", "Open the page again and repeat what you wanted.", "", "", nil}},
	{errs.Invalid, words{400, "That cannot be used", "The request holds something that this page does not take.", "Go back and correct it.", "", "", nil}},
	{errs.Timeout, words{504, "Microsoft took too long", "Microsoft did not answer in time.", "Try again in a minute.", "", "", nil}},
	{errs.BadGateway, words{502, "Microsoft's answer cannot be used", "Microsoft answered something that the portal cannot use.", "Try again in a minute.", "", "", nil}},
	{errs.Unavailable, words{503, "Not available at the moment", "A service that this page needs does not answer.", "Try again in a minute.", "", "", nil}},
	{context.DeadlineExceeded, words{503, "That took too long", "The portal did not finish in time.", "Try again in a minute.", "", "", nil}},
}

var unknown = words{500, "Something went wrong", "The portal made a mistake. Nothing was lost.", "Try again. If it stays, tell support the number below.", "", "", nil}

// wordsFor finds the words of an error; known is false for a fault of our own, which is the only thing that is logged as an error.
func wordsFor(err error) (w words, known bool) {
	w = unknown
	for _, k := range kinds {
		if errors.Is(err, k.kind) {
			w, known = k.words, true
			break
		}
	}
	if sentence, next, ok := errs.Sentence(err); ok && known {
		w.what = sentence
		if next != "" {
			w.next = next
		}
	}
	return w, known
}

// StatusOf is the status that an error leads to.
func StatusOf(err error) int {
	w, _ := wordsFor(err)
	return w.status
}
