package devices

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// options are what the form chose.
func (v askView) options() (o deviceaction.Options) {
	get := func(name string) string { return strings.TrimSpace(v.form.Get(name)) }
	switch v.kind.Form {
	case deviceaction.ScanForm:
		o.Full, o.Label = get("scan") == "full", "Quick scan"
		if o.Full {
			o.Label = "Full scan"
		}
	case deviceaction.NameForm:
		o.Name, o.Label = get("name"), get("name")
	case deviceaction.PersonForm:
		o.Person, o.Label = get("person"), get("person")
	case deviceaction.MessageForm:
		o.Message, o.Phone, o.Footer = get("message"), get("phone"), get("footer")
	case deviceaction.MinutesForm:
		o.Minutes, _ = strconv.Atoi(get("minutes")) // no number is refused as too short
		o.Label = ui.Count(int64(o.Minutes), "minute", "minutes")
	case deviceaction.NoticeForm:
		o.Title, o.Message, o.Label = get("title"), get("message"), get("title")
	case deviceaction.ClientForm:
		o.Client = get("client")
		if i := slices.IndexFunc(clientActions, func(a ui.Option) bool { return a.Value == o.Client }); i >= 0 {
			o.Label = clientActions[i].Label
		}
	case deviceaction.NotesForm:
		o.Notes = get("notes")
	case deviceaction.OwnerForm:
		o.Ownership, o.Label = get("owner"), ownership(get("owner"))
	case deviceaction.KeepForm:
		o.KeepUser, o.KeepEnrolment = get("keep") == "user" && v.device.OS == "Windows", get("keep") == "enrolment" && v.device.OS == "Windows"
		if deviceaction.HasPlan(v.device.OS) {
			o.Plan = planOf(get("plan"))
		}
		o.Label = kept(o)
	case deviceaction.AccountForm:
		o.Email, o.Exchange, o.SIP, o.Label = get("email"), get("exchange"), get("sip"), get("email")
		o.Rotate, o.Calendar = get("rotate") == "yes", get("calendar") != "no"
	case deviceaction.CleanForm:
		o.KeepUser = get("keep") == "user"
		o.Label = keepWords[o.KeepUser][false]
	case deviceaction.CategoryForm:
		o.Category = get("category")
		for _, c := range v.categories {
			if c.ID == o.Category {
				o.Label = c.Name
			}
		}
	}
	if v.secret() != deviceaction.NoSecret {
		o.Secret = v.form.Get(verdict.SecretField) // as it was typed: a password may begin with a space
	}
	return o
}

// clientActions are what Configuration Manager's client does (Microsoft Graph beta, configurationManagerActionType).
var clientActions = []ui.Option{
	{Value: "refreshMachinePolicy", Label: "Fetch the device’s policy"}, {Value: "refreshUserPolicy", Label: "Fetch the user’s policy"}, {Value: "appEvaluation", Label: "Evaluate its apps"}, {Value: "wakeUpClient", Label: "Wake the client"},
	{Value: "quickScan", Label: "Defender quick scan"}, {Value: "fullScan", Label: "Defender full scan", Hint: "Takes hours."}, {Value: "windowsDefenderUpdateSignatures", Label: "Update Defender"},
}

// keepWords are what an erasing action leaves: a second person approves them as they stand.
var keepWords = map[bool]map[bool]string{false: {false: "nothing kept", true: "enrollment kept"}, true: {false: "user account and files kept"}}

// kept is what a wipe leaves, in words.
func kept(o deviceaction.Options) string {
	words := keepWords[o.KeepUser][o.KeepEnrolment]
	switch {
	case o.Plan != "keep":
		return words
	case o.KeepUser || o.KeepEnrolment:
		return words + ", eSIM data plan kept"
	}
	return "eSIM data plan kept"
}

// planOf is the choice of a data plan, which stays unless somebody chose otherwise.
func planOf(chosen string) string {
	if chosen == "remove" {
		return chosen
	}
	return "keep"
}

// check finds what is wrong with what was filled in.
func (v askView) check(ask deviceaction.Ask) {
	o := ask.Options
	long := func(s string, most int) bool { return len([]rune(s)) > most }
	if ask.Nonce == "" || len(ask.Nonce) > 64 {
		v.faults.Add("reason", "The form was incomplete. Send it once more.")
	}
	if long(ask.Reason, maxReason) {
		v.faults.Add("reason", "Write at most 200 characters.")
	}
	if v.kind.Destructive {
		v.checkTyped(ask)
	}
	switch v.kind.Form {
	case deviceaction.NameForm:
		most := maxName
		if v.device.OS == "Windows" {
			most = maxWinName
		}
		switch {
		case o.Name == "" || long(o.Name, most):
			v.faults.Add("name", "Enter a name of at most "+strconv.Itoa(most)+" characters.")
		case v.device.OS == "Windows" && !windowsName(o.Name):
			v.faults.Add("name", "Windows takes letters, digits and hyphens, and not digits alone.")
		}
	case deviceaction.PersonForm:
		if !strings.Contains(o.Person, "@") || long(o.Person, maxReason) {
			v.faults.Add("person", "Enter the sign-in name of the person, such as j.mora@contoso.com.")
		}
	case deviceaction.MessageForm:
		if o.Message == "" && o.Phone == "" {
			v.faults.Add("message", "Enter a message or a phone number, so that who finds the device can call.")
		}
		if long(o.Message, maxMessage) || long(o.Phone, maxReason) || long(o.Footer, maxReason) {
			v.faults.Add("message", "The message is longer than the device shows.")
		}
	case deviceaction.MinutesForm:
		if o.Minutes < 1 || o.Minutes > maxMinutes {
			v.faults.Add("minutes", "Choose one.")
		}
	case deviceaction.NoticeForm:
		if o.Title == "" || long(o.Title, maxTitle) {
			v.faults.Add("title", "Enter a title of at most 50 characters.")
		}
		if o.Message == "" || long(o.Message, maxNotice) {
			v.faults.Add("message", "Enter a text of at most 500 characters.")
		}
	case deviceaction.ClientForm:
		if o.Label == "" {
			v.faults.Add("client", "Choose one.")
		}
	case deviceaction.NotesForm:
		if long(o.Notes, maxNotes) {
			v.faults.Add("notes", "Write at most 2,000 characters.")
		}
	case deviceaction.OwnerForm:
		if o.Ownership != "company" && o.Ownership != "personal" {
			v.faults.Add("owner", "Choose one.")
		}
	case deviceaction.AccountForm:
		if !strings.Contains(o.Email, "@") || long(o.Email, maxReason) {
			v.faults.Add("email", "Enter the address of the account, such as boardroom@contoso.com.")
		}
		if long(o.Exchange, maxReason) {
			v.faults.Add("exchange", "Write at most 200 characters.")
		}
		if long(o.SIP, maxReason) {
			v.faults.Add("sip", "Write at most 200 characters.")
		}
	case deviceaction.CategoryForm:
		if o.Label == "" {
			v.faults.Add("category", "Choose one of the categories.")
		}
	}
	v.checkSecret(o.Secret)
}

// checkSecret also asks for one anew that was right, where something else was not or Microsoft refused it: it is not sent back to the page.
func (v askView) checkSecret(entered string) {
	s := v.secret()
	if s == deviceaction.NoSecret {
		return
	}
	fault := s.Fault(entered)
	if fault == "" && (len(v.faults) > 0 || v.failed != nil) {
		fault = "Enter it once more: it is kept nowhere."
	}
	if fault != "" {
		v.faults.Add(verdict.SecretField, fault)
	}
}

// checkTyped holds what was typed against the device's own serial number: whoever types it has looked at the same device.
func (v askView) checkTyped(ask deviceaction.Ask) {
	if ask.Reason == "" {
		v.faults.Add("reason", "Say why. The customer reads it in the log.")
	}
	want, typed := []rune(ask.Device.Hardware()), []rune(strings.TrimSpace(v.form.Get("typed")))
	switch n := len(want) - len(typed); {
	case string(want) == string(typed):
	case len(typed) == 0:
		v.faults.Add("typed", "Type it as it stands above.")
	case n == 1:
		v.faults.Add("typed", "One character is missing: it has "+strconv.Itoa(len(want))+", you typed "+strconv.Itoa(len(typed))+".")
	case n != 0:
		v.faults.Add("typed", "It has "+strconv.Itoa(len(want))+" characters, you typed "+strconv.Itoa(len(typed))+".")
	default:
		i := 0
		for want[i] == typed[i] {
			i++
		}
		v.faults.Add("typed", "It differs from character "+strconv.Itoa(i+1)+" on.")
	}
}

// windowsName tells a name that Windows takes.
func windowsName(s string) bool {
	digits := true
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-'
		if !letter && (r < '0' || r > '9') {
			return false
		}
		digits = digits && !letter
	}
	return !digits
}
