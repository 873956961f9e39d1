package hunting

import (
	"strconv"
	"sync"
	"time"
)

// perMinute is how many queries a tenant may run (Microsoft Defender XDR, advanced hunting API: quotas).
const perMinute = 45

// Quota counts the queries of tenants in the running minute.
type Quota struct {
	mu     sync.Mutex
	minute time.Time
	ran    map[string]int
}

// Take counts a query; where there were too many it gives how long the minute still lasts.
func (q *Quota) Take(tenant string, now time.Time) (wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m := now.Truncate(time.Minute); !m.Equal(q.minute) {
		q.minute, q.ran = m, map[string]int{}
	}
	if q.ran[tenant]++; q.ran[tenant] > perMinute {
		return q.minute.Add(time.Minute).Sub(now)
	}
	return 0
}

// Exhausted is what a tenant is told that has run too many.
const Exhausted = "You have exceeded the quota of 45 queries per minute for this tenant. Try again when the minute is over."

// TooLong is what is said of a query that ran for three minutes. Microsoft documents the limit; these words and the status are not confirmed.
const TooLong = "Query execution has exceeded the allowed time of 3 minutes. Optimize the query and run it again."

// Usual is how far back a query looks where nothing else is asked for.
const Usual = 30 * 24 * time.Hour

// Within reads a span of time as ISO 8601 has it, in days or hours: P7D, PT12H.
func Within(s string) (time.Duration, bool) {
	if s == "" {
		return Usual, true
	}
	for _, of := range []struct {
		before, after string
		unit          time.Duration
	}{{"P", "D", 24 * time.Hour}, {"PT", "H", time.Hour}} {
		if len(s) < len(of.before)+2 || s[:len(of.before)] != of.before || s[len(s)-1:] != of.after {
			continue
		}
		if n, err := strconv.Atoi(s[len(of.before) : len(s)-1]); err == nil && n > 0 {
			return min(time.Duration(min(n, 1000))*of.unit, Usual), true
		}
	}
	return 0, false
}
