// Package migrations is the schema: numbered SQL files, applied in order and never changed once landed. River's own schema is number 2
// and comes from River (internal/postgres). What reads and writes the tables lives in the rooms that own them.
package migrations

import "embed"

// FS holds the SQL files, NNNN_what.sql.
//
//go:embed *.sql
var FS embed.FS
