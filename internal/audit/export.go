package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// format names the export and the way its hashes are made. Another way gets another name.
const format = "tenantry-audit-1"

// head is the first line of an export.
type head struct {
	Format     string `json:"format"`
	Tenant     string `json:"tenant"`
	Records    int64  `json:"records"`
	Head       string `json:"head"` // hash of the last record; zeros when there is none
	ExportedAt string `json:"exported_at"`
}

// Export writes the tenant's whole chain as JSON Lines: a head line, then the records from the first on. It holds one record in memory.
func (s *Store) Export(ctx context.Context, tid tenant.ID, w io.Writer) error {
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		last := Record{Hash: make([]byte, 32)}
		err := tx.QueryRow(ctx, `SELECT seq, hash FROM audit WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1`, tid).Scan(&last.Seq, &last.Hash)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return postgres.Kind(err)
		}
		out := bufio.NewWriter(w)
		h := head{Format: format, Tenant: tid.String(), Records: last.Seq, Head: hex.EncodeToString(last.Hash), ExportedAt: s.now().UTC().Format(timeForm)}
		if err := writeLine(out, h); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectRecord+`WHERE tenant_id = $1 AND seq <= $2 ORDER BY seq`, tid, last.Seq) // what comes meanwhile is not in the head
		if err != nil {
			return postgres.Kind(err)
		}
		if err := writeRows(out, rows); err != nil {
			return err
		}
		return out.Flush()
	})
	if err != nil {
		return fmt.Errorf("export the audit of %s: %w", tid, err)
	}
	return nil
}

func writeRows(out *bufio.Writer, rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return err
		}
		l, err := r.line()
		if err != nil {
			return err
		}
		if err := writeLine(out, l); err != nil {
			return err
		}
	}
	return rows.Err()
}

func writeLine(out *bufio.Writer, v any) error {
	b, err := jsonv2.Marshal(v)
	if err == nil {
		_, err = out.Write(append(b, '\n'))
	}
	return err
}

// ErrBroken tells that an export is not what was recorded: a record was changed, taken out, put in or moved, or the end is missing.
var ErrBroken = errors.New("the chain is broken")

// Report is what Verify saw, up to the first fault.
type Report struct {
	Tenant      tenant.ID
	Records     int64
	First, Last time.Time // of the records that hold; zero when none
	Head        string    // hash of the last record that holds, to be compared with one written down earlier
}

// maxLine is far above what maxDetail allows.
const maxLine = 1 << 20

// Verify checks an export without the database: every hash, every link, the order, and that it ends where its head says. A fault is
// ErrBroken with the line. It cannot tell a chain that was made anew from its start; for that compare Head with an older export's.
func Verify(r io.Reader) (Report, error) {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxLine)
	report := Report{Head: hex.EncodeToString(make([]byte, 32))}
	if !in.Scan() {
		return report, errors.Join(fmt.Errorf("line 1: no head line: %w", ErrBroken), in.Err())
	}
	var h head
	if err := readLine(in.Bytes(), &h); err != nil || h.Format != format {
		return report, fmt.Errorf("line 1: not the head of an export in the format %s: %w", format, ErrBroken)
	}
	tid, err := tenant.ParseID(h.Tenant)
	if err != nil || tid.String() != h.Tenant {
		return report, fmt.Errorf("line 1: tenant: %w", ErrBroken)
	}
	report.Tenant = tid
	for n := 2; in.Scan(); n++ {
		if err := report.take(in.Bytes(), h); err != nil {
			return report, fmt.Errorf("line %d: %w: %w", n, err, ErrBroken)
		}
	}
	switch {
	case in.Err() != nil:
		return report, fmt.Errorf("read the export: %w", in.Err())
	case report.Records != h.Records:
		return report, fmt.Errorf("the head promises %d records, %d are there: %w", h.Records, report.Records, ErrBroken)
	case report.Head != h.Head:
		return report, fmt.Errorf("the last record is not the one that the head names: %w", ErrBroken)
	}
	return report, nil
}

// take checks one line against those before.
func (p *Report) take(b []byte, h head) error {
	var l line
	if err := readLine(b, &l); err != nil {
		return errors.New("not a record")
	}
	at, err := time.Parse(timeForm, l.At)
	switch {
	case err != nil:
		return errors.New("its time is not in the form of an export")
	case l.Tenant != h.Tenant:
		return errors.New("belongs to another tenant")
	case l.Seq != p.Records+1:
		return fmt.Errorf("has number %d where %d comes next", l.Seq, p.Records+1)
	case l.Prev != p.Head:
		return errors.New("does not follow the record before it")
	case at.Before(p.Last):
		return errors.New("is older than the record before it")
	}
	sum, err := l.sum()
	if err != nil || hex.EncodeToString(sum) != l.Hash {
		return errors.New("was changed: its hash does not fit")
	}
	if p.Records == 0 {
		p.First = at
	}
	p.Records, p.Last, p.Head = l.Seq, at, l.Hash
	return nil
}

// readLine is strict: a member that we do not know, or one that stands twice, would be read by people and not be covered by the hash.
func readLine(b []byte, v any) error {
	return jsonv2.UnmarshalRead(bytes.NewReader(b), v, jsonv2.RejectUnknownMembers(true))
}
