package diagnose

// Cause names what exactly failed, so that others can word it: a layer has several.
type Cause string

// The causes, in the order of the layers.
const (
	CauseUnknown        Cause = "unknown"
	CauseNoAnswer       Cause = "no-answer"
	CauseDown           Cause = "down"
	CauseBusy           Cause = "busy"
	CauseThrottled      Cause = "throttled"
	CauseSecretWrong    Cause = "secret-wrong"
	CauseSecretExpired  Cause = "secret-expired"
	CauseCertificate    Cause = "certificate"
	CauseTenantUnknown  Cause = "tenant-unknown"
	CauseAccountUnknown Cause = "account-unknown" // never was in the tenant, or chosen by mistake
	CauseAccountGone    Cause = "account-gone"    // a token is left of it
	CauseAccountOff     Cause = "account-off"
	CauseNotRedeemed    Cause = "not-redeemed"
	CauseNotAssigned    Cause = "not-assigned"
	CausePolicy         Cause = "policy" // conditional access blocks a person
	CauseProgramBlocked Cause = "program-blocked"
	CauseSecondFactor   Cause = "second-factor"
	CauseSignInAgain    Cause = "sign-in-again" // a claims challenge (continuous access evaluation)
	CauseHomeBlocks     Cause = "home-blocks"
	CauseTheyBlock      Cause = "they-block"
	CauseProgramUnknown Cause = "program-unknown"
	CauseProgramGone    Cause = "program-gone" // a token is left of it
	CauseProgramOff     Cause = "program-off"
	CauseNotAgreed      Cause = "not-agreed"
	CauseNeedsAdmin     Cause = "needs-admin"
	CauseDeclined       Cause = "declined"
	CauseTokenOld       Cause = "token-old"
	CauseTokenRefused   Cause = "token-refused"
	CauseSignInEnded    Cause = "sign-in-ended"
	CauseScopeMissing   Cause = "scope-missing"
	CauseScopeKind      Cause = "scope-kind"
	CauseScopeOrRole    Cause = "scope-or-role"
	CauseDirectoryRole  Cause = "directory-role"
	CauseIntuneRole     Cause = "intune-role"
	CauseScopeTag       Cause = "scope-tag"
	CauseGDAPEnded      Cause = "gdap-ended"
	CauseGDAPRole       Cause = "gdap-role"
	CauseGDAPGroup      Cause = "gdap-group"
	CauseUnlicensed     Cause = "unlicensed"
	CauseNoIntune       Cause = "no-intune"
	CauseServiceMissing Cause = "service-missing"
	CauseDefender       Cause = "defender"
	CauseApproval       Cause = "approval"
	CauseObjectGone     Cause = "object-gone"
	CauseRequest        Cause = "request"
	CauseTargetRefuses  Cause = "target-refuses" // an application does not let Microsoft in
	CauseConflict       Cause = "conflict"
)

// Told are the causes that somebody has to be told of. The others pass by themselves, or whoever met them mends them.
func Told() []Cause {
	return []Cause{CauseSecretWrong, CauseSecretExpired, CauseCertificate, CauseAccountUnknown, CauseAccountGone, CauseAccountOff, CauseNotAssigned, CausePolicy, CauseProgramBlocked,
		CauseHomeBlocks, CauseTheyBlock, CauseProgramUnknown, CauseProgramGone, CauseProgramOff, CauseNotAgreed, CauseNeedsAdmin, CauseDeclined, CauseScopeMissing, CauseScopeKind,
		CauseScopeOrRole, CauseDirectoryRole, CauseIntuneRole, CauseScopeTag, CauseGDAPEnded, CauseGDAPRole, CauseGDAPGroup, CauseUnlicensed, CauseNoIntune, CauseServiceMissing,
		CauseDefender, CauseApproval, CauseRequest}
}
