package evidence

import (
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
)

var english = words{
	title: "What {partner} may do at {customer}", readOn: "Read from your tenant on {date}. We read it again once a day.", readLate: "Last read on {date}. That is too long ago to be sure.",
	download: "Download everything that was done", signOut: "Sign out", devices: "My devices", never: "never", nothing: "Nothing.",
	unreadTitle: "What you have granted was never read completely.", unreadText: "So this page cannot tell you what is allowed.",
	problemTitle: "The last look saw nothing complete.", problemText: "What stands here is from the last complete reading.",
	backTitle: "You have taken your consent back.", backText: "We read nothing any more.",
	readsTitle: "What the program can read by itself", personsTitle: "What a signed-in person can do",
	grantsTitle: "What you have granted", surplusTitle: "Granted, and not needed", surplusNote: "Nothing of what was agreed on needs these. You can take them back without any loss.",
	pastTitle: "What was granted before", byProgram: "by the program itself", byPerson: "only by a signed-in person", unused: "not yet",
	grantColumns: [5]string{"In Microsoft’s words", "Used", "Seen first", "Seen last", "Last used"},
	askedTitle:   "Who asked, and what you answered", nobodyAsked: "Nobody asked through this portal.",
	askedNote:    "Microsoft does not tell us which administrator agreed. Your own audit log in Microsoft Entra names them: look for “Consent to application”.",
	askedColumns: [4]string{"Who asked", "When", "For what", "Answer"},
	links:        map[consent.LinkState]string{consent.LinkOpen: "Waits for your answer", consent.LinkUsed: "Agreed", consent.LinkRevoked: "Withdrawn by the partner", consent.LinkExpired: "Ended without an answer"},
	peopleTitle:  "Who can see your company here, and who did something", peopleNote: "All people of {partner} who can open your pages now, and everybody who did something.",
	peopleColumns: [4]string{"Who", "May", "Times", "Last time"},
	roles:         map[tenant.Role]string{tenant.RoleOwner: "read, act, and lead the portal", tenant.RoleTechnician: "read and act", tenant.RoleSupport: "only read"}, noAccess: "–",
	doneTitle: "What was done", doneNote: "Each line is chained to the one before it, so that none can be changed or left out unseen. The download holds all of them.",
	verifyTitle: "How to check it without us",
	verify: [3]string{
		"Download the file above. It holds every line and its hash.",
		"Run **tenantry audit verify** with the file. The program is free, and it needs no connection to us.",
		"Compare the hash that it prints with the one below. If you wrote it down earlier, nobody can have changed what came before.",
	},
	headLabel: "Hash of line {n}", takeTitle: "How to take it back", takeText: "Here you can end everything at once, and decide what happens to the data. Nobody at {partner} has to agree.", takeButton: "Take everything back…",
	remove: [3]string{
		"Open the **Microsoft Entra admin centre** as an administrator of {customer}.",
		"Go to **Enterprise applications** and choose “{program}”.",
		"Open **Properties** and delete the program. To take back single names only, open Permissions instead.",
	},
	acts: map[string]string{
		"tenant.added": "added your company to the portal", "consent.link.created": "made a consent link for you", "consent.link.revoked": "withdrew a consent link",
		"consent.plan.changed": "changed what you are to be asked for",
		"consent.link.sent":    "sent you a consent link by mail",
		"consent.begun":        "went from the consent page to Microsoft", "consent.returned": "came back from Microsoft without consent",
		"consent.unconfirmed": "looked for your consent and did not see it yet", "consent.read": "read what you have granted, and it had changed",
		"consent.withdrawn": "took the consent back", "tenant.erased": "deleted the data of your company", "signin": "signed in", "signout": "signed out",
		"sync.requested": "asked for a new reading", "tenant.tagged": "changed how your company is sorted in the portal",
		"review.accepted": "accepted a point of a review", "review.handed": "handed a point of a review to a colleague", "review.reopened": "opened a point of a review again",
		"review.noted": "wrote a note in a review", "review.planned": "planned the next review", "review.signed": "signed a review off",
		"guest.invited": "invited a person to your tenant as a guest", "guest.invited.failed": "tried to invite a guest, without success",
		"guest.invited.unknown": "tried to invite a guest; whether it was done is not known", "guest.role.given.unknown": "tried to give a guest a directory role; whether it was done is not known",
		"guest.role.given": "gave a guest a directory role", "guest.role.given.failed": "tried to give a guest a directory role, without success",
	},
	endTitle: "Take everything back", endLead: "This ends what {partner} may do at {customer}. Please read what will happen.",
	ends: [4]string{
		"We stop reading at once. A reading that is under way changes nothing any more.",
		"Open consent links stop working. We forget the sign-ins of {partner}’s people at your company at once. Microsoft lets us do no more: at Microsoft they end when you remove the program.",
		"We cannot remove our program from your tenant, because it may only read. We show you how to do it at Microsoft, and check that it is gone.",
		"You get a page that proves all this. It needs no sign-in, so keep its address.",
	},
	dataLegend: "What happens to the data that we hold?", keep: "Keep it for now", keepHint: "It stays as it is until {date}. Then we delete it.",
	erase: "Delete it now", eraseHint: "Devices, programs, settings, names: all of it. It cannot be brought back. The list of what was done stays, so that you can check it.",
	nameLabel: "Type the name of your company: {customer}", nameFault: "This is not the name. Type it as it is shown: {customer}", dataFault: "Choose what happens to the data.",
	endButton: "Take everything back", cancel: "Go back, change nothing",
	proofTitle: "You took your consent back", proofLead: "This page is your proof. Keep its address, or print it: it needs no sign-in.",
	facts:   [7]string{"Company", "Tenant number", "Taken back", "By", "Data", "At Microsoft", "Deleted between"},
	deleted: "All deleted on {date}", deleting: "It is being deleted now. This page looks again by itself.", kept: "Kept until {date}. Then it is deleted.", ended: "You have agreed again since. This page shows what was.",
	gone: "Gone. On {date} Microsoft did not know our program at your company any more.", still: "Still there when we asked on {date}.", notAsked: "We have no answer from Microsoft yet.",
	lookAgain: "Ask Microsoft again", removeTitle: "How to remove the program at Microsoft",
	tableTitle: "What was deleted", tableColumns: [2]string{"Table", "Rows"}, total: lang.Plurals{One: "%d row", Other: "%d rows"},
	keptTitle: "What we keep, to be able to prove this",
	keptItems: [4]string{"The name and the number of your company.", "The list of what was done, which you can check.", "This page.", "Which people of {partner} could see your company."},
}
