package page

import (
	"context"
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
)

const (
	// exportsAtOnce bounds the exports of one process: each holds a connection of the database while it is read, and half of the smallest
	// pool (16) is left to pages and to the sync.
	exportsAtOnce = 8
	// exportWait is how long an export waits for its turn.
	exportWait = 10 * time.Second
	// patience is how long a reader may take for the next 500 rows of a CSV, or for the next piece of another export. Whoever takes longer has
	// gone to sleep, and would keep a connection of the database.
	patience = time.Minute
)

// exports are the turns of this process. They are the process's, as the database's connections are.
var exports = make(chan struct{}, exportsAtOnce)

// turn waits for an export's turn; done gives it back. errs.TooMany where none comes free in time.
func turn(ctx context.Context, wait time.Duration) (done func(), err error) {
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case exports <- struct{}{}:
		return func() { <-exports }, nil
	case <-late.C:
		return nil, errs.ShowNext(errs.TooMany, "As many exports are under way as the portal makes at a time.", "Try again when one has ended.")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// await gives the reader of an answer time for its next piece. The server lifts the limit when the answer has ended.
func await(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // a connection that cannot do it is a test's
}

// piece is how many bytes a reader takes at least within its time.
const piece = 64 << 10

// patient is an answer whose reader gets the time for each piece anew.
type patient struct {
	http.ResponseWriter
	left int
}

// Write is the answer's.
func (p *patient) Write(b []byte) (int, error) {
	if p.left <= 0 {
		await(p.ResponseWriter)
		p.left = piece
	}
	n, err := p.ResponseWriter.Write(b)
	p.left -= n
	return n, err
}

// Export waits for an export's turn and has write answer with it. It is for exports that are no List's: those take their turn themselves.
func Export(w http.ResponseWriter, r *http.Request, write func(w http.ResponseWriter) error) error {
	done, err := turn(r.Context(), exportWait)
	if err != nil {
		return err
	}
	defer done()
	return write(&patient{ResponseWriter: w})
}
