package page

import (
	"context"
	"io"
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
	// patience is how long a reader may take for the next 500 rows of a CSV, or for the next piece of a workbook. Whoever takes longer has
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

// patient is an answer whose reader gets the time for each piece anew.
type patient struct{ http.ResponseWriter }

func (p patient) Write(b []byte) (int, error) {
	await(p.ResponseWriter)
	return p.ResponseWriter.Write(b)
}

var _ io.Writer = patient{}
