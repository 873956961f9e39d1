package consent

import "github.com/tenantry/tenantry/web/ui"

// facts are what stands beside the customer's page: who, for whom, until when, whom to ask, how to undo it.
func (v landingView) facts() []ui.Fact {
	who := []string{v.lead.Name}
	if v.lead.Address != "" {
		who = append(who, v.lead.Address)
	}
	if from := personOf(v.from); from != "" {
		who = append(who, from)
	}
	whom := []string{v.Customer}
	if v.domain != "" && v.domain != v.Customer {
		whom = append(whom, v.domain)
	}
	facts := []ui.Fact{
		{Label: v.words.who, Value: ui.ViewCell(lines(who))},
		{Label: v.words.forWhom, Value: ui.ViewCell(lines(whom))},
		{Label: v.words.number, Value: ui.MonoCell(v.TenantID.String())},
		{Label: v.words.until, Value: ui.TextCell(v.until)},
	}
	if v.contact != "" || v.lead.Phone != "" || v.lead.Mail != "" {
		facts = append(facts, ui.Fact{Label: v.words.questions, Value: ui.ViewCell(contactLines(v.lead, v.contact))})
	}
	return append(facts, ui.Fact{Label: v.words.takeBack, Value: ui.ViewCell(takingBack(v.words.takeBackText, v.words.evidence))})
}
