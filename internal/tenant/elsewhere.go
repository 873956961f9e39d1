package tenant

import "github.com/tenantry/tenantry/internal/errs"

// SignInNeeded refuses what a person can only do with a sign-in of their own at that tenant's authority. It is errs.Unauthorised; pages
// lead to that sign-in and back.
type SignInNeeded struct {
	Tenant ID
	Anew   bool // there is a sign-in, but who it is must be proven again
	Shown  *errs.Shown
}

// NeedSignIn is a SignInNeeded with what to tell the person.
func NeedSignIn(tid ID, sentence, next string) error {
	return &SignInNeeded{Tenant: tid, Shown: &errs.Shown{Kind: errs.Unauthorised, Sentence: sentence, Next: next}}
}

// NotSignedIn is a SignInNeeded of somebody who has no sign-in there.
func NotSignedIn(tid ID) error {
	return NeedSignIn(tid, "You are not signed in at this tenant.", "Sign in there first.")
}

// NeedProof is a SignInNeeded of somebody who is signed in there, but proved too long ago who they are.
func NeedProof(tid ID, sentence, next string) error {
	return &SignInNeeded{Tenant: tid, Anew: true, Shown: &errs.Shown{Kind: errs.Unauthorised, Sentence: sentence, Next: next}}
}

// Error is the sentence, for logs.
func (e *SignInNeeded) Error() string { return e.Shown.Error() }

// Unwrap gives the sentence and its kind.
func (e *SignInNeeded) Unwrap() error { return e.Shown }
