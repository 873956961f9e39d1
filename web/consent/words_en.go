package consent

import (
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/web/lang"
)

var english = words{
	title:     "{partner} asks to look after the devices of {customer}",
	lead:      "You are the administrator, so you decide. Please read this page first. Nothing changes until you agree on Microsoft’s own page, and you can take it back at any time.",
	readTitle: "What our program can read", readNote: "It reads by itself, day and night. It cannot change anything.",
	seeTitle: "What a signed-in person can see", seeNote: "Only while that person is signed in at your company.",
	changeTitle: "What a person may change", changeNote: "Only a named person, signed in at your company. Your own log shows who it was.",
	changeNone:   "**Nothing.** We do not ask for the right to change anything.",
	purposeTitle: "Why we ask", purpose: "{partner} looks after the devices and programs of {customer}. To do that, we must see how they are.",
	keptTitle: "What we keep, and how long", kept: [2]string{"We keep what our program reads: your devices, programs and settings, with the names of the people it is about. We also keep a list of what our people do at your company.", "We keep how these things changed for **{days} days**. When you take your consent back, we read nothing more, and you choose: we delete what we have at once, or after {days} days. Only the list of what was done stays, as proof for you and for us."},
	twice:      "Microsoft asks you **more than once**: first for the program, then for what a person may do. You may stop after the first.",
	step:       text{"One more step", "We looked in your tenant on {date}. The program can read now. Microsoft still has to ask you what a signed-in person may do.", "Continue, and look at the next list. You can also stop here."},
	neverTitle: "What we never ask for",
	never:      [3]string{"E-mail, calendars, chats and files. We cannot open them.", "Passwords. You type yours only on Microsoft’s page.", "The right to add administrators, or to give ourselves more rights."},
	nextTitle:  "What happens next",
	next: [3]string{
		"You go to **{host}** and sign in as administrator of {customer}.",
		"Microsoft shows the list again in its own words. The program is called **“{program}”**. If you see another name, stop and ask us. Nothing is granted until you choose “Accept” there.",
		"You come back here. We check in your tenant what you really granted, and you get a **receipt** to keep.",
	},
	agree: "Continue to Microsoft", disagree: "I do not agree", notSure: "Not sure? Send this page to a colleague. Opening the link does not use it up.",
	who: "Who asks", forWhom: "For", number: "Your tenant number", until: "This link works until",
	questions: "Questions", takeBack: "How to take it back", takeBackText: "On your evidence page, or in Microsoft Entra under Enterprise applications.",
	message: "A message from {who}", application: "the program reads by itself", delegated: "delegated: only with a signed-in person",
	evidence: "Open your evidence page", tryAgain: "Open the consent page again", works: "What works now", notYet: "What does not work",
	receipt:   receiptWords{readOn: "Read on", granted: "Granted, in Microsoft’s words", who: "Who agreed", whoText: "Microsoft does not tell us which administrator agreed. Your own audit log in Microsoft Entra names them.", head: "Hash of what was done, line {n}", verify: "To check it later, download the list on your evidence page, run “tenantry audit verify”, and compare line {n}. Print this page to keep it."},
	takeOther: "You once agreed to our program “{name}” (application ID {id}). We work with another one now and do not need it any more.\n\nAn administrator of {customer} can take it back in Microsoft Entra: Enterprise applications, “{name}”, Properties, Delete.", otherHolds: "It still holds:",
	mailSubject: "{partner} asks for your consent",
	mailText:    "Hello,\n\n{partner} asks you, as administrator of {customer}, to allow the program “{program}” to look after your devices. The page behind this link says what we read, what we never ask for, and how to take it back:\n\n{link}\n\nThe link works until {date}. Opening it does not use it up.\n\n{contact}",
	names:       lang.Plurals{One: "The %d name in Microsoft’s words", Other: "The %d names in Microsoft’s words"},
	more:        lang.Plurals{One: "Microsoft shows one list for all customers, and you can accept it only as a whole. It has %d more name, which we do not use at your company.", Other: "Microsoft shows one list for all customers, and you can accept it only as a whole. It has %d more names, which we do not use at your company."},
	outcome: map[domain.Result]text{
		domain.Connected:   {"{customer} is connected", "We looked in your tenant on {date}: everything on the list is granted.", "Keep your evidence page. It shows what we may read, and how to take it back."},
		domain.Partial:     {"{customer} is partly connected", "We looked in your tenant on {date}. A part of the list is granted, and another part is not.", "Ask {partner} if the rest is needed. You can leave it as it is."},
		domain.Waiting:     {"Your answer has arrived", "Microsoft copies it to all its places now. Your tenant does not show it to us yet.", "Wait a few minutes. This page looks again by itself, and you may close it."},
		domain.Unproven:    {"We cannot see your consent", "You came back from Microsoft, but your tenant shows no consent for our program.", "Open the consent page again and look for the words “Accept” on Microsoft’s page."},
		domain.Declined:    {"You did not agree", "Nothing was granted and nothing has changed at {customer}.", "If you change your mind, open the consent page again. It works until {until}."},
		domain.NeedsAdmin:  {"You may not decide this", "Microsoft says that your account is not allowed to agree for the whole company. Nothing has changed.", "Send the link to a Global Administrator of {customer}."},
		domain.WrongTenant: {"You were signed in at another company", "This link is for {customer} (tenant {number}). You were signed in at tenant {other}. Nothing was granted at {customer}.", "Open the consent page again, and sign in with your account at {customer}."},
		domain.Refused:     {"Microsoft did not finish", "Microsoft sent you back without an answer{code}. Nothing has changed at {customer}.", "Open the consent page again. If it happens again, call {partner}."},
		domain.Expired:     {"That took too long", "More than one hour passed between the consent page and your answer, so we did not take it.", "Open the consent page again. It works until {until}."},
		domain.Revoked:     {"This link was withdrawn", "{partner} withdrew the link while you were at Microsoft. We did not look in your tenant.", "Ask {partner} for a new link."},
		domain.Used:        {"This answer was used already", "It counts once only. What it did stays as it is.", "Open your evidence page to see what is granted."},
		domain.Unknown:     {"We do not know this answer", "It does not belong to a consent that began here. Nothing was changed.", "Open the link that you were sent, and begin there."},
	},
	gone: map[domain.LinkState]text{
		domain.LinkExpired: {"This link has ended", "It worked until {until}. Nothing has changed.", "Ask {partner} for a new link."},
		domain.LinkRevoked: {"This link was withdrawn", "{partner} does not need it any more. Nothing has changed.", "Ask {partner} if you expected something else."},
		domain.LinkUsed:    {"This link was used already", "Consent was given with it. It works once only.", "Open your evidence page to see what is granted."},
	},
	notFound: text{"We do not know this link", "It may be cut off, or mistyped.", "Copy the whole link from the message that you were sent."},
}
