package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Same tells that the rows of the stage are, in the same order, those of the last read that was merged under that name, and else notes
// these as the last. A read in which nothing changed, which most are, then need not reach the database to be compared row by row. Parts
// are what the read was of besides: with other parts it is not the same. tx is the transaction of the merge, under the tenant's scope;
// name is ours, never input.
//
// Whoever else writes what a read would put right must call Reread.
func (s *Stage) Same(ctx context.Context, tx pgx.Tx, name string, tid any, parts ...string) (bool, error) {
	digest := sha256.Sum256(append(s.whole.Sum(nil), strings.Join(parts, " ")...))
	tag, err := tx.Exec(ctx, `SELECT FROM read_digest WHERE tenant_id = $1 AND name = $2 AND digest = $3`, tid, name, digest[:])
	if err != nil {
		return false, fmt.Errorf("compare a read of %s with the last: %w", name, err)
	}
	if tag.RowsAffected() == 1 {
		return true, nil
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO read_digest (tenant_id, name, digest)
		VALUES ($1, $2, $3)
		ON     CONFLICT (tenant_id, name) DO UPDATE
		SET    digest = excluded.digest`, tid, name, digest[:]); err != nil {
		return false, fmt.Errorf("note a read of %s: %w", name, err)
	}
	return false, nil
}

// Reread has the next read under that name compared row by row, whatever the last one was.
func Reread(ctx context.Context, tx pgx.Tx, name string, tid any) error {
	if _, err := tx.Exec(ctx, `DELETE FROM read_digest WHERE tenant_id = $1 AND name = $2`, tid, name); err != nil {
		return fmt.Errorf("forget the last read of %s: %w", name, err)
	}
	return nil
}
