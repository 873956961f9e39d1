package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// report is the table that a run fills.
type report struct {
	size    size
	began   time.Time
	took    time.Duration
	lines   []line
	notes   []string
	disk    []disk
	devices int64
	first   ledger
}

type line struct{ what, target, verdict, measured string }

type disk struct {
	name      string
	perDevice float64 // bytes
}

func newReport(z size) *report { return &report{size: z, began: time.Now()} }

// add adds a line; meets is nil where there is no target or nothing was measured.
func (r *report) add(what, target string, value float64, meets func(float64) bool, measured string) {
	verdict := ""
	if meets != nil {
		verdict = "over"
		if strings.HasPrefix(target, "≥") {
			verdict = "under"
		}
		if meets(value) {
			verdict = "met"
		}
	}
	r.lines = append(r.lines, line{what, target, verdict, measured})
}

func (r *report) note(s string) { r.notes = append(r.notes, s) }

func atLeast(n float64) func(float64) bool {
	return func(v float64) bool { return v >= n && !math.IsInf(v, 0) }
}
func atMost(n float64) func(float64) bool { return func(v float64) bool { return v <= n } }

func count(v float64) string { return humanize.Comma(int64(math.Round(v))) }
func weight(n int64) string  { return humanize.IBytes(uint64(max(0, n))) }

func (r *report) print(w io.Writer) {
	fmt.Fprintln(w)
	for _, l := range r.lines {
		fmt.Fprintf(w, "%-5s  %-85s %-14s %s\n", l.verdict, l.what, l.target, l.measured)
	}
	var sum float64
	for _, d := range r.disk {
		sum += d.perDevice
	}
	fmt.Fprintf(w, "       bytes per device, table and indexes %40.0f\n", sum)
}

// write writes the page. A small run must not take the place of a full one.
func (r *report) write(path string) error {
	if old, err := os.ReadFile(path); err == nil && r.size.name != "full" && strings.Contains(string(old), "Size: full") {
		path = strings.TrimSuffix(path, ".md") + "-" + r.size.name + ".md"
		fmt.Printf("\n%s is left out of the way of the full run's: bin/%s\n", path, path[strings.LastIndex(path, "/")+1:])
		path = "bin/" + path[strings.LastIndex(path, "/")+1:]
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	r.page(w)
	return w.Flush()
}

func (r *report) page(w io.Writer) {
	fmt.Fprintf(w, `# Benchmarks

Written by `+"`make bench`"+`; do not edit. Each figure is from one run on one machine: compare the ratios, not the rates, with those of another.

- Date: %s, %s in all
- Machine: %d processors, %s, %s, %s, shared by Postgres, the portal, the simulated cloud and the clients that ask
- Size: %s (%s tenants, %s devices read)

| what | target | measured | |
|---|---|---|---|
`, r.began.UTC().Format("2 January 2006, 15:04 UTC"), r.took.Round(time.Second), runtime.NumCPU(), processor(), memoryOf(), software(),
		r.size.name, count(float64(r.size.tenants)), count(float64(r.devices)))
	for _, l := range r.lines {
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", l.what, l.target, l.measured, l.verdict)
	}
	fmt.Fprint(w, "\n## Bytes per device on disk\n\n| part | bytes |\n|---|---|\n")
	var sum float64
	for _, d := range r.disk {
		sum += d.perDevice
		fmt.Fprintf(w, "| %s | %.0f |\n", d.name, d.perDevice)
	}
	fmt.Fprintf(w, "| together | %.0f |\n", sum)
	fmt.Fprint(w, method)
	for _, n := range r.notes {
		fmt.Fprintf(w, "- %s\n", n)
	}
}

const method = `
## Method

- The portal is the product's binary in a process of its own; the simulated cloud and the clients run in the measuring process. Postgres is private, durable (fsync on), with 1 GB of shared buffers.
- A first sync is taken from the ledger: from the begin of the run, before the first request to Graph, to its end after the commit. It is of the largest tenant, into an empty table. COPY then loads the very same rows, hash and search text included, into copies of the two tables with all their indexes, one after the other.
- The unchanged re-sync reads the same tenant while the cloud's time stands still, after a VACUUM and a checkpoint. Its WAL is all that the server wrote meanwhile, including the ledger, the jobs and full-page images.
- Memory is the resident size of the portal's process, sampled ten times a second.
- Pages: 32 clients, signed in, each asking again 250 ms after its answer, for values of random devices; before that a single client without a pause, to tell the work of a page from waiting for a processor. The times are the portal's own, from a request's arrival to the last byte of its page, waiting for a processor included; beside them what the clients saw, who share the processors. Throughput is the same without the pause; its times then are mostly waiting for a processor and carry no target.
- The bare handler sends the very statements that Postgres received for such a page (from its log), in the same batches, reads all rows, and writes the very bytes of the page. It has no session, templates or rules, and eight pages in turn.
- pgbench sends the same statements of the same eight pages, prepared and in the same batches, over as many sessions as the bare handler has, and throws their answers away.
- The CSV's first byte and rate are the client's; psql writes the same columns in the same order to /dev/null.
`

func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for l := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(l, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return runtime.GOARCH
}

func memoryOf() string {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "memory unknown"
	}
	var kb uint64
	fmt.Sscanf(string(b), "MemTotal: %d kB", &kb)
	return humanize.IBytes(kb<<10) + " of memory"
}

func software() string {
	v := runtime.Version()
	if out, err := exec.Command("psql", "--version").Output(); err == nil {
		v += ", " + strings.TrimSpace(strings.TrimPrefix(string(out), "psql "))
	}
	return v
}
