package entra

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
)

// Explanation is an AADSTS code in our words: Microsoft's own text may carry anything and is never shown.
type Explanation struct {
	Kind     error  // one of errs' kinds
	Sentence string // what happened
	Next     string // what to do now, and who can
}

// Explain finds the words for a code; ok is false where we have none.
func Explain(code int) (Explanation, bool) {
	e, ok := explanations[code]
	return e, ok
}

const (
	askInvitation = "Ask the customer's administrator for an invitation, or choose another account."
	signInAgain   = "Start the sign-in again."
	askOwner      = "Tell an owner of this portal: nobody can sign in until the application registration is put right."
	askTheirAdmin = "Ask that company's administrator. The rule is theirs; this portal cannot change it."
	tryLater      = "Try again in a few minutes."
)

// explanations follow Microsoft's list of AADSTS codes (facts: "Microsoft Entra authentication and authorization error codes").
var explanations = func() map[int]Explanation {
	m := map[int]Explanation{}
	for _, row := range []struct {
		codes []int
		kind  error
		what  string
		next  string
	}{
		{[]int{16000, 16003, 50020, 50034, 51004, 90072}, errs.Forbidden, "Your account does not exist in this company's tenant.", askInvitation},
		{[]int{50177}, errs.Forbidden, "Your account reaches this tenant as partner, and the tenant asks for a check that such accounts cannot pass.", askTheirAdmin},
		{[]int{50014}, errs.Forbidden, "You were invited to this tenant and have not accepted the invitation yet.", "Open the invitation mail and accept it, then sign in again."},
		{[]int{500208}, errs.Forbidden, "This kind of account may not sign in to this tenant.", "Sign in with a work account."},
		{[]int{500212}, errs.Forbidden, "Your own company does not allow its people to sign in to this tenant.", "Ask your own administrator to allow it in the cross-tenant access settings."},
		{[]int{500213, 500021, 500022}, errs.Forbidden, "This tenant does not let people of your company sign in.", askTheirAdmin},
		{[]int{50053}, errs.Forbidden, "Microsoft has locked the account or blocked the address for a while.", tryLater},
		{[]int{50057}, errs.Forbidden, "The account is disabled.", askTheirAdmin},
		{[]int{500341}, errs.Forbidden, "The account was deleted.", askTheirAdmin},
		{[]int{50072, 50074, 50076, 50078, 50079, 50203}, errs.Forbidden, "Microsoft wants to check your identity once more.", signInAgain},
		{[]int{50085, 50089, 50132, 50133, 50173, 70000, 70008, 700081, 700082, 700083, 700084, 70043, 50013}, errs.Invalid, "The sign-in has ended.", signInAgain},
		{[]int{50097, 50129, 50131, 50155, 53000, 53001, 53002, 530003}, errs.Forbidden, "The company allows sign-in only from devices that it manages.", "Sign in from a managed device, or ask that company's administrator."},
		{[]int{50105}, errs.Forbidden, "Your account is not assigned to this application.", "Ask your administrator to assign you in Enterprise applications, Users and groups."},
		{[]int{53003, 530032, 530034, 530035}, errs.Forbidden, "A Conditional Access rule of the company blocks this sign-in.", askTheirAdmin},
		{[]int{50147, 501481, 501491}, errs.Invalid, "The answer does not belong to the sign-in that was started here.", signInAgain},
		{[]int{54005}, errs.Invalid, "This answer was already used.", signInAgain},
		{[]int{700005}, errs.Invalid, "The answer belongs to another tenant than the one you started at.", signInAgain},
		{[]int{65001}, errs.Forbidden, "This application has not been given the permission in this tenant.", "Ask the company's administrator to consent, or accept the permissions when you sign in."},
		{[]int{65004}, errs.Forbidden, "The permissions were declined at Microsoft, so nobody was signed in.", "Start the sign-in again if you want to accept them."},
		{[]int{90093, 90094, 90095}, errs.Forbidden, "This tenant wants an administrator to approve the application first.", "Ask the company's administrator; your partner can send them a consent link."},
		{[]int{65005, 650052, 650053, 650056, 650057, 500011, 50001, 70011, 700022, 700023, 28002, 28003, 1002012}, errs.Forbidden, "The service that was asked for is not available in this tenant.", askOwner},
		{[]int{70001, 700011, 700016, 7000229, 650051}, errs.Forbidden, "This application is not installed in this tenant.", "Ask the company's administrator to consent first; your partner can send them a consent link."},
		{[]int{7000112}, errs.Forbidden, "This application is switched off in this tenant.", "Ask the company's administrator to enable it in Enterprise applications."},
		{[]int{7000215, 7000218, 70002}, errs.Forbidden, "Microsoft does not accept this portal's own secret.", askOwner},
		{[]int{7000222}, errs.Forbidden, "This portal's own secret has expired.", askOwner},
		{[]int{50012, 700027, 70021}, errs.Forbidden, "Microsoft does not accept this portal's own certificate.", askOwner},
		{[]int{50011, 500113}, errs.Forbidden, "This portal's return address is not registered at Microsoft.", askOwner},
		{[]int{50194, 700054, 70005, 9002327, 50059, 50128, 90019, 9001023, 9002313, 900144, 90014}, errs.Forbidden, "The application registration does not allow this kind of sign-in.", askOwner},
		{[]int{90002, 90023, 900023}, errs.NotFound, "Microsoft knows no tenant of this name or number.", "Check the spelling of the domain."},
		{[]int{90038, 900382, 900432}, errs.Invalid, "This tenant lives in another Microsoft cloud.", "A portal serves the tenants of one cloud."},
		{[]int{5000224}, errs.Forbidden, "This tenant was suspended or deleted.", askTheirAdmin},
		{[]int{90099}, errs.Forbidden, "The application is not approved in this tenant for partner access.", "Create a consent link for this customer."},
		{[]int{90006, 90012, 90024, 90033}, errs.Unavailable, "Microsoft's sign-in service has a passing fault.", tryLater},
		{[]int{90055, 50196}, errs.Unavailable, "Microsoft asks to slow down.", tryLater},
		{[]int{90015, 900561}, errs.Invalid, "Microsoft could not read the request.", signInAgain},
	} {
		for _, code := range row.codes {
			m[code] = Explanation{row.kind, row.what, row.next}
		}
	}
	return m
}()

// oauthWords are for answers with an error word and no number that we know.
var oauthWords = map[string]Explanation{
	"access_denied":           {errs.Forbidden, "The sign-in was cancelled or declined at Microsoft.", "Start it again if you want to sign in."},
	"consent_required":        {errs.Forbidden, "Permissions that this application needs were not given.", "Accept them at sign-in, or ask the company's administrator."},
	"interaction_required":    {errs.Forbidden, "Microsoft wants you to sign in again.", signInAgain},
	"login_required":          {errs.Forbidden, "Microsoft wants you to sign in again.", signInAgain},
	"invalid_grant":           {errs.Invalid, "Microsoft does not accept this answer any more.", signInAgain},
	"temporarily_unavailable": {errs.Unavailable, "Microsoft's sign-in service has a passing fault.", tryLater},
	"server_error":            {errs.Unavailable, "Microsoft's sign-in service has a passing fault.", tryLater},
	"invalid_client":          {errs.Forbidden, "Microsoft does not accept this portal's own credential.", askOwner},
	"unauthorized_client":     {errs.Forbidden, "This application is not installed in this tenant.", "Ask the company's administrator to consent first."},
}

// Words puts what Exchange, Refresh, Discover or AppToken returned into an error that may be shown. The cause stays inside for logs.
func Words(err error) error {
	var e *Error
	var r *Refusal
	switch {
	case errors.As(err, &e):
		x := e.explanation()
		return &worded{shown: errs.Shown{Kind: x.Kind, Sentence: x.Sentence, Next: x.Next + e.reference()}, cause: err}
	case errors.As(err, &r):
		return &worded{shown: errs.Shown{Kind: errs.Invalid, Sentence: r.sentence(), Next: signInAgain}, cause: err}
	}
	return err
}

// What is read of the text that comes with an error in the browser's address: the number, and what an administrator finds the sign-in by.
var (
	aadstsForm      = regexp.MustCompile(`AADSTS([0-9]{4,8})`)
	correlationForm = regexp.MustCompile(`Correlation ID: ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})`)
	timestampForm   = regexp.MustCompile(`Timestamp: ([0-9: Z-]{20})`)
)

// WordsFor is Words for an error that came back in the browser's address: an OAuth error word and Microsoft's description.
func WordsFor(oauth, description string) error {
	e := &Error{OAuth: word(oauth), kind: errs.Invalid}
	if m := aadstsForm.FindStringSubmatch(description); m != nil {
		e.Code, _ = strconv.Atoi(m[1])
	}
	if m := correlationForm.FindStringSubmatch(description); m != nil {
		e.CorrelationID = m[1]
	}
	if m := timestampForm.FindStringSubmatch(description); m != nil {
		e.At, _ = time.Parse("2006-01-02 15:04:05Z", m[1])
	}
	return Words(e)
}

// reference is what whoever helps finds the refusal by in the sign-in log of Microsoft Entra; empty where Microsoft gave no number.
func (e *Error) reference() string {
	if e.Code == 0 {
		return ""
	}
	parts := []string{"AADSTS" + strconv.Itoa(e.Code)}
	if e.CorrelationID != "" {
		parts = append(parts, "correlation id "+e.CorrelationID)
	}
	if !e.At.IsZero() {
		parts = append(parts, e.At.UTC().Format("2 Jan 2006 15:04:05 UTC"))
	}
	return " Microsoft's reference for whoever helps: " + strings.Join(parts, ", ") + "."
}

func (e *Error) explanation() Explanation {
	if x, ok := Explain(e.Code); ok {
		return x
	}
	switch {
	case errors.Is(e.kind, errs.Timeout):
		return Explanation{errs.Timeout, "Microsoft did not answer in time.", tryLater}
	case errors.Is(e.kind, errs.BadGateway):
		return Explanation{errs.BadGateway, "Microsoft's sign-in service gave an answer that makes no sense.", tryLater}
	}
	if x, ok := oauthWords[e.OAuth]; ok {
		return x
	}
	if errors.Is(e.kind, errs.Unavailable) {
		return Explanation{errs.Unavailable, "Microsoft's sign-in service cannot be reached.", tryLater}
	}
	return Explanation{errs.Invalid, "Microsoft refused the sign-in.", signInAgain}
}

// sentence says what a person can do something about: clocks. All other refusals read alike, so that they teach an attacker nothing.
func (r *Refusal) sentence() string {
	switch r.Check {
	case "iat", "exp", "nbf":
		return "The time of the sign-in does not fit: the clock of this portal or Microsoft's is wrong."
	}
	return "The answer from Microsoft did not pass this portal's checks, so nobody was signed in."
}

// worded shows a sentence and keeps the cause for logs.
type worded struct {
	shown errs.Shown
	cause error
}

func (w *worded) Error() string   { return w.cause.Error() }
func (w *worded) Unwrap() []error { return []error{&w.shown} }

// As finds the cause (an *Error or a *Refusal); errors.Is tells the kind that is shown, which may be another than the cause's.
func (w *worded) As(target any) bool { return errors.As(w.cause, target) }
