package graph

import "time"

// expiry says when something with an end runs out, and when it was last renewed. Over the tenants the ends lie all over the year: a
// few are near, most are renewed shortly before or after the end, and some nobody thinks of.
func (c *call) expiry(k class, i int, life time.Duration) (end, renewed time.Time) {
	d := c.drawOf(k, i+3<<20)
	spread := (c.t.Index*149 + int(k)*83 + i*211 + int(c.s.world.Seed%97)) % 365
	end = c.s.anchor.Add(time.Duration(spread-30)*day + time.Duration(d.n(86400))*time.Second)
	late := time.Duration(d.n(12)) * day // renewed so long after the end
	if d.is(0.7) {
		late = -time.Duration(3+d.n(40)) * day
	}
	forgotten := d.is(0.3)
	for !forgotten && c.now.Sub(end) > late {
		end = end.Add(life)
	}
	return end, end.Add(-life)
}

// often is the last time of something that happens once a period, as seen now.
func (c *call) often(k class, i int, period time.Duration) time.Time {
	d := c.drawOf(k, i+4<<20)
	phase := time.Duration(d.n(int(period/time.Second))) * time.Second
	return c.now.Add(-phase).Truncate(period).Add(phase)
}
