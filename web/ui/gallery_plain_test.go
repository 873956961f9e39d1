package ui_test

import (
	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/ui"
)

func statesPage() templ.Component {
	var list []ui.State
	for _, s := range ui.Shapes {
		list = append(list, ui.State{Shape: s, Text: "State " + string(s), Title: "means " + string(s)})
	}
	rows := make([]ui.Row, len(list))
	for i, s := range list {
		rows[i] = ui.Row{Name: s.Text, Cells: []ui.Cell{{State: &s}, ui.ViewCell(ui.Pill(s))}}
	}
	return all(
		ui.PageHeader{Context: fleetContext, Title: "Empty and unknown: never the same sentence twice", Lead: "Reference sheet. Each says what was looked for, what was found, when it was read, and one next step."},
		in(ui.Columns(),
			in(ui.Col("6"), ui.Empty{Kind: ui.EmptyNone, Icon: "laptop", Title: "No devices at Lucerne Publishing", Lines: []string{"The tenant was read completely 4 min ago and has no enrolled devices."}, ActionURL: "/help", ActionText: "How to enrol a device"}),
			in(ui.Col("6"), ui.Empty{Kind: ui.EmptyNoMatch, Title: "No device matches these filters", Lines: []string{"48,317 devices were looked at. Without “System: ChromeOS”, 14 would match."}, ActionURL: "?", ActionText: "Remove System", Second: ui.Link{Text: "Clear all filters", URL: "?"}}),
			in(ui.Col("6"), ui.Empty{Kind: ui.EmptyNotPermitted, Title: "You may not see apps at Woodgrove Bank", Lines: []string{"Your Intune role there, “Help desk”, does not include apps."}, ActionURL: "/doctor", ActionText: "Who can change this", Second: ui.Link{Text: "Open doctor", URL: "/doctor"}}),
			in(ui.Col("6"), ui.Empty{Kind: ui.EmptyNotRead, Title: "Not read yet", Lines: []string{"Lamna Healthcare was connected 4 h ago. The first read stopped at the licence; the next try is at 03:20."}, ActionURL: "/sync", ActionText: "Show the sync"})),
		in(ui.Columns(),
			in(ui.Col("7"), in(ui.Section{Title: "Banners"}.With(),
				ui.Banner{Kind: "unknown", Title: "You see the state of yesterday, 01:12.", Text: "The last 3 reads of Tailspin Toys failed (AADSTS65001: consent not found).", ActionURL: "/doctor", ActionText: "Open doctor"},
				ui.Banner{Kind: "info", Title: "Syncing 12 customers: 7 done, 1 failed, 4 left, about 2 min.", Meter: &ui.Meter{Part: 8, Whole: 12}, ActionURL: "/sync", ActionText: "Details"},
				ui.Banner{Kind: "bad", Title: "Restart was not sent to 2 of 14 devices.", Text: "Both were deleted in Intune since you chose them. 12 done, 2 failed, 0 skipped.", Action: &ui.Action{Text: "Retry 2", Post: "/retry"}}),
				ui.Actions{Items: []ui.Action{{Text: "Primary", Kind: ui.Primary, URL: "#"}, {Text: "Secondary", URL: "#"}, {Text: "Quiet", Kind: ui.Quiet, URL: "#"}, {Text: "Danger…", Kind: ui.Danger, URL: "#"}, {Text: "Confirm danger", Kind: ui.Confirm, URL: "#"}, {Text: "Not available", Reason: "Needs a licence."}}}),
			in(ui.Col("5"), in(ui.Section{Title: "States"}.With(), ui.Table{Inset: true, Caption: "States", Columns: []ui.Column{{Label: "Name"}, {Label: "In a row", Kind: ui.KindState}, {Label: "As a pill"}}, Rows: rows}))),
		ui.ColumnsMenu{Action: "/devices", Columns: []ui.Option{{Value: "serial", Label: "Serial", Selected: true}, {Value: "model", Label: "Model"}}},
	)
}

func searchPage() templ.Component {
	hit := func(icon, name, detail string, c ui.TenantChip, s *ui.State) ui.Hit {
		return ui.Hit{Icon: icon, URL: "/x", Name: ui.Match(name, "0482"), Detail: ui.Match(detail, "0482"), Tenant: &c, State: s}
	}
	return all(
		ui.PageHeader{Context: fleetContext, Title: "Search", Count: "“0482”"},
		ui.Hits{Query: "0482", Note: "only customers you may see: 214", Groups: []ui.HitGroup{
			{Title: "Devices", All: ui.Link{Text: "All 4 in 4 customers", URL: "/devices?q=0482"}, Hits: []ui.Hit{hit("laptop", "NWT-LT-0482", "0F37B2P2401482", northwind, &ui.State{Shape: ui.ShapeBad, Text: "Noncompliant"}), hit("phone", "iPhone 15", "IMEI 35 9881 20482 116", contoso, &ui.State{Shape: ui.ShapeOK, Text: "Compliant"}), hit("laptop", "FBK-WS-10482", "last seen 40 d ago", fabrikam, &ui.State{Shape: ui.ShapeStale, Text: "Was compliant"})}},
			{Title: "Do", Hits: []ui.Hit{{Icon: "arrow_sync", URL: "/x", Name: ui.Spans{{Text: "Sync NWT-LT-0482"}}, Tenant: &northwind, Note: "needs sign-in"}}},
		}},
	)
}

func consentPage() templ.Component {
	bold := func(before, strong, after string) ui.Spans {
		return ui.Spans{{Text: before}, {Text: strong, Strong: true}, {Text: after}}
	}
	return in(ui.Split(),
		in(ui.Main(),
			ui.PageHeader{Title: "First Up Consultants asks to look after the devices of Fabrikam", Lead: "You are the administrator, so you decide. Please read this page first. Nothing changes until you agree on Microsoft’s own page, and you can take it back at any time."},
			in(ui.Section{Title: "What our program can read", Icon: "eye", Lead: "It reads by itself, day and night. It cannot change anything."}.With(), ui.Statements{Summary: "The 7 names in Microsoft’s words", Names: []string{"DeviceManagementManagedDevices.Read.All"}, Items: []ui.Statement{{Icon: "laptop", Text: bold("Your ", "phones and computers", ": name, model, owner, and if they are safe.")}, {Icon: "apps", Text: bold("Which ", "apps", " are installed, and who should have them.")}, {Icon: "certificate", Text: bold("When ", "certificates and tokens", " end, so that we can warn you.")}}}),
			in(ui.Section{Title: "What a person may change", Icon: "person_available", Lead: "Only a named person, signed in at your company."}.With(), ui.Statements{Open: true, Summary: "The 1 name in Microsoft’s words", Names: []string{"DeviceManagementManagedDevices.PrivilegedOperations.All (delegated: only with a signed-in person)"}, Items: []ui.Statement{{Icon: "arrow_clockwise", Text: bold("", "Help with a device", ": restart it, lock it, find it when it is lost, or erase it.")}}}),
			in(ui.Section{Title: "What we never ask for", Icon: "prohibited"}.With(), ui.Statements{Items: []ui.Statement{{Icon: "mail", Text: bold("E-mail, calendars, chats and files. We cannot open them.", "", "")}, {Icon: "key", Text: bold("Passwords. You type yours only on Microsoft’s page.", "", "")}}}),
			in(ui.Section{Title: "What happens next", Icon: "arrow_right"}.With(), ui.Numbered{bold("You go to ", "login.microsoftonline.com", " and sign in as administrator of Fabrikam."), bold("You come back here. You get a ", "receipt", " to keep.")},
				in(ui.FormFoot(), ui.Actions{Items: []ui.Action{{Text: "Continue to Microsoft", Kind: ui.Primary, Large: true, Post: "/consent/x"}, {Text: "I do not agree", Large: true, URL: "/consent/x/no"}}}), ui.Note("Not sure? Send this page to a colleague. Opening the link does not use it up.")),
		),
		in(ui.Aside("about", "About this request"), in(ui.Card{}.With(), ui.Facts{Items: []ui.Fact{{Label: "Who asks", Value: ui.TextCell("First Up Consultants"), Note: "12 Harbour Street, Seattle"}, {Label: "For", Value: ui.TextCell("Fabrikam"), Note: "fabrikam.com"}, {Label: "Your tenant number", Value: ui.MonoCell("8c2f51de-7b0a-4a36-9a5e-0d9f4b1e6c20")}, {Label: "This link works until", Value: ui.TextCell("Friday, 28 November 2026, 18:00")}, {Label: "Questions", Value: ui.LinkCell("trust@firstup.example", "mailto:trust@firstup.example")}}})),
	)
}

func signInPage() templ.Component {
	return all(
		ui.PageHeader{Title: "Sign in", Lead: "You type your password only at Microsoft. Tenantry never sees it."},
		in(ui.Block(), ui.Action{Text: "Sign in at First Up Consultants", Kind: ui.Primary, Large: true, URL: "/signin?tenant=home"}),
		ui.Or("or at another company"),
		ui.Field{Name: "tenant", Label: "Company domain or tenant number", Large: true, Value: "northwindtrader.com", Error: "No Microsoft tenant has this domain. Did you mean", ErrorLink: ui.Link{Text: "northwindtraders.com", URL: "?tenant=northwindtraders.com"}, Hint: "For technicians who work inside a customer, and for customers. Example: contoso.com", Autocomplete: "organization", Button: &ui.Action{Text: "Next"}},
		in(ui.Section{Title: "Still signed in on this browser", Rule: true}.With(), ui.SignInList(shell("", "", nil).SignIns)),
	)
}
