package guest

import (
	"errors"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
)

// refusals are what Microsoft says about guests in words only, without a code of its own: each with what it means here. The texts are
// Microsoft's as of 2026, in lower case.
var refusals = []struct {
	text           string
	kind           error
	sentence, next string
}{
	{"guest invitations not allowed", errs.Forbidden, "The customer does not let you invite guests.", "One of its administrators can allow it in the external collaboration settings of Microsoft Entra, or invite this person."},
	{"already exists in the directory", errs.Conflict, "That person has an account of the customer’s own already, so there is nobody to invite.", "Sign in there with that account."},
	{"invalid usage location", errs.Conflict, "Microsoft wants to know in which country the account is used before it gives a licence.", "Enter the country and try again."},
	{"does not have any available licenses", errs.Conflict, "The last seat of this licence was taken meanwhile.", "The customer can buy another seat, or free one."},
}

// refusal words why Microsoft did not do it; needs is what the person must be at the customer.
func refusal(err error, needs string) error {
	var e *graph.Error
	if errors.As(err, &e) && !e.Unknown {
		text := strings.ToLower(e.Message)
		for _, r := range refusals {
			if strings.Contains(text, r.text) {
				return graph.Worded(errs.ShowNext(r.kind, r.sentence+e.Trace(), r.next), e)
			}
		}
	}
	return graph.Deed{
		Needs: needs, Look: "Read the guests again", Gone: "The account is not in the customer’s directory: it was deleted meanwhile, or is so new that it is not found everywhere yet.",
	}.Refusal(err)
}
