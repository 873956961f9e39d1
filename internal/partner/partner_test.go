package partner_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
)

func TestContact(t *testing.T) {
	t.Parallel()
	s, ctx := partner.NewStore(pgtest.New(t)), t.Context()
	if c, err := s.Contact(ctx); err != nil || c != (partner.Set{}) {
		t.Errorf("at first: %+v, %v", c, err)
	}
	for _, set := range []partner.Contact{{Address: " 12  Harbour Street ", Phone: "+1 206 555 0142", PrivacyMail: "privacy@firstup.example"}, {PrivacyName: "Data protection"}, {}} {
		if err := s.SetContact(ctx, set, "owner@firstup.example"); err != nil {
			t.Fatal(err)
		}
		set.Address = strings.Join(strings.Fields(set.Address), " ")
		if c, err := s.Contact(ctx); err != nil || c.Contact != set || c.By != "owner@firstup.example" || c.At.IsZero() {
			t.Errorf("set %+v, got %+v, %v", set, c, err)
		}
	}
	if err := s.SetContact(ctx, partner.Contact{Phone: strings.Repeat("ü", partner.MaxText+1)}, "x"); !errors.Is(err, errs.Invalid) {
		t.Errorf("a part that is too long: %v", err)
	}
}
