// Command bench measures the portal at size, as ratios inside one run, and writes docs/benchmarks.md: the product's own binary, a private
// Postgres and the simulated Microsoft cloud, with a fleet of 1,000 tenants and 1,000,000 devices (BENCH_SIZE=small: 100 and 50,000).
//
// It asserts nothing: what is over its target is shown so. What single parts cost is measured by `go test -bench` beside them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// size is how much is built and how long is measured.
type size struct {
	name             string
	tenants, devices int
	each             time.Duration // measuring one page
}

var sizes = map[string]size{
	"":      {name: "full", tenants: 1000, devices: 1_000_000, each: 4 * time.Second},
	"full":  {name: "full", tenants: 1000, devices: 1_000_000, each: 4 * time.Second},
	"small": {name: "small", tenants: 100, devices: 50_000, each: 800 * time.Millisecond},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	z, ok := sizes[os.Getenv("BENCH_SIZE")]
	if !ok {
		return fmt.Errorf("BENCH_SIZE=%s: full or small", os.Getenv("BENCH_SIZE"))
	}
	b := &bench{size: z, began: time.Now(), report: newReport(z)}
	defer func() { b.close() }()
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"build the binaries", b.build},
		{"start Postgres, the simulated cloud and the portal", b.start},
		{"first read and re-read of the largest tenant", b.measureRead},
		{"first read of all tenants", b.readFleet},
		{"sign in", b.signIn},
		{"pages", b.measurePages},
		{"pages of every kind", b.measureRooms},
		{"export", b.measureExport},
		{"weight", b.measureWeight},
		{"bytes on disk", b.measureDisk},
		{"start of the demo", b.measureStart},
		{"Microsoft's SDK", b.measureSDK},
	} {
		b.say("%s …", step.what)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	b.report.took = time.Since(b.began)
	b.report.print(os.Stdout)
	return b.report.write("docs/benchmarks.md")
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%7.1f s  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}
