package partner_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
)

func TestPrivacyContact(t *testing.T) {
	t.Parallel()
	s, ctx := partner.NewStore(pgtest.New(t)), t.Context()
	if p, err := s.Privacy(ctx); err != nil || p.Named() || p.ChangedBy != "" {
		t.Errorf("at first: %+v, %v", p, err)
	}
	for _, set := range []partner.Privacy{{Name: " Data  protection ", Mail: "privacy@firstup.example"}, {Mail: "dpo@firstup.example"}} {
		if err := s.SetPrivacy(ctx, set, "owner@firstup.example"); err != nil {
			t.Fatal(err)
		}
		p, err := s.Privacy(ctx)
		if err != nil || p.Name != strings.Join(strings.Fields(set.Name), " ") || p.Mail != set.Mail || p.ChangedBy != "owner@firstup.example" || p.ChangedAt.IsZero() {
			t.Errorf("set %+v, got %+v, %v", set, p, err)
		}
	}
	if err := s.SetPrivacy(ctx, partner.Privacy{Name: strings.Repeat("ü", partner.MaxName+1)}, "x"); !errors.Is(err, errs.Invalid) {
		t.Errorf("a name that is too long: %v", err)
	}
	if err := s.SetPrivacy(ctx, partner.Privacy{}, "owner@firstup.example"); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Privacy(ctx); err != nil || p.Named() {
		t.Errorf("taken away: %+v, %v", p, err)
	}
}
