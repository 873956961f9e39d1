package graphsync_test

import (
	"context"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestWithdrawalEndsLiveReadings: whoever took the consent back was told that reading stops at once and that what is deleted stays so. That
// holds for a page that somebody opens, and for a reading that was under way.
func TestWithdrawalEndsLiveReadings(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := graphsync.NewLiveStore(pool, nil)
	tid, _ := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if err := tenant.NewStore(pool, tenant.ID{}, nil).Upsert(t.Context(), tenant.Only(tid), tenant.Tenant{ID: tid, DisplayName: "Contoso", DefaultDomain: "contoso.com"}); err != nil {
		t.Fatal(err)
	}
	set := func(sql string) {
		t.Helper()
		if _, err := pool.Raw().Exec(context.Background(), `UPDATE tenant SET `+sql+` WHERE tenant_id = $1`, tid); err != nil {
			t.Fatal(err)
		}
	}
	look := func(object string, during string, fails error) (graphsync.LiveReading[string], bool) {
		t.Helper()
		asked := false
		l, err := graphsync.ReadLive(t.Context(), s, tid, graphsync.LiveDeviceDetail, object, time.Nanosecond, func(context.Context) (string, error) {
			if asked = true; during != "" {
				set(during)
			}
			return "value", fails
		})
		if err != nil {
			t.Fatal(err)
		}
		return l, asked
	}
	if l, asked := look("kept", "", nil); !asked || l.Value != "value" {
		t.Fatalf("before: %+v, asked %t", l, asked)
	}
	for name, sql := range map[string]string{"withdrawn": "withdrawn_at = now()", "erasing": "withdrawn_at = NULL, erasing = true"} {
		set("withdrawn_at = NULL, erasing = false")
		for object, fails := range map[string]error{"under way": nil, "under way, failed": refused{}} {
			set("withdrawn_at = NULL, erasing = false")
			if _, asked := look(object, sql, fails); !asked {
				t.Errorf("%s: not asked before", name)
			}
			if l, err := graphsync.KeptLive[string](t.Context(), s, tid, graphsync.LiveDeviceDetail, object); err != nil || l.Known() || l.Trouble.Kind != "" {
				t.Errorf("%s: a reading %s was kept: %+v, %v", name, object, l, err)
			}
		}
		l, asked := look("kept", "", nil)
		if asked || l.Value != "value" || l.Now || l.Trouble.Kind != "withdrawn" || l.Trouble.Sentence == "" {
			t.Errorf("%s: asked %t, %+v", name, asked, l)
		}
	}
	set("withdrawn_at = NULL, erasing = false")
	if l, asked := look("kept", "", nil); !asked || !l.Now || l.Trouble.Kind != "" {
		t.Errorf("consented anew: asked %t, %+v", asked, l)
	}
}
