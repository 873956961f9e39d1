package reviews

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// hands are those of the partner's people who may see the tenant and change things there: only they can be handed a finding.
func (h *Handler) hands(ctx context.Context, tid tenant.ID) ([]tenant.Staff, error) {
	staff, err := h.Tenants.StaffOf(ctx, tid)
	return slices.DeleteFunc(staff, func(s tenant.Staff) bool { return !s.Role.May(tenant.MayAct) }), err
}

// hand takes who was chosen by sign-in name, for names are not unique, and keeps the name that colleagues and the customer's report know.
func (h *Handler) hand(ctx context.Context, m tenant.Membership, form url.Values) error {
	hands, err := h.hands(ctx, m.Tenant.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(hands, func(s tenant.Staff) bool { return s.UPN == form.Get("holder") })
	if i < 0 {
		return errs.Show(errs.Invalid, "Choose somebody of the staff who may work at this customer.")
	}
	return h.Reviews.Hand(ctx, m.Tenant.ID, m.Person, form.Get("finding"), cmp.Or(hands[i].Name, hands[i].UPN))
}

// holders is the choice of whom to hand the chosen finding to, with whoever has it now selected.
func (v view) holders() ui.Select {
	s := ui.Select{Name: "holder", ID: "hand-holder", Label: "Hand to", Hint: "Staff who may work at this customer.", Error: v.faultOf("hand")}
	s.Options = append(s.Options, ui.Option{Label: "Choose somebody"})
	for _, p := range v.hands {
		label := p.UPN
		if p.Name != "" {
			label = p.Name + " (" + p.UPN + ")"
		}
		has := v.chosen.Mark != nil && v.chosen.Mark.State == review.Handed && v.chosen.Mark.Holder == cmp.Or(p.Name, p.UPN)
		s.Options = append(s.Options, ui.Option{Value: p.UPN, Label: label, Selected: v.value("holder", "") == p.UPN || v.values == nil && has})
	}
	return s
}
