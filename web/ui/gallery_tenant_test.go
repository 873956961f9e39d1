package ui_test

import (
	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/ui"
)

func devicePage() templ.Component {
	return all(
		ui.PageHeader{
			Tenant: &northwind, Context: []ui.Crumb{{Text: "Devices", URL: "/devices"}}, Title: "NWT-LT-0482",
			Pills:     []ui.State{{Shape: ui.ShapeBad, Text: "Noncompliant"}, {Shape: ui.ShapePending, Text: "Wipe waits for approval"}},
			Freshness: ui.Freshness{State: ui.ShapeOK, AsOf: minutesAgo(3), Parts: []ui.Link{{Text: "Managed devices, complete"}, {Text: "next read in 12 min"}, {Text: "where this comes from", URL: "#raw"}}},
			Actions:   []ui.Action{{Text: "Copy link", Icon: "copy", Copy: "https://portal.example/t/x"}, {Text: "Open in Intune", Icon: "open", URL: "https://intune.microsoft.com/"}, {Text: "Sync device", Icon: "arrow_sync", Kind: ui.Primary, Post: "/sync"}},
			Jump:      ui.Link{Text: "Actions", URL: "#actions"},
		},
		ui.Facts{Wide: true, Items: []ui.Fact{
			{Label: "Primary user", Value: ui.LinkCell("j.mora@northwindtraders.com", "/u")}, {Label: "Serial", Value: ui.CopyCell("0F37B2P2401482", "", "Copy serial")},
			{Label: "Last check-in", Value: ui.StateCell(ui.ShapeWarn, "8 days ago")}, {Label: "Model", Value: ui.TextCell("Microsoft Surface Laptop 6")},
			{Label: "System", Value: ui.TextCell("Windows 11 24H2 (26100.6899)")}, {Label: "Owner", Value: ui.TextCell("Company, corporate device")},
			{Label: "Enrolled", Value: ui.TextCell("3 Mar 2026, Autopilot")}, {Label: "Intune device id", Value: ui.CopyCell("6d1e0c4a-19d3-4b7f-8c64-0d7f64b691b7", "6d1e0c4a…91b7", "Copy Intune device id")},
		}},
		ui.Tabs{Label: "Parts of this device", Items: []ui.Tab{{Text: "Summary", URL: "?", Current: true}, {Text: "Configuration", Count: "9", URL: "?tab=configuration"}, {Text: "Apps", Count: "84", URL: "?tab=apps"}, {Text: "Protection", URL: "?tab=protection"}, {Text: "Hardware", URL: "?tab=hardware"}, {Text: "History", Count: "37", URL: "?tab=history"}, {Text: "Raw", URL: "?tab=raw"}}},
		in(ui.Split(), in(ui.Main(), whyNoncompliant(), protection(), deviceTimeline()), in(ui.Aside("actions", "Actions"), deviceActions(), removeActions())),
	)
}

func whyNoncompliant() templ.Component {
	row := func(name, policy string, s ui.Cell, since string) ui.Row {
		return ui.Row{Name: name, Cells: []ui.Cell{ui.LinkCell(policy, "/p"), s, ui.QuietCell(since)}}
	}
	return in(ui.Section{Title: "Why it is noncompliant", Count: "2 of 14 settings", AsOf: minutesAgo(11)}.With(),
		ui.Table{Inset: true, Caption: "Settings that fail", Columns: []ui.Column{{Label: "Setting"}, {Label: "Policy", Width: 190}, {Label: "State", Kind: ui.KindState, Width: 184}, {Label: "Since", Kind: ui.KindTime, Width: 74}}, Rows: []ui.Row{
			row("BitLocker must be on", "NWT Windows baseline", ui.StateCell(ui.ShapeBad, "Noncompliant"), "13 Nov"), row("Minimum system 26100.7019", "NWT Windows baseline", ui.StateCell(ui.ShapeWarn, "In grace, 4 d left"), "17 Nov"), row("Risk score at most medium", "NWT Defender", ui.UnknownCell("not reported"), "never"),
		}},
		in(ui.Folded{Summary: "Show the 11 compliant settings"}.With(), ui.Text("Password required, Firewall on, Secure Boot on.")))
}

func protection() templ.Component {
	return in(ui.Section{Title: "Protection", AsOf: minutesAgo(26 * 60), Late: true, Rule: true}.With(),
		ui.Banner{Kind: "unknown", Text: "This section is older than its target of 4 h. Defender answered 503 three times; next try at 03:05."},
		ui.Facts{Wide: true, Items: []ui.Fact{{Label: "Real-time protection", Value: ui.StateCell(ui.ShapeStale, "Was on")}, {Label: "Signatures", Value: ui.StateCell(ui.ShapeStale, "Was up to date")}, {Label: "Last full scan", Value: ui.TextCell("9 Nov 2026")}, {Label: "Malware found", Value: ui.NumberCell(0, "/m"), Note: "in 90 days"}}})
}

func deviceTimeline() templ.Component {
	return in(ui.Section{Title: "Timeline", Rule: true, Links: []ui.Segment{{Text: "All", URL: "?", Current: true}, {Text: "Seen by sync", URL: "?t=sync"}, {Text: "Our actions", URL: "?t=actions"}, {Text: "Customer", URL: "?t=customer"}}}.With(), ui.Timeline{
		{When: minutesAgo(12), Icon: "signature", Who: "R. Ives", Text: "asked to wipe this device", Detail: "Reason: “Laptop reported stolen, ticket 48213”. Waits for a second person until 03:41."},
		{When: minutesAgo(125), Icon: "arrow_sync", Who: "R. Ives", Text: "sent Sync", Detail: "Accepted by Microsoft at 00:47 · no result yet · request id 5b1f…c204"},
		{When: minutesAgo(8 * 1440), Icon: "warning", Tone: "bad", Text: "Compliance changed", From: "compliant", To: "noncompliant", Detail: "· BitLocker is off · read 13 Nov, 10:12"},
		{When: minutesAgo(19 * 1440), Icon: "edit", Text: "User changed", From: "s.ito@northwindtraders.com", To: "j.mora@northwindtraders.com"},
		{WhenText: "11–13 Oct", Tone: "gap", Text: "Not read", Detail: "No complete reading in these three days. Changes in them are seen only later."},
		{WhenText: "3 Mar", Icon: "checkmark_circle", Tone: "ok", Text: "First seen, enrolled by Autopilot", Detail: "Profile “NWT standard laptop”"},
	})
}

func deviceActions() templ.Component {
	return ui.ActionPanel{Title: "Actions", Note: "Sent as you, d.kranz@firstup.example, signed in at Northwind Traders for 52 more minutes.", Items: []ui.PanelAction{
		{Icon: "arrow_clockwise", Name: "Restart", Hint: "Device must be online; it last checked in 8 days ago.", Action: ui.Action{Text: "Restart", Post: "/restart"}},
		{Icon: "lock_closed", Name: "Remote lock", Action: ui.Action{Text: "Lock", Reason: "Windows does not support remote lock."}},
		{Icon: "location", Name: "Locate", Action: ui.Action{Text: "Locate", Reason: "Your Intune role “Help desk” does not include Locate.", ReasonLink: ui.Link{Text: "Who can change this", URL: "/doctor"}}},
		{Icon: "shield_checkmark", Name: "Quick scan", Action: ui.Action{Text: "Scan", Post: "/scan"}},
	}}
}

func removeActions() templ.Component {
	return ui.ActionPanel{Title: "Remove", Items: []ui.PanelAction{
		{Icon: "subtract_circle", Name: "Retire", Hint: "Removes company data, keeps personal files.", Action: ui.Action{Text: "Retire…", Kind: ui.Danger, URL: "/retire"}},
		{Icon: "broom", Name: "Wipe", Action: ui.Action{Text: "Wipe…", Kind: ui.Danger, Reason: "A wipe was already asked for 12 min ago.", ReasonLink: ui.Link{Text: "See request", URL: "/approvals"}}},
	}}
}

func jobPage() templ.Component {
	diff := ui.Table{Inset: true, Caption: "Attributes", Columns: []ui.Column{{Label: "Attribute"}, {Label: "In Salesforce now", Kind: ui.KindMono, Phone: "left"}, {Label: "Would become", Kind: ui.KindMono, Phone: "right"}}, Rows: []ui.Row{
		{Name: "Department", Cells: []ui.Cell{ui.MonoCell("Sales"), ui.MonoCell("Sales EMEA")}}, {Name: "IsActive", Cells: []ui.Cell{ui.MonoCell("true"), ui.QuietCell("unchanged")}},
	}}
	objects := ui.Table{Inset: true, Caption: "Objects", Columns: []ui.Column{{Label: "Object"}, {Label: "Type", Width: 64, Priority: 2}, {Label: "Last result", Kind: ui.KindState, Width: 140}, {Label: "Tried", Kind: ui.KindNumber, Width: 76, Phone: "hide"}}, Rows: []ui.Row{
		{Name: "k.osei@contoso.com", URL: "?o=1", Current: true, Cells: []ui.Cell{ui.QuietCell("User"), ui.StateCell(ui.ShapeBad, "Export failed"), ui.QuietCell("41 times")}},
		{Name: "Sales EMEA", URL: "?o=2", Cells: []ui.Cell{ui.QuietCell("Group"), ui.StateCell(ui.ShapeNone, "Not in scope"), ui.QuietCell("1 time")}},
		{Name: "l.marsh@contoso.com", URL: "?o=3", Cells: []ui.Cell{ui.QuietCell("User"), ui.StateCell(ui.ShapeOK, "Updated"), ui.QuietCell("17 Nov")}},
	}}
	return all(
		ui.PageHeader{Tenant: &contoso, Context: []ui.Crumb{{Text: "Provisioning", URL: "/provisioning"}}, Title: "Salesforce", Pills: []ui.State{{Shape: ui.ShapeBad, Text: "Quarantine"}},
			Freshness: ui.Freshness{State: ui.ShapeOK, AsOf: minutesAgo(6), Parts: []ui.Link{{Text: "job and log read completely"}}, Next: "next read in 9 min"},
			Actions:   []ui.Action{{Text: "Pause", Icon: "pause", Post: "/pause"}, {Text: "Restart", Icon: "arrow_clockwise", Reason: "Off until the credentials work."}, {Text: "Replace credentials", Icon: "key", Kind: ui.Primary, URL: "/credentials"}}},
		ui.Banner{Kind: "bad", Title: "Microsoft stopped this job: Salesforce refuses the stored credentials (401 Unauthorized).", Text: "Since 17 Nov, 10:29, first failure of a series of 11. A person with Cloud Application Administrator at Contoso can replace the credentials.", Link: ui.Link{Text: "Same cause at 2 other customers", URL: "/p"}},
		ui.Funnel{{Label: "Read from Entra ID", Number: "1,204", URL: "/o"}, {Label: "In scope", Number: "1,180", Note: "24 outside"}, {Label: "Matched or new", Number: "1,176", Note: "4 ambiguous"}, {Label: "Written to Salesforce", Number: "1,045"}, {Label: "Waiting", Number: "131", Note: "tried again each cycle", Bad: true, URL: "/o?waiting"}},
		ui.Progress{Label: "Cycle 3,318, started 02:31", Part: 262, Whole: 1180, Text: "22% · 262 of 1,180 looked at · observed 6 min ago"},
		in(ui.Columns(), in(ui.Col("5"), in(ui.Section{Title: "People and groups", Links: []ui.Segment{{Text: "Failed 131", URL: "?r=f", Current: true}, {Text: "Skipped 28", URL: "?r=s"}, {Text: "All", URL: "?"}}}.With(), objects, ui.Pager{From: "1", To: "3", Count: "1,204", Rows: "Objects", NextURL: "?after=3"})),
			in(ui.Col("7"), in(ui.Section{Title: "k.osei@contoso.com", Note: "cycle 3,318"}.With(), ui.StepList{
				{Shape: ui.ShapeOK, Title: "Import from Entra ID", Text: "Changed: department, manager", At: "02:33:07"}, {Shape: ui.ShapeOK, Title: "Match", Text: "One account found by userName", At: "02:33:08"},
				{Shape: ui.ShapeBad, Title: "Export to Salesforce: refused", Text: "Salesforce answered 401 Unauthorized. This is the job’s problem, not this person’s: all 131 stop here.", At: "02:33:09", Evidence: all(diff, ui.Code("InvalidCredentials · HTTP 401 · activity 0f6c1d52-88a1-4c0e-b1d4-2a1f3c9e7a10"))},
				{Shape: ui.ShapeStale, Title: "Next try in cycle 3,319", Text: "not before 03:43, when Microsoft lifts the quarantine for a test"},
			}))),
	)
}

func tenantPage() templ.Component {
	line := func(label string, n, note string) ui.LedgerLine {
		return ui.LedgerLine{Label: label, Number: n, Note: note, URL: "/x"}
	}
	return all(
		ui.PageHeader{Tenant: &fabrikam, Context: []ui.Crumb{{Text: "8c2f51de-7b0a-4a36-9a5e-0d9f4b1e6c20", Mono: true}}, Title: "Fabrikam",
			Freshness: ui.Freshness{State: ui.ShapePartial, AsOf: minutesAgo(52), Parts: []ui.Link{{Text: "9 of 11 datasets complete"}, {Text: "Apps and Provisioning not read since 19 Nov", URL: "/sync"}}},
			Actions:   []ui.Action{{Text: "Sign in here", Icon: "key", URL: "/signin"}, {Text: "Send consent link", Icon: "link", Kind: ui.Primary, URL: "/consent"}}},
		ui.Banner{Kind: "warn", Title: "2 permissions are missing since 19 Nov, 16:41.", Text: "They were removed in the tenant; Apps and Provisioning show their last state until they are granted again.", Mono: "DeviceManagementApps.Read.All · Synchronization.Read.All", ActionURL: "/consent", ActionText: "See difference"},
		in(ui.Section{Title: "Relationship", Note: "each stage read from the tenant"}.With(),
			ui.Stages{Title: "Direct consent and guest", Note: "used for sync and for people’s actions", Items: []ui.Stage{
				{Shape: ui.ShapeWarn, Name: "Consent", Fact: "14 of 16 permissions", AsOf: "as of 52 min ago"}, {Shape: ui.ShapeOK, Name: "Guest", Fact: "3 technicians redeemed", AsOf: "as of 52 min ago"}, {Shape: ui.ShapeOK, Name: "Role", Fact: "Intune Administrator: 2; Help desk: 1", AsOf: "as of 52 min ago"},
				{Shape: ui.ShapeBad, Name: "Licence", Fact: "d.kranz has no Intune plan", AsOf: "as of 52 min ago", Link: ui.Link{Text: "who can fix it", URL: "/doctor"}}, {Shape: ui.ShapeUnknown, Name: "Proven by a sign-in", Fact: "Nobody since 2 Oct", AsOf: "proof lapses after 30 days"},
			}},
			ui.Stages{Title: "Partner Center (GDAP)", Note: "“First Up support 2026”, until 14 Aug 2027", Items: []ui.Stage{
				{Shape: ui.ShapeOK, Name: "Relationship", Fact: "Active, 266 days left", AsOf: "as of 1 h ago"}, {Shape: ui.ShapeOK, Name: "Group", Fact: "First Up L2, 14 members", AsOf: "as of 1 h ago"}, {Shape: ui.ShapeOK, Name: "Role", Fact: "Intune Administrator", AsOf: "as of 1 h ago"}, {Shape: ui.ShapeOK, Name: "Licence", Fact: "Not needed for GDAP", AsOf: "rule"}, {Shape: ui.ShapeOK, Name: "Proven by a sign-in", Fact: "r.ives, today 00:44", AsOf: "as of 2 h ago"},
			}}),
		in(ui.Columns(),
			in(ui.Col("4"), in(ui.Section{Title: "Devices", AsOf: minutesAgo(4)}.With(), ui.Ledger{Lines: []ui.LedgerLine{line("All", "846", ""), {Label: "Compliant", Shape: ui.ShapeOK, Number: "761", Note: "90.0%", URL: "/x"}, {Label: "Unknown", Shape: ui.ShapeUnknown, Number: "85", Note: "10.0%", URL: "/x"}}})),
			in(ui.Col("4"), in(ui.Section{Title: "Ends soon", AsOf: minutesAgo(38)}.With(), ui.Ledger{Lines: []ui.LedgerLine{line("VPP token “Fabrikam apps”", "19 d", "10 Dec"), line("Apple push certificate", "61 d", "21 Jan")}})),
			in(ui.Col("4"), in(ui.Section{Title: "Today here", Link: ui.Link{Text: "Activity", URL: "/activity"}}.With(), ui.Timeline{{WhenText: "00:44", Icon: "key", Who: "r.ives", Text: "signed in"}, {WhenText: "02:01", Icon: "warning", Tone: "bad", Text: "Consent checked: 2 missing"}}))),
	)
}

func wipePage() templ.Component {
	return all(
		ui.PageHeader{Tenant: &northwind, Context: []ui.Crumb{{Text: "Devices", URL: "/devices"}, {Text: "NWT-LT-0482", URL: "/device"}}, Title: "Wipe this device?"},
		ui.StepsLine{{Text: "Confirm", Shape: ui.ShapePending, Current: true}, {Text: "Second person approves", Shape: ui.ShapeTodo}, {Text: "Microsoft erases", Shape: ui.ShapeTodo}, {Text: "Result", Shape: ui.ShapeTodo}},
		in(ui.Split(), in(ui.Main(),
			ui.FormErrors{{ID: "f-serial", Text: "The serial number is one character short"}, {ID: "f-reason", Text: "Say why"}},
			ui.Facts{Card: true, Items: []ui.Fact{{Label: "Customer", Value: ui.TenantCell(northwind), Note: "northwindtraders.com"}, {Label: "Device", Value: ui.Cell{Text: "NWT-LT-0482", Strong: true}}, {Label: "Serial", Value: ui.MonoCell("0F37B2P2401482")}, {Label: "Last check-in", Value: ui.StateCell(ui.ShapeWarn, "8 days ago, 12 Nov, 18:02")}, {Label: "Reason", Value: ui.TextCell("“Reported stolen”"), Rule: true}}},
			in(ui.Section{Title: "What will happen"}.With(), ui.Consequences{{Shape: ui.ShapeWarn, Text: "All files, apps and settings on the laptop are erased. This cannot be undone."}, {Shape: ui.ShapeUnknown, Text: "We do not know if there are unsaved files: the device has not checked in for 8 days."}, {Shape: ui.ShapeStale, Text: "It starts when the device is next online, perhaps days from now."}}),
			in(ui.Section{Title: "Options"}.With(),
				ui.Choice{Name: "keep", Legend: "Keep", Options: []ui.Option{{Value: "nothing", Label: "Nothing, factory state", Selected: true}, {Value: "user", Label: "The user account and files on the device"}, {Value: "enrolment", Label: "The enrollment, so that it comes back by itself", Reason: "Not for personal devices."}}},
				in(ui.FieldRow(), ui.Field{Name: "reason", Label: "Reason, for the customer’s log", Value: "Reported stolen, ticket 48213"}, ui.Field{Name: "serial", Label: "Type the serial number to confirm", Value: "0F37B2P240148", Mono: true, Error: "One character is missing: the serial has 14, you typed 13.", Hint: "Both people type it.", Autocomplete: "off"}),
				ui.Select{Name: "wait", Label: "Lapses after", Options: []ui.Option{{Value: "1", Label: "1 hour", Selected: true}, {Value: "8", Label: "8 hours"}}},
				in(ui.FormFoot(), ui.Actions{Items: []ui.Action{{Text: "Ask to wipe 1 device", Kind: ui.Confirm, Post: "/wipe"}, {Text: "Cancel", URL: "/device"}}, Note: "Sent only after a second person approves."}))),
			in(ui.Aside("brake", "Limits"),
				in(ui.Card{Title: "Blast radius", Note: "Northwind Traders, last 60 minutes"}.With(), ui.Budget{Used: 2, This: 1, Limit: 2, Label: "2 of 2 used, this would be the third"}, ui.Strong("This would be the third wipe; 2 are allowed."), ui.Ledger{Lines: []ui.LedgerLine{{Label: "Share of this customer", Number: "1", Note: "of 312"}, {Label: "All staff, last hour", Number: "2", Note: "of 25"}}}),
				in(ui.Card{Title: "Second person"}.With(), ui.Text("Any of these 2 people can approve. You cannot approve your own request."), ui.People{{Name: "t.osman", Role: "owner", Seen: "here now", Here: true}, {Name: "p.hoang", Role: "technician", Seen: "yesterday"}}))),
	)
}

func doctorPage() templ.Component {
	return all(
		ui.PageHeader{Tenant: &woodgrove, Context: []ui.Crumb{{Text: "Apps", URL: "/apps"}}, Title: "Woodgrove Bank refused to list its apps", Freshness: ui.Freshness{State: ui.ShapePartial, AsOf: minutesAgo(2), Parts: []ui.Link{{Text: "403 Forbidden from Microsoft Graph"}, {Text: "verdict from 7 of 9 facts"}}}, Actions: []ui.Action{{Text: "Check again", Icon: "arrow_clockwise", Post: "/check"}}},
		in(ui.Split(), in(ui.Main(),
			ui.Banner{Kind: "bad", Heading: true, Title: "Your Intune role at Woodgrove Bank does not include apps.", Text: "You have “Help desk”. Reading apps needs “Read Only Operator”. Consent and licence are in place, so asking for consent again would not help."},
			in(ui.Section{Title: "Layer by layer"}.With(), ui.Layers{{Shape: ui.ShapeOK, Name: "Right tenant", Text: "Token is for woodgrovebank.com, global cloud", When: "2 min ago"}, {Shape: ui.ShapeOK, Name: "Licence", Text: "Intune Plan 1 through Business Premium", When: "52 min ago"}, {Shape: ui.ShapeBad, Name: "Intune role", Text: "“Help desk” lacks Managed apps / Read", When: "2 min ago", Current: true}, {Shape: ui.ShapeUnknown, Name: "Conditional access", Text: "Not read: needs a permission we do not ask for", When: "never"}, {Shape: ui.ShapeNone, Name: "Approval by a second admin", Text: "Not needed for reading", When: "rule"}}),
			in(ui.Folded{Summary: "What Microsoft answered", Open: true}.With(), ui.Code("Forbidden: Application is not authorized to perform this operation - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: 7f52c0ce-19d3-4b7f-8c64-0d7f64b6a9b1"))),
			in(ui.Aside("fix", "Who can fix it"),
				in(ui.Card{Title: "Who can fix it"}.With(), ui.Spans{{Text: "An Intune Administrator at Woodgrove Bank. From your side: "}, {Text: "t.osman", Strong: true}, {Text: ", through GDAP."}}, ui.CopyField{ID: "message", Label: "Message to send", Rows: 6, Value: "Hello, please add d.kranz@firstup.example to the Intune role “Read Only Operator” at Woodgrove Bank. Reference 7f52c0ce."}),
				in(ui.Card{Title: "How sure are we"}.With(), ui.Note("Sure. The role was read 2 min ago and lacks this right.")))),
	)
}
