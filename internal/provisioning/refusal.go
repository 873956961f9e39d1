package provisioning

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
)

// refusal words why Microsoft did not do it, or could not be read, and quotes what it says. What is no answer of Microsoft stays as it is.
func refusal(err error, action string) error {
	var e *graph.Error
	if !errors.As(err, &e) {
		return err
	}
	said := words(e, action)
	var s *errs.Shown
	if !errors.As(said, &s) {
		return said
	}
	sentence, next := s.Sentence, s.Next
	if e.Message != "" && e.Status != 0 && !strings.Contains(sentence, "“") { // without an answer the message is the portal’s own
		sentence += " Microsoft says: “" + strings.TrimSuffix(cut(e.Message, 400), ".") + "”."
	}
	if e.Kind == graph.Throttled && e.RetryAfter > 0 {
		next = fmt.Sprintf("Try again in %d min, as Microsoft asks.", (e.RetryAfter+time.Minute-1)/time.Minute)
	}
	return graph.Worded(errs.ShowNext(s.Kind, sentence, next), e)
}

func words(e *graph.Error, action string) error {
	switch {
	case e.Unknown:
	case !e.Delegated && (e.Kind == graph.Permission || e.Kind == graph.Token): // the portal's own reading
		return errs.ShowNext(errs.Forbidden, "The portal may not read this at the customer."+e.Trace(), "Ask its administrator for Application.Read.All and Synchronization.Read.All with a new consent link.")
	case action == tested && e.Kind == graph.Refused:
		return errs.ShowNext(errs.Invalid, "The application did not let Microsoft in with these credentials."+e.Trace(), "Compare them with what the application shows its administrator, and enter them again.")
	case action == "provisioning.job.made" && e.Status == http.StatusConflict:
		return errs.ShowNext(errs.Conflict, "A job of this kind exists already."+e.Trace(), "Go on with the one that is there.")
	}
	return graph.Deed{
		Needs: Needs, Look: "Open the page again to see what is there",
		Gone: "Microsoft does not find the application or its job: it was deleted meanwhile, or is so new that it is not found everywhere yet.",
	}.Refusal(e)
}

// preceded has a failure say something before it says what happened. A sign-in that is missing says where.
func preceded(by string, err error) error {
	var shown *errs.Shown
	if !errors.As(err, &shown) || errors.Is(err, errs.Unauthorised) {
		return err
	}
	return fmt.Errorf("%w (%w)", errs.ShowNext(shown.Kind, by+shown.Sentence, shown.Next), err)
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
