package graph

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
)

// TestRefusals: each way in which a change fails is worded for the person who asked, with what helps, under one kind only.
func TestRefusals(t *testing.T) {
	d := Deed{Needs: "the role X", Look: "Read the list again"}
	for name, tc := range map[string]struct {
		e    Error
		kind error
		says string
	}{
		"not known":       {Error{Kind: Unavailable, Unknown: true}, errs.Timeout, "did not say whether it was done. Read the list again before you repeat it."},
		"no role":         {Error{Kind: Permission, RequestID: "r-1"}, errs.Forbidden, "Microsoft’s request id is r-1. You need the role X."},
		"throttled":       {Error{Kind: Throttled}, errs.Unavailable, "nothing was done. Try again in a few minutes."},
		"gone":            {Error{Kind: NotFound, Status: 404}, errs.Conflict, "does not find it any more. Read the list again."},
		"no licence":      {Error{Kind: Licence}, errs.Conflict, "has no licence"},
		"changed since":   {Error{Kind: Refused, Status: 412}, errs.Conflict, "in its present state"},
		"not taken":       {Error{Kind: Refused, Status: 400, Message: "The name is taken."}, errs.Invalid, "“The name is taken”."},
		"out of order":    {Error{Kind: Unavailable}, errs.Unavailable, "Try again later."},
		"never sent, too": {Error{Kind: Token}, errs.Forbidden, "You need the role X."},
	} {
		err := d.Refusal(&tc.e)
		sentence, next, _ := errs.Sentence(err)
		if !errors.Is(err, tc.kind) || !strings.Contains(sentence+" "+next, tc.says) {
			t.Errorf("%s: %v, %q %q", name, err, sentence, next)
		}
		for _, other := range []error{errs.Forbidden, errs.Conflict, errs.Invalid, errs.Timeout, errs.Unavailable, errs.NotFound, errs.BadGateway} {
			if other != tc.kind && errors.Is(err, other) {
				t.Errorf("%s is %v too", name, other)
			}
		}
	}
	if ours := errors.New("ours"); d.Refusal(ours) != ours || d.Refusal(nil) != nil {
		t.Error("what is no answer of Microsoft is worded")
	}
	d.Gone = "The account was deleted."
	if sentence, _, _ := errs.Sentence(d.Refusal(&Error{Kind: NotFound})); sentence != d.Gone {
		t.Errorf("gone: %q", sentence)
	}
}
