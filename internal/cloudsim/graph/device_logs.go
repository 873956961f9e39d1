package graph

import "time"

var logStates = []string{"completed", "completed", "completed", "pending", "failed"}

// logRequests are the diagnostics that somebody asked a Windows device for. They are kept for 28 days.
func (c *call) logRequests(v *device) related {
	return many("deviceLogCollectionResponse", func() []object {
		d := c.draw(kindPolicy, v.index+3<<32)
		if v.kind != windows || v.synced.IsZero() || !d.is(0.06) {
			return nil
		}
		asked := v.synced.Add(-time.Duration(d.between(1, 24*20)) * time.Hour)
		state := pick(&d, logStates)
		var received any
		size := 0.0
		if state == "completed" {
			received, size = asked.Add(time.Duration(d.between(5, 90))*time.Minute), float64(d.between(1200, 48000))
		}
		who := ""
		if len(c.t.Users) > 0 {
			who = c.t.Users[d.n(min(len(c.t.Users), 3))].UserPrincipalName
		}
		id := v.id.String()
		return []object{{
			{"id", id + "_" + c.guid(kindPolicy, v.index)}, {"status", state}, {"managedDeviceId", id}, {"errorCode", int64(0)}, {"requestedDateTimeUTC", asked}, {"receivedDateTimeUTC", received}, {"initiatedByUserPrincipalName", who},
			{"expirationDateTimeUTC", asked.Add(28 * day)}, {"size", size}, {"sizeInKB", size}, {"enrolledByUser", orNil(v.owner.upn)},
		}}
	})
}

func (c *call) logsOfDevice() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	return c.relatedTo("deviceManagement/managedDevices('"+v.id.String()+"')/logCollectionRequests", c.logRequests(&v))
}
