package postgres

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Stage gathers rows outside the database, in the text form of COPY: in memory at first, then in a file that no name leads to. So a
// read that Graph throttles for half an hour holds neither a connection nor a transaction, and one that fails leaves nothing behind.
type Stage struct {
	columns []string
	line    []byte
	mem     bytes.Buffer
	file    *os.File
	out     *bufio.Writer
	rows    int64
	whole   hash.Hash // of the columns and of the hash of each row, in their order
}

// spill is the size in bytes from which a stage moves to a file. Most tenants stay below.
const spill = 4 << 20

// NewStage starts an empty stage of rows with these columns, in this order. A column "hash" after the last is added by Row.End, and
// "seq", the place of the row in the read, after that.
func NewStage(columns ...string) *Stage {
	s := &Stage{columns: columns, whole: sha256.New()}
	s.whole.Write([]byte(strings.Join(columns, " ")))
	return s
}

// Rows is how many rows were added.
func (s *Stage) Rows() int64 { return s.rows }

// Row begins a row. Exactly one value for each column, then End.
func (s *Stage) Row() *Row { s.line = s.line[:0]; return &Row{s: s} }

// Row is one row under way.
type Row struct {
	s    *Stage
	some bool // a value stands already
	sum  *[sha256.Size]byte
}

func (r *Row) sep() {
	if r.some {
		r.s.line = append(r.s.line, '\t')
	}
	r.some = true
}

// Text adds a string. NUL, which Postgres cannot hold, becomes U+FFFD.
func (r *Row) Text(v string) *Row {
	r.sep()
	b := r.s.line
	for i := 0; i < len(v); i++ {
		switch c := v[i]; c {
		case '\\':
			b = append(b, '\\', '\\')
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case 0:
			b = append(b, "\uFFFD"...)
		default:
			b = append(b, c)
		}
	}
	r.s.line = b
	return r
}

// Null adds NULL.
func (r *Row) Null() *Row { r.sep(); r.s.line = append(r.s.line, '\\', 'N'); return r }

// Bool adds a boolean.
func (r *Row) Bool(v bool) *Row {
	r.sep()
	if v {
		r.s.line = append(r.s.line, 't')
	} else {
		r.s.line = append(r.s.line, 'f')
	}
	return r
}

// Tristate adds a boolean that may be unknown.
func (r *Row) Tristate(v *bool) *Row {
	if v == nil {
		return r.Null()
	}
	return r.Bool(*v)
}

// Int adds a whole number.
func (r *Row) Int(v int64) *Row { r.sep(); r.s.line = strconv.AppendInt(r.s.line, v, 10); return r }

// Time adds a time; the zero time, "never", is -infinity.
func (r *Row) Time(v time.Time) *Row {
	r.sep()
	if v.IsZero() {
		r.s.line = append(r.s.line, "-infinity"...)
		return r
	}
	return r.stamp(v)
}

// TimeOrNull adds a time; the zero time is NULL.
func (r *Row) TimeOrNull(v time.Time) *Row {
	if v.IsZero() {
		return r.Null()
	}
	r.sep()
	return r.stamp(v)
}

func (r *Row) stamp(v time.Time) *Row {
	r.s.line = v.UTC().Truncate(time.Microsecond).AppendFormat(r.s.line, "2006-01-02 15:04:05.999999Z07:00")
	return r
}

// Strings adds a text array.
func (r *Row) Strings(v []string) *Row {
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range v {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return r.Text(b.String())
}

// Beside ends what makes a row another than it was: where only values that follow differ, it counts as unchanged and is not written.
func (r *Row) Beside() *Row {
	sum := sha256.Sum256(r.s.line)
	r.sum = &sum
	return r
}

// End completes the row. Its hash is of all values, or of those before Beside, so that a merge can tell what changed without comparing
// columns.
func (r *Row) End() error {
	if r.sum == nil {
		r.Beside()
	}
	s, sum := r.s, r.sum
	s.whole.Write(sum[:])
	s.line = append(s.line, '\t', '\\', '\\', 'x')
	s.line = hex.AppendEncode(s.line, sum[:16])
	s.rows++
	s.line = append(s.line, '\t')
	s.line = strconv.AppendInt(s.line, s.rows, 10)
	s.line = append(s.line, '\n')
	return s.write()
}

func (s *Stage) write() error {
	if s.file == nil && s.mem.Len()+len(s.line) <= spill {
		s.mem.Write(s.line)
		return nil
	}
	if s.file == nil {
		if err := s.toFile(); err != nil {
			return err
		}
	}
	if _, err := s.out.Write(s.line); err != nil {
		return fmt.Errorf("write the stage: %w", err)
	}
	return nil
}

func (s *Stage) toFile() error {
	f, err := os.CreateTemp("", "tenantry-stage-")
	if err != nil {
		return fmt.Errorf("open the stage: %w", err)
	}
	_ = os.Remove(f.Name()) // no name, no rest after a kill; where the system refuses, Close removes it
	s.file, s.out = f, bufio.NewWriterSize(f, 1<<18)
	if _, err := s.out.Write(s.mem.Bytes()); err != nil {
		return fmt.Errorf("write the stage: %w", err)
	}
	s.mem = bytes.Buffer{}
	return nil
}

// Copy creates a temporary table with the types of the columns of like, and COPYs all rows into it. It is gone with the transaction.
// All three names are ours, never input.
func (s *Stage) Copy(ctx context.Context, tx pgx.Tx, table, like string) error {
	cols := strings.Join(s.columns, ", ")
	if _, err := tx.Exec(ctx, `CREATE TEMP TABLE `+table+` ON COMMIT DROP AS SELECT `+cols+`, ''::bytea AS hash, 0::bigint AS seq FROM `+
		like+` WITH NO DATA`); err != nil {
		return fmt.Errorf("create %s: %w", table, err)
	}
	from, err := s.reader()
	if err != nil {
		return err
	}
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, from, `COPY `+table+` (`+cols+`, hash, seq) FROM STDIN`); err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	// Of the first columns, by which it is joined, and the hash: statistics of all would be much of what an unchanged read writes.
	first := strings.Join(s.columns[:min(3, len(s.columns))], ", ")
	if _, err := tx.Exec(ctx, `ANALYZE `+table+` (`+first+`, hash)`); err != nil {
		return fmt.Errorf("analyse %s: %w", table, err)
	}
	return nil
}

func (s *Stage) reader() (io.Reader, error) {
	if s.file == nil {
		return bytes.NewReader(s.mem.Bytes()), nil
	}
	if err := s.out.Flush(); err != nil {
		return nil, fmt.Errorf("write the stage: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind the stage: %w", err)
	}
	return bufio.NewReaderSize(s.file, 1<<18), nil
}

// Close gives the file back. It may be called twice.
func (s *Stage) Close() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
	s.file = nil
}
