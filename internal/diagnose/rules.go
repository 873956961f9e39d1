package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/permission"
)

// rule is one cause. The first whose when holds is the answer, so the certain ones stand first.
type rule struct {
	when func(Failure) bool
	find func(Failure) Finding
}

var rules = []rule{
	{func(f Failure) bool { return f.NoAnswer }, fixed(Finding{
		Cause: CauseNoAnswer, Layer: LayerNetwork, Who: Nobody, Confidence: Likely, Verdict: "Microsoft did not answer in time.",
		Remedy: "Wait. The portal tries again by itself.", Useless: "A new consent or another role.",
	})},
	{func(f Failure) bool { return f.Challenge && f.Kind == permission.Application }, fixed(Finding{
		Cause: CauseProgramBlocked, Layer: LayerCondition, Who: Customer, Confidence: Likely, Verdict: "A Conditional Access policy of the tenant ended the portal's token: Microsoft takes no new one from here either.",
		Remedy: "An administrator looks into the service principal sign-ins of Microsoft Entra for the policy's name and decides on an exception.", Useless: "A new consent or another role.",
	})},
	{func(f Failure) bool { return f.Challenge }, fixed(Finding{
		Cause: CauseSignInAgain, Layer: LayerCondition, Who: Staff, Confidence: Certain, Verdict: "Microsoft asks the person to sign in again: something about the sign-in changed since.",
		Remedy: "Sign in again at this tenant, then repeat it.", Useless: "A new consent or another role.",
	})},
	{aadsts(7000215, 7000222, 7000218, 70002, 700027, 50012), func(f Failure) Finding {
		found := Finding{Cause: CauseSecretWrong, Layer: LayerApp, Who: Owner, Confidence: Certain, Verdict: "Entra does not take our secret.",
			Remedy: "Check the client secret in the settings: its value, not its id. Then run tenantry doctor.", Useless: "A new consent. Every customer is affected, not only this one."}
		switch f.AADSTS {
		case 7000222:
			found.Cause, found.Verdict, found.Remedy = CauseSecretExpired, "Our client secret has expired.", "Make a new secret or, better, a certificate in the app registration, and put it into the settings."
		case 700027:
			found.Cause, found.Verdict, found.Remedy, found.Confidence = CauseCertificate, "Entra does not know our certificate.", "If it was replaced within the last minutes, wait. Otherwise upload it to the app registration.", Likely
		}
		return found
	}},
	{aadsts(700016, 7000229, 70001, 700011), func(f Failure) Finding {
		return Finding{Cause: CauseProgramUnknown, Layer: LayerConsent, Who: Customer, Confidence: Likely, Verdict: "The tenant does not know our program: consent was not given, was withdrawn, or is on its way.",
			Remedy: "An administrator of the customer opens a new consent link. Within an hour of a consent, wait first.", Useless: "Changing roles or licences."}
	}},
	{aadsts(7000112), fixed(Finding{
		Cause: CauseProgramOff, Layer: LayerConsent, Who: Customer, Confidence: Certain, Verdict: "Our program is switched off in the tenant.",
		Remedy: "An administrator enables sign-in for it in Microsoft Entra under Enterprise applications.",
	})},
	{aadsts(65001, 90099), func(f Failure) Finding {
		return Finding{Cause: CauseNotAgreed, Layer: LayerConsent, Who: Customer, Confidence: Certain, Verdict: "Nobody in the tenant has agreed to what this call needs.",
			Remedy: "An administrator of the customer opens a new consent link.", Useless: "Signing in again."}
	}},
	{aadsts(90094, 90095, 90093), fixed(Finding{
		Cause: CauseNeedsAdmin, Layer: LayerConsent, Who: Customer, Confidence: Certain, Verdict: "Only an administrator of the tenant may agree to this.",
		Remedy: "Send the consent link to a Global Administrator of the customer.",
	})},
	{aadsts(65004), fixed(Finding{
		Cause: CauseDeclined, Layer: LayerConsent, Who: Customer, Confidence: Certain, Verdict: "Consent was declined.", Remedy: "Ask the customer whether they want it, and send a new link if so.",
	})},
	{aadsts(90002, 90038, 90023, 900023, 5000224), fixed(Finding{
		Cause: CauseTenantUnknown, Layer: LayerTenant, Who: Staff, Confidence: Certain, Verdict: "Microsoft knows no such tenant in this cloud, or it was deleted.",
		Remedy: "Check the tenant's GUID with the customer. A tenant of another national cloud needs a portal of its own.",
	})},
	{func(f Failure) bool { return aadsts(50020, 50034, 16000, 16003)(f) && f.ended() }, gdapEnded},
	{aadsts(50020, 16000, 16003, 50034, 51004, 90072, 50177), fixed(Finding{
		Cause: CauseAccountUnknown, Layer: LayerAccount, Who: Customer, Confidence: Likely, Verdict: "The account that signed in is not in this tenant.",
		Remedy: "Invite it as a guest, or assign it through GDAP. If it was chosen by mistake, sign in with the other account.",
	})},
	{aadsts(50014), fixed(Finding{
		Cause: CauseNotRedeemed, Layer: LayerAccount, Who: Staff, Confidence: Certain, Verdict: "The invitation to this tenant was not redeemed yet.", Remedy: "Open the invitation and accept it, then sign in again.",
	})},
	{aadsts(50057, 500341), fixed(Finding{
		Cause: CauseAccountOff, Layer: LayerAccount, Who: Customer, Confidence: Certain, Verdict: "The account is disabled or deleted in this tenant.", Remedy: "An administrator of the tenant enables it again.",
	})},
	{aadsts(50105), fixed(Finding{
		Cause: CauseNotAssigned, Layer: LayerAccount, Who: Customer, Confidence: Certain, Verdict: "The account is not assigned to our program in this tenant.", Remedy: "An administrator assigns it in Microsoft Entra under Enterprise applications, Users and groups.",
	})},
	{aadsts(53003, 53000, 53001, 53002, 50097, 50131, 530003, 530032, 530034, 530035), fixed(Finding{
		Cause: CausePolicy, Layer: LayerCondition, Who: Customer, Confidence: Certain, Verdict: "A Conditional Access policy of the tenant blocked it.",
		Remedy: "An administrator looks into the sign-in log of Microsoft Entra for the policy's name and decides on an exception.", Useless: "Signing in again and again.",
	})},
	{aadsts(500212), fixed(Finding{
		Cause: CauseHomeBlocks, Layer: LayerCondition, Who: Owner, Confidence: Certain, Verdict: "The partner's own tenant does not let its people sign in at this customer.",
		Remedy: "An administrator of the partner allows it in the cross-tenant access settings of Microsoft Entra, outbound.", Useless: "A new consent or another role.",
	})},
	{aadsts(500213, 500021, 500022), fixed(Finding{
		Cause: CauseTheyBlock, Layer: LayerCondition, Who: Customer, Confidence: Certain, Verdict: "The tenant does not let people of the partner sign in.",
		Remedy: "An administrator allows it in the cross-tenant access settings of Microsoft Entra, inbound.", Useless: "A new consent or another role.",
	})},
	{aadsts(50072, 50074, 50076, 50078, 50079, 50203), fixed(Finding{
		Cause: CauseSecondFactor, Layer: LayerCondition, Who: Staff, Confidence: Certain, Verdict: "The tenant asks for a second factor.", Remedy: "Sign in again at this tenant and complete it.",
	})},
	{aadsts(50173, 70008, 700081, 700082, 700083, 700084, 70043, 70000, 50089, 50132, 50133), fixed(Finding{
		Cause: CauseSignInEnded, Layer: LayerToken, Who: Staff, Confidence: Certain, Verdict: "The sign-in at this tenant has ended.", Remedy: "Sign in again at this tenant.",
	})},
	{aadsts(500011, 650052), fixed(Finding{
		Cause: CauseServiceMissing, Layer: LayerLicence, Who: Customer, Confidence: Likely, Verdict: "The tenant does not have the service that this call is for.", Remedy: "Check the tenant's licences. Without one this stays empty, and that is in order.",
	})},
	{aadsts(90033, 90006, 90024, 90012, 90055, 50196), fixed(Finding{
		Cause: CauseBusy, Layer: LayerNetwork, Who: Nobody, Confidence: Certain, Verdict: "Entra is busy at the moment.", Remedy: "Wait. The portal tries again by itself.",
	})},
	{func(f Failure) bool { return f.Approval }, fixed(Finding{
		Cause: CauseApproval, Layer: LayerApproval, Who: Customer, Confidence: Certain, Verdict: "Intune waits for a second administrator of the tenant.", Remedy: "A second administrator approves it in the Intune admin centre within three days.",
	})},
	{func(f Failure) bool { return f.AADSTS != 0 }, unknown},

	{func(f Failure) bool {
		return f.Status == 429 || f.Code == "TooManyRequests" || f.Code == "activityLimitReached" || f.Code == "throttledRequest"
	}, fixed(Finding{
		Cause: CauseThrottled, Layer: LayerThrottle, Who: Nobody, Confidence: Certain, Verdict: "Microsoft asked us to slow down.", Remedy: "Wait. The portal goes on when Microsoft allows it.",
	})},
	{func(f Failure) bool { return f.Status >= 500 }, fixed(Finding{
		Cause: CauseDown, Layer: LayerNetwork, Who: Nobody, Confidence: Likely, Verdict: "Microsoft's service does not work at the moment.", Remedy: "Wait. If it lasts for hours, look at Microsoft's service health.", Useless: "A new consent or another role.",
	})},
	{unlicensed, fixed(Finding{
		Cause: CauseUnlicensed, Layer: LayerLicence, Who: Customer, Confidence: Likely, Verdict: "The tenant has no licence for this service.",
		Remedy: "Check the tenant's licences. Without one this stays empty, and that is in order.", Useless: "A new consent.",
	})},
	{func(f Failure) bool { return refused(f) && f.Licence != nil && !*f.Licence && intune(f) }, fixed(Finding{
		Cause: CauseNoIntune, Layer: LayerLicence, Who: Customer, Confidence: Likely, Verdict: "The tenant has no Intune licence.",
		Remedy: "Check the tenant's licences. Without one there are no devices to read.", Useless: "A new consent.", Evidence: []string{"The licences that were read hold no plan with Intune."},
	})},
	// A token outlives whoever it was issued to: Graph looks both up at each call, and says which of them it does not find.
	{func(f Failure) bool {
		return f.Code == "Authorization_IdentityNotFound" && f.Kind == permission.Delegated && !strings.Contains(f.Text, "calling application")
	}, fixed(Finding{
		Cause: CauseAccountGone, Layer: LayerAccount, Who: Customer, Confidence: Likely, Verdict: "The account that signed in is not in this tenant any more.",
		Remedy: "Invite it as a guest again, or assign it through GDAP. Then the person signs in again.", Useless: "A new consent or another role.",
	})},
	{func(f Failure) bool { return f.Code == "Authorization_IdentityNotFound" }, fixed(Finding{
		Cause: CauseProgramGone, Layer: LayerConsent, Who: Customer, Confidence: Likely, Verdict: "Our program is not in this tenant any more, or is switched off there.",
		Remedy: "An administrator of the customer opens a new consent link, or enables sign-in for it under Enterprise applications.", Useless: "Changing roles or licences.",
	})},
	{func(f Failure) bool { return refused(f) && !f.ReadAt.IsZero() }, byGrants},
	{func(f Failure) bool { return f.Status == 401 && !f.Fresh && f.Inner == "" }, fixed(Finding{
		Cause: CauseTokenRefused, Layer: LayerToken, Who: Nobody, Confidence: Likely, Verdict: "The token was not taken.", Remedy: "The portal gets a new one and tries again once.",
	})},
	{func(f Failure) bool {
		return f.Code == "Authorization_RequestDenied" || strings.Contains(f.Text, "Insufficient privileges")
	}, func(f Failure) Finding {
		return Finding{Cause: CauseScopeOrRole, Layer: LayerScope, Who: Customer, Confidence: Unsure, Verdict: "A permission or a role is missing; which one was not read yet.", Remedy: "Read the tenant's grants, then look again."}
	}},
	// Intune answers a person about things outside the scope tags of their role as it does about things that are gone.
	{func(f Failure) bool { return f.Status == 404 && f.Kind == permission.Delegated && intune(f) }, fixed(Finding{
		Cause: CauseScopeTag, Layer: LayerRole, Who: Customer, Confidence: Unsure, Verdict: "It is not there any more, or it is outside the scope tags of the person's Intune role.",
		Remedy: "If the next complete read still lists it, an administrator adds its scope tag to the person's Intune role assignment.", Useless: "A new consent, or signing in again.",
	})},
	{func(f Failure) bool { return f.Status == 404 || f.Status == 410 }, fixed(Finding{
		Cause: CauseObjectGone, Layer: LayerObject, Who: Nobody, Confidence: Likely, Verdict: "What was asked for is not there any more, or was never set up.", Remedy: "Nothing. The next read takes it off the list.",
	})},
	// What a target says when its credentials are tried, Microsoft passes on.
	{func(f Failure) bool { return f.Status == 400 && strings.HasSuffix(f.Path, "/validateCredentials") }, fixed(Finding{
		Cause: CauseTargetRefuses, Layer: LayerRequest, Who: Staff, Confidence: Likely, Verdict: "The application did not let Microsoft in with these credentials, or Microsoft did not reach it.",
		Remedy: "Compare address and credentials with what the application shows its administrator, and enter them again.", Useless: "A new consent or another role.", Proof: "A test of the credentials succeeds.",
	})},
	{func(f Failure) bool { return f.Status == 409 || f.Status == 412 }, fixed(Finding{
		Cause: CauseConflict, Layer: LayerObject, Who: Staff, Confidence: Likely, Verdict: "Something of this kind or name is there already, or it was changed meanwhile.",
		Remedy: "Look at what is there now, then decide.", Useless: "A new consent or another role.", Proof: "The same change succeeds.",
	})},
	{func(f Failure) bool { return f.Status == 400 && !strings.Contains(f.Text, "{") }, fixed(Finding{
		Cause: CauseRequest, Layer: LayerRequest, Who: Owner, Confidence: Unsure, Verdict: "Microsoft does not take the request as we sent it.", Remedy: "Report it with the request id: this is most likely a fault of the portal.",
	})},
}

func fixed(f Finding) func(Failure) Finding { return func(Failure) Finding { return f } }

func aadsts(codes ...int) func(Failure) bool {
	return func(f Failure) bool { return f.AADSTS != 0 && slices.Contains(codes, f.AADSTS) }
}

// refused tells an answer that means "you may not". Intune and the provisioning service say so with 401 as well, for tokens that are fine:
// with Forbidden inside, without saying anything, or still with a new token.
func refused(f Failure) bool {
	return f.Status == 403 || f.Status == 401 && (f.Inner == "Forbidden" || f.Fresh || f.Code == "UnknownError" && strings.Contains(f.Path, "/synchronization/"))
}

func intune(f Failure) bool {
	return strings.Contains(f.Path, "/deviceManagement") || strings.Contains(f.Path, "/deviceAppManagement")
}

// unlicensed knows the texts for which Microsoft has no code. They are compared, never shown.
func unlicensed(f Failure) bool {
	if f.Code == "AppLifecycle_2210" {
		return true
	}
	for _, known := range []string{
		"Request not applicable to target tenant", "Your tenant is not licensed for this feature", "doesn't have premium license",
		"Account is not provisioned", "subscription within the tenant has lapsed",
	} {
		if strings.Contains(f.Text, known) {
			return true
		}
	}
	return false
}

func itoa(n int) string { return strconv.Itoa(n) }
