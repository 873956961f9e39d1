package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
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

// load asks from so many clients for so long. It gives the times as the clients saw them, and the answers a second.
func load(ctx context.Context, c *http.Client, address func(n int) string, many int, last, pause time.Duration) (times, float64, error) {
	ctx, cancel := context.WithTimeout(ctx, last+30*time.Second)
	defer cancel()
	var mu sync.Mutex
	var all times
	var failed error
	var wg sync.WaitGroup
	began := time.Now()
	for i := range many {
		wg.Go(func() {
			time.Sleep(pause * time.Duration(i) / time.Duration(many)) // people do not ask in step
			var mine times
			for n := i; time.Since(began) < last; n += many {
				at := time.Now()
				if err := ask(ctx, c, address(n)); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				mine = append(mine, time.Since(at))
				time.Sleep(pause)
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	rate := float64(len(all)) / time.Since(began).Seconds()
	slices.Sort(all)
	return all, rate, failed
}

func ask(ctx context.Context, c *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/html")
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		says, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		return fmt.Errorf("%s answers %s: %s", address, res.Status, says)
	}
	_, err = io.Copy(io.Discard, res.Body)
	return err
}
