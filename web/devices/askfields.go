package devices

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// fields are what the action takes besides the device.
func (v askView) fields() (list []templ.Component) {
	field := func(name, label, hint string, rows, most int) {
		list = append(list, ui.Field{Name: name, Label: label, Hint: hint, Value: v.form.Get(name), Error: v.faults[name], Rows: rows, Max: most, Autocomplete: "off"})
	}
	choice := func(name, legend string, options ...ui.Option) {
		options = slices.Clone(options)
		if chosen := v.form.Get(name); chosen != "" {
			for i := range options {
				options[i].Selected = options[i].Value == chosen
			}
		}
		list = append(list, ui.Choice{Name: name, Legend: legend, Error: v.faults[name], Options: options})
	}
	switch v.kind.Form {
	case deviceaction.ScanForm:
		choice("scan", "How much", ui.Option{Value: "quick", Label: "Quick", Hint: "Where malware usually hides; takes minutes.", Selected: true}, ui.Option{Value: "full", Label: "Full", Hint: "Every file; takes hours."})
	case deviceaction.NameForm:
		field("name", "New name", "Now: "+nameOf(v.device), 0, maxName)
	case deviceaction.PersonForm:
		field("person", "Sign-in name of the person", "Such as j.mora@contoso.com", 0, maxReason)
	case deviceaction.MessageForm:
		field("message", "Message on the screen", "", 3, maxMessage)
		field("phone", "Phone number to call", "", 0, 40)
		field("footer", "Small print, optional", "", 0, maxReason)
	case deviceaction.MinutesForm:
		s := ui.Select{Name: "minutes", Label: "How long", Error: v.faults["minutes"]}
		for n := 1; n <= maxMinutes; n++ {
			s.Options = append(s.Options, ui.Option{Value: strconv.Itoa(n), Label: ui.Count(int64(n), "minute", "minutes"), Selected: v.form.Get("minutes") == strconv.Itoa(n)})
		}
		list = append(list, s)
	case deviceaction.NoticeForm:
		field("title", "Title", "At most 50 characters", 0, maxTitle)
		field("message", "Text", "At most 500 characters, and nothing secret", 4, maxNotice)
	case deviceaction.ClientForm:
		choice("client", "What it is to do", slices.Clone(clientActions)...)
	case deviceaction.NotesForm:
		field("notes", "Notes", "Replaces what Intune holds. Empty removes them.", 5, maxNotes)
	case deviceaction.OwnerForm:
		choice("owner", "Whose device it is", ui.Option{Value: "company", Label: "The company’s", Selected: v.device.Ownership == "company"}, ui.Option{Value: "personal", Label: "The person’s own", Selected: v.device.Ownership == "personal"})
	case deviceaction.KeepForm:
		if v.device.OS == "Windows" {
			choice("keep", "Keep", keepOptions...)
		}
		if deviceaction.HasPlan(v.device.OS) {
			choice("plan", "eSIM data plan", planOptions...)
		}
	case deviceaction.AccountForm:
		field("email", "Address of the account", "Such as boardroom@contoso.com", 0, maxReason)
		field("exchange", "Exchange server, optional", "Such as outlook.office365.com. Empty: the Surface Hub finds it.", 0, maxReason)
		field("sip", "SIP address, optional", "Empty: the Surface Hub finds it.", 0, maxReason)
		choice("calendar", "Calendar", ui.Option{Value: "yes", Label: "Show the account’s meetings", Selected: true}, ui.Option{Value: "no", Label: "Show none"})
		choice("rotate", "Who changes the password from then on", ui.Option{Value: "no", Label: "People", Selected: true}, ui.Option{Value: "yes", Label: "The Surface Hub, by itself", Hint: "Nobody else knows it any more."})
	case deviceaction.CleanForm:
		choice("keep", "Keep", ui.Option{Value: "user", Label: "The user account and files on the device", Selected: true}, ui.Option{Value: "nothing", Label: "Nothing"})
	case deviceaction.CategoryForm:
		s := ui.Select{Name: "category", Label: "Category", Error: v.faults["category"], Hint: "Now: " + v.device.Category}
		for _, c := range v.categories {
			s.Options = append(s.Options, ui.Option{Value: c.ID, Label: c.Name, Selected: c.ID == v.form.Get("category") || v.form.Get("category") == "" && c.Name == v.device.Category})
		}
		list = append(list, s)
	}
	if f := verdict.Secret(v.secret(), v.faults[verdict.SecretField]); f != nil {
		list = append(list, f)
	}
	if !v.kind.Destructive {
		field("reason", "Reason, for the customer’s log, optional", "", 0, maxReason)
		return list
	}
	field("reason", "Reason, for the customer’s log", "Such as: reported stolen, with the number of the ticket", 0, maxReason)
	return append(list, ui.Field{Name: "typed", Label: "Type the serial number to confirm", Value: v.form.Get("typed"), Error: v.faults["typed"], Hint: "As it stands above", Mono: true, Max: 200, Autocomplete: "off"})
}

// keepOptions are what a wipe can leave on Windows.
var keepOptions = []ui.Option{{Value: "nothing", Label: "Nothing, factory state", Selected: true}, {Value: "user", Label: "The user account and files on the device"}, {Value: "enrolment", Label: "The enrollment, so that it comes back by itself"}}

// planOptions are what a wipe does with an iPhone's or iPad's data plan.
var planOptions = []ui.Option{{Value: "keep", Label: "Keep it, where there is one", Selected: true}, {Value: "remove", Label: "Remove it", Hint: "The carrier has to issue it anew."}}

func (v askView) faultList() ui.FormErrors {
	var list ui.FormErrors
	for _, name := range []string{"name", "person", "message", "notes", "owner", "category", "minutes", "title", "client", "email", "exchange", "sip", verdict.SecretField, "reason", "typed"} {
		if text := v.faults[name]; text != "" {
			list = append(list, ui.FieldError{ID: "f-" + name, Text: text})
		}
	}
	return list
}

// secret is what the action takes that is kept nowhere.
func (v askView) secret() deviceaction.Secret { return v.kind.Secret(v.device.OS) }

// forgets says before a sign-in what of the form is not kept until after it, where there is such a thing.
func (v askView) forgets() templ.Component {
	what, ok := map[deviceaction.Secret]string{deviceaction.Password: "password", deviceaction.UnlockCode: "unlock code"}[v.secret()]
	if !ok {
		return templ.NopComponent
	}
	return ui.Note("The rest of the form is kept until then. The " + what + " is not: you enter it afterwards.")
}
