package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

// clients ask at the same time; pause is how long each waits between its answer and its next question when latency is measured. Without a
// pause the figure would be how many clients there are over how many answers the machine can give, whatever it is that answers.
const (
	clients = 32
	pause   = 250 * time.Millisecond
)

// times are how long answers took, sorted.
type times []time.Duration

func (t times) at(share float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return t[min(len(t)-1, int(share*float64(len(t))))]
}

func (t times) String() string {
	return fmt.Sprintf("%s / %s", ms(t.at(0.5)), ms(t.at(0.99)))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }

// answers are what a load got: the times as the clients saw them, the ids that the portal gave the requests, and how many came in a second.
type answers struct {
	seen times
	ids  []string
	rate float64
}

// load asks from so many clients for so long.
func load(ctx context.Context, c *http.Client, address func(n int) string, many int, last, pause time.Duration) (answers, error) {
	ctx, cancel := context.WithTimeout(ctx, last+30*time.Second)
	defer cancel()
	var mu sync.Mutex
	var all answers
	var failed error
	var wg sync.WaitGroup
	began := time.Now()
	for i := range many {
		wg.Go(func() {
			time.Sleep(pause * time.Duration(i) / time.Duration(many)) // people do not ask in step
			var mine answers
			for n := i; time.Since(began) < last; n += many {
				at := time.Now()
				id, err := ask(ctx, c, address(n))
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				mine.seen, mine.ids = append(mine.seen, time.Since(at)), append(mine.ids, id)
				time.Sleep(pause)
			}
			mu.Lock()
			all.seen, all.ids = append(all.seen, mine.seen...), append(all.ids, mine.ids...)
			mu.Unlock()
		})
	}
	wg.Wait()
	all.rate = float64(len(all.seen)) / time.Since(began).Seconds()
	slices.Sort(all.seen)
	return all, failed
}

// ask asks for a page, reads it whole, and gives the id of the request.
func ask(ctx context.Context, c *http.Client, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "text/html")
	res, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		says, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		return "", fmt.Errorf("%s answers %s: %s", address, res.Status, says)
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.Header.Get("X-Request-Id"), err
}

// served are the times that the portal's log has for these requests: from a request's arrival to the last byte of its page, waiting for a
// processor included. What a client waits beside that is the network, and here the clients themselves, who share the processors.
func served(log string, ids []string) (times, error) {
	f, err := os.Open(log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	var out times
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			ID string  `json:"request_id"`
			MS float64 `json:"duration_ms"`
		}
		if json.Unmarshal(lines.Bytes(), &e) == nil && wanted[e.ID] {
			out = append(out, time.Duration(e.MS*float64(time.Millisecond)))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(out) != len(ids) {
		return nil, fmt.Errorf("the portal's log has %d of %d requests", len(out), len(ids))
	}
	slices.Sort(out)
	return out, nil
}
