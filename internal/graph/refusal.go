package graph

import (
	"errors"
	"net/http"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
)

// Deed is what a person asked Microsoft to do, as far as words about a failure need it.
type Deed struct {
	Needs string // what the person must be there: "the directory role Guest Inviter at this customer"
	Look  string // what to do before it is repeated where it may have been done: "Read the guests again"
	Gone  string // what it means that Microsoft does not find it; empty: the general words
}

// Refusal words why Microsoft did not do it, for the person who asked. What is no answer of Microsoft stays as it is.
func (d Deed) Refusal(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	return Worded(d.words(e), e)
}

func (d Deed) words(e *Error) error {
	ids := e.Trace()
	switch {
	case e.Unknown:
		return errs.ShowNext(errs.Timeout, "Microsoft did not say whether it was done."+ids, d.Look+" before you repeat it.")
	case e.Kind == Permission || e.Kind == Token:
		return errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this."+ids, "You need "+d.Needs+".")
	case e.Kind == Throttled:
		return errs.ShowNext(errs.Unavailable, "Microsoft has had too many requests; nothing was done."+ids, "Try again in a few minutes.")
	case e.Kind == NotFound:
		gone := d.Gone
		if gone == "" {
			gone = "Microsoft does not find it any more."
		}
		return errs.ShowNext(errs.Conflict, gone+ids, d.Look+".")
	case e.Kind == Licence:
		return errs.ShowNext(errs.Conflict, "The customer has no licence for this."+ids, "The customer has to buy it first.")
	case e.Status == http.StatusConflict || e.Status == http.StatusPreconditionFailed:
		return errs.ShowNext(errs.Conflict, "Microsoft refused it in its present state, or because of something of the same name."+ids, d.Look+", then decide.")
	case e.Kind == Refused:
		return errs.Show(errs.Invalid, "Microsoft did not take it: “"+strings.TrimSuffix(short(e.Message, 300), ".")+"”."+ids)
	}
	return errs.ShowNext(errs.Unavailable, "Microsoft does not work at the moment; nothing was done."+ids, "Try again later.")
}

// Trace names the call as Microsoft's support asks for it, as a sentence with a blank before it; empty where Microsoft gave no id.
func (e *Error) Trace() string {
	if e.RequestID == "" {
		return ""
	}
	return " Microsoft’s request id is " + e.RequestID + "."
}
