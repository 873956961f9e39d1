package tenants

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/service"
)

func TestEndsSoon(t *testing.T) {
	f, of, c := some(t)
	contoso := of["Contoso"]
	at := "/t/" + contoso.ID.String() + "/"
	var v struct {
		Ends ends `json:"ends_soon"`
	}
	c.JSON(at, http.StatusOK, &v)
	if body := c.Get(at).Body.String(); v.Ends.AsOf != nil || len(v.Ends.Items) != 0 || !strings.Contains(body, "Whether something ends here is not known.") || strings.Contains(body, "Nothing ends") {
		t.Errorf("nothing read yet reads as fine: %+v", v.Ends)
	}

	day, read := 24*time.Hour, f.Now.Add(-time.Hour)
	token := func(id string, in time.Duration) service.Item {
		return service.Item{Kind: service.VPPToken, ID: id, Name: id, State: "valid", Health: service.OK, ExpiresAt: f.Now.Add(in)}
	}
	var all []service.Reading
	for _, k := range service.Kinds() {
		all = append(all, service.Reading{Kind: k, Outcome: service.Read, TriedAt: read, ReadAt: read})
	}
	vpp := []service.Reading{{Kind: service.VPPToken, Outcome: service.Read, TriedAt: read, ReadAt: read}}
	f.ReadServices(t, contoso.ID, read, vpp, token("calm", 300*day))
	c.JSON(at, http.StatusOK, &v)
	if body := c.Get(at).Body.String(); len(v.Ends.Items) != 0 || len(v.Ends.Unread) != 5 || !strings.Contains(body, "5 kinds were never read.") || strings.Contains(body, "Nothing ends") {
		t.Errorf("one kind of six read: %+v", v.Ends)
	}

	f.ReadServices(t, contoso.ID, read, all, token("calm", 300*day))
	c.JSON(at, http.StatusOK, &v)
	if body := c.Get(at).Body.String(); len(v.Ends.Unread) != 0 || !strings.Contains(body, "Nothing ends within its lead time.") {
		t.Errorf("all read, nothing ends: %+v", v.Ends)
	}

	push := service.Item{Kind: service.ApplePush, ID: "push", Name: "com.apple.mgmt.topic", State: "present", Health: service.OK, ExpiresAt: f.Now.Add(19*day + time.Hour)}
	f.ReadServices(t, contoso.ID, read, all, push, token("calm", 300*day), token("over", -2*day), token("tonight", 5*time.Hour), token("v4", 21*day), token("v5", 22*day), token("v6", 23*day), token("v7", 24*day))
	c.JSON(at, http.StatusOK, &v)
	body := c.Get(at).Body.String()
	e := v.Ends
	if e.Count != 7 || len(e.Items) != shownEnds || e.Items[0].Text != "Apple VPP token over" || e.Items[0].State != "Ended" || *e.Items[0].DaysLeft != -2 || !e.Items[0].Sure || e.Items[2].Text != "Apple MDM push certificate" || *e.Items[2].DaysLeft != 19 {
		t.Errorf("%+v", e)
	}
	for _, want := range []string{">19 days<", ">Within a day<", ">Ended<", "All 7", at + "services?state=ended&amp;state=soon", at + "services/applePushCertificate/push"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "calm") {
		t.Error("what ends in 300 days is among what ends soon")
	}

	f.ReadServices(t, contoso.ID, read, []service.Reading{{Kind: service.VPPToken, Outcome: service.Failed, Trouble: "permission", TriedAt: read}})
	c.JSON(at, http.StatusOK, &v)
	if v.Ends.Items[0].Sure || !strings.Contains(c.Get(at).Body.String(), ">Was ended<") {
		t.Errorf("the last attempt failed: %+v", v.Ends.Items[0])
	}
}
