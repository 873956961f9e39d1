package doctor

import (
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/web/lang"
)

var english = words{
	hello: "Hello,", intro: "We tried to read or change something for {customer}. Microsoft did not allow it.", help: "What helps:", thanks: "Thank you\n{person}, {partner}",
	times:   lang.Plurals{One: "It has failed %d time since {date}.", Other: "It has failed %d times since {date}."},
	numbers: "For whoever looks into it:", tenant: "Tenant", request: "Request ID", activity: "Activity ID", code: "Microsoft’s code", at: "Time",
	causes: map[diagnose.Cause]told{
		diagnose.CauseSecretWrong:    {"Microsoft does not accept the secret of our program. This stops the work for all customers.", "Check the client secret in the settings of the portal. Enter its value, not its ID."},
		diagnose.CauseSecretExpired:  {"The secret of our program has expired. This stops the work for all customers.", "Make a new secret or, better, a certificate in the app registration, and enter it in the settings of the portal."},
		diagnose.CauseCertificate:    {"Microsoft does not know the certificate of our program. This stops the work for all customers.", "Upload the certificate to the app registration."},
		diagnose.CauseAccountUnknown: {"Our account is not in your tenant.", "Please invite the account as a guest, or give us access through a partner relationship (GDAP)."},
		diagnose.CauseAccountGone:    {"Our account is no longer in your tenant.", "Please invite it as a guest again, or give us access through a partner relationship (GDAP)."},
		diagnose.CauseAccountOff:     {"Our account is switched off or deleted in your tenant.", "Please switch it on again in Microsoft Entra, under Users."},
		diagnose.CauseNotAssigned:    {"Our account may not use our program in your tenant.", "Please open Microsoft Entra, Enterprise applications, our program, Users and groups, and add the account."},
		diagnose.CausePolicy:         {"A Conditional Access policy in your tenant blocks our sign-in.", "Please look for the name of the policy in the sign-in logs of Microsoft Entra. Then decide if you make an exception for us."},
		diagnose.CauseProgramBlocked: {"A Conditional Access policy in your tenant blocks our program.", "Please look for the name of the policy in Microsoft Entra, Sign-in logs, Service principal sign-ins. Then decide if you make an exception for us."},
		diagnose.CauseHomeBlocks:     {"Our own tenant does not let our people sign in there.", "Allow it in Microsoft Entra, Cross-tenant access settings, Outbound access."},
		diagnose.CauseTheyBlock:      {"Your tenant does not let our people sign in.", "Please allow it in Microsoft Entra, Cross-tenant access settings, Inbound access."},
		diagnose.CauseProgramUnknown: {"Your tenant does not know our program. Nobody has agreed to it yet, or the consent was taken back.", "Please open the consent link that we send you, and agree. If you agreed within the last hour, please wait first."},
		diagnose.CauseProgramGone:    {"Our program is no longer in your tenant, or it is switched off there.", "Please open the consent link that we send you, and agree. Or switch the program on in Microsoft Entra, Enterprise applications."},
		diagnose.CauseProgramOff:     {"Our program is switched off in your tenant.", "Please open Microsoft Entra, Enterprise applications, our program, Properties, and let users sign in to it again."},
		diagnose.CauseNotAgreed:      {"Nobody in your company has agreed to what we need.", "Please open the consent link that we send you, and agree."},
		diagnose.CauseNeedsAdmin:     {"Only an administrator of your company may agree to what we need.", "Please give our consent link to a Global Administrator of your company."},
		diagnose.CauseDeclined:       {"The consent was declined.", "If that was a mistake, please tell us. We then send you a new link."},
		diagnose.CauseScopeMissing:   {"Your company has not given us the permission {permission}.", "Please open the consent link that we send you, and agree."},
		diagnose.CauseScopeKind:      {"Your company has given us the permission {permission}, but in a form that does not work for this.", "Please open the consent link that we send you, and agree."},
		diagnose.CauseScopeOrRole:    {"We lack a permission or a role. We do not know yet which one.", "Please tell us if you have changed our roles or our program. Meanwhile we check our permissions."},
		diagnose.CauseDirectoryRole:  {"Our account has no role in your tenant that allows this.", "Please give it the role that it needs in Microsoft Entra, Roles and administrators."},
		diagnose.CauseIntuneRole:     {"Our account has no role in Intune that allows this.", "Please give it a role in the Intune admin center, Tenant administration, Roles. Or give it the directory role Intune Administrator."},
		diagnose.CauseScopeTag:       {"Our role in Intune may not see this object, or the object is gone.", "Please open the Intune admin center, Tenant administration, Roles, and add the scope tag of the object to our role assignment."},
		diagnose.CauseGDAPEnded:      {"Our partner relationship (GDAP) with you is over.", "Please approve a new one. We send you the link."},
		diagnose.CauseGDAPRole:       {"Our partner relationship (GDAP) with you does not have the role that we need.", "Please approve a new one with the role Intune Administrator. We send you the link."},
		diagnose.CauseGDAPGroup:      {"The partner relationship (GDAP) has the right role. But one of our people is not in a group that holds it.", "Add the person to the group in Microsoft Entra. After that, the person signs in again."},
		diagnose.CauseUnlicensed:     {"Your company has no licence for this service of Microsoft.", "Please check your licences. Without one, we cannot do this for you."},
		diagnose.CauseNoIntune:       {"Your company has no licence for Microsoft Intune.", "Please check your licences. Without one, we cannot look after devices for you."},
		diagnose.CauseServiceMissing: {"Your tenant does not have the service of Microsoft that this needs.", "Please check your licences. Without one, we cannot do this for you."},
		diagnose.CauseDefender:       {"Microsoft Defender is not set up in your tenant, or our account has no role in it.", "Please open the Microsoft Defender portal once, and check our role there under Permissions."},
		diagnose.CauseApproval:       {"Intune waits until a second administrator agrees.", "Please open the Intune admin center, Tenant administration, Multi Admin Approval, and approve the request. It ends after three days."},
		diagnose.CauseRequest:        {"Microsoft does not accept what our portal sends. This is most likely a mistake in the portal.", "Tell the makers of the portal, and give them the request ID."},
	},
}
