package consent_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// A customer who took the consent back in the portal stays so, however much Microsoft still shows; only a consent by a new link ends it.
func TestReadingDoesNotUndoAWithdrawal(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	c := &cloud{grants: map[tenant.ID]consent.Grants{contoso: whole(all()...)}, fails: map[tenant.ID]error{}, now: start}
	s := consent.NewService(consent.Deps{Store: consent.NewStore(pool), Authority: c, Reader: c, Journal: c, Now: func() time.Time { return c.now }})
	if _, _, err := s.AddTenant(t.Context(), who, "contoso.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Raw().Exec(t.Context(), `UPDATE tenant SET state = 'withdrawn', withdrawn_at = now() WHERE tenant_id = $1`, contoso); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reread(t.Context(), contoso); err != nil {
		t.Fatal(err)
	}
	if v, err := s.View(t.Context(), contoso); err != nil || v.Tenant.State != tenant.StateWithdrawn || v.LastAny != nil || len(v.Open) > 0 {
		t.Errorf("after a reading: %+v, %v", v, err)
	}
	_, token := link(t, s, contoso)
	if o := back(t, s, yes(begin(t, s, token), contoso)); o.Result != consent.Connected || state(t, s, contoso) != tenant.StateConnected {
		t.Errorf("after a new consent: %+v", o)
	}
	if _, err := pool.Raw().Exec(t.Context(), `UPDATE tenant SET erasing = true WHERE withdrawn_at IS NULL`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CreateLink(t.Context(), who, contoso, order()); err == nil {
		t.Error("a link was made while the data is being deleted")
	}
}

func TestUsesAreTheLatestOfEachTenant(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	for _, at := range []time.Duration{time.Hour, 0} { // the earlier one comes late
		if err := s.Store.Used(t.Context(), contoso, []string{"User.Invite.All"}, "Lena", c.now.Add(at)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Store.Uses(t.Context(), contoso); err != nil || len(got) != 1 || !got[0].At.Equal(c.now.Add(time.Hour)) || got[0].By != "Lena" {
		t.Errorf("uses = %+v, %v", got, err)
	}
	if got, err := s.Store.Uses(t.Context(), fabrikam); err != nil || len(got) != 0 {
		t.Errorf("uses of another tenant = %+v, %v", got, err)
	}
}
