package consent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestOtherRegistrations: what a tenant granted to another registration of ours is read there, since when and until it is gone; what cannot be
// read is unknown, and of other tenants nothing shows.
func TestOtherRegistrations(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	c := &cloud{grants: map[tenant.ID]consent.Grants{contoso: whole(all()...), fabrikam: whole(all()...)}, fails: map[tenant.ID]error{}, now: start, others: map[string]consent.Grants{}}
	s := consent.NewService(consent.Deps{Store: consent.NewStore(pool), Authority: c, Reader: c, Journal: c, Now: func() time.Time { return c.now }})
	for _, domain := range []string{"contoso.example", "fabrikam.example"} {
		if _, _, err := s.AddTenant(t.Context(), who, domain); err != nil {
			t.Fatal(err)
		}
	}
	const narrow = "7e6cb5c1-0a4f-4d52-9a71-0d6a0e6a1c01"
	if _, err := pool.Raw().Exec(t.Context(), `INSERT INTO registration (client_id, name, application, delegated, read_at, added_at, added_by) VALUES ($1, 'Narrow', '{}', '{}', now(), now(), '')`, narrow); err != nil {
		t.Fatal(err)
	}
	look := func(tid tenant.ID, ahead time.Duration) []consent.Other {
		t.Helper()
		c.now = c.now.Add(ahead)
		if _, err := s.Reread(t.Context(), tid); err != nil {
			t.Fatal(err)
		}
		v, err := s.View(t.Context(), tid)
		if err != nil {
			t.Fatal(err)
		}
		return v.Others
	}
	c.otherFails = errs.Unavailable
	if got := look(contoso, 0); len(got) != 0 {
		t.Errorf("never asked with another, and not read: %+v", got)
	}
	c.otherFails = nil
	if got := look(contoso, 0); len(got) != 0 {
		t.Errorf("not in the tenant: %+v", got)
	}
	old := whole(app("User.Read.All"))
	old.AppID, old.Principal = narrow, "p"
	c.others[narrow] = old
	first := c.now.Add(time.Hour)
	if got := look(contoso, time.Hour); len(got) != 1 || got[0].ClientID != narrow || got[0].Principal != "p" || !slices.Equal(got[0].Application, old.Held) || !got[0].FirstSeen.Equal(first) || !got[0].ReadAt.Equal(first) {
		t.Fatalf("granted: %+v", got)
	}
	c.otherFails = errs.Unavailable
	if got := look(contoso, time.Hour); len(got) != 1 || got[0].Problem == "" || !got[0].ReadAt.Equal(first) {
		t.Errorf("not read again: %+v", got)
	}
	c.otherFails = nil
	if got := look(contoso, time.Hour); len(got) != 1 || got[0].Problem != "" || !got[0].FirstSeen.Equal(first) || got[0].ReadAt.Equal(first) {
		t.Errorf("read again: %+v", got)
	}
	if got := look(fabrikam, 0); len(got) != 0 {
		t.Errorf("at another tenant: %+v", got)
	}
	delete(c.others, narrow)
	if got := look(contoso, time.Hour); len(got) != 0 {
		t.Errorf("taken back: %+v", got)
	}
	if !slices.Contains(c.events, "consent.other.found") || !slices.Contains(c.events, "consent.other.gone") {
		t.Errorf("told: %v", c.events)
	}
	c.otherFails = errs.Unavailable
	if _, err := pool.Raw().Exec(t.Context(), `INSERT INTO consent_link (tenant_id, token_hash, features, language, created_at, created_by, expires_at, used_at, client_id) VALUES ($1, sha256('x'), '{}', 'en', now(), '', now(), now(), $2)`, fabrikam, narrow); err != nil {
		t.Fatal(err)
	}
	if got := look(fabrikam, time.Hour); len(got) != 1 || got[0].Problem == "" || !got[0].FirstSeen.IsZero() {
		t.Errorf("agreed to by a link, and not read: %+v", got)
	}
}
