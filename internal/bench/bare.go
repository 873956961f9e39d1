package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// statement is what Postgres received.
type statement struct {
	session string
	sql     string
	args    []any // texts; nil is NULL
}

// exchange is what one request of the portal needs: statements in the order and the batches in which they came, and the body.
type exchange struct {
	groups [][]statement
	body   []byte
}

// bareRate is how many answers a second a handler gives that sends the very statements of these pages, reads all rows, and writes the very
// bytes: no session, no templates, nothing decided. It runs here, on a pool of the portal's size.
func (b *bench) bareRate(ctx context.Context, taken []exchange) (float64, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err := b.replay(r.Context(), taken[n%len(taken)].groups); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(taken[n%len(taken)].body)
	})}
	go server.Serve(l)
	defer server.Close()
	plain := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	to := func(n int) string { return "http://" + l.Addr().String() + "/" + strconv.Itoa(n) }
	if _, err := load(ctx, plain, to, clients, 300*time.Millisecond, 0); err != nil {
		return 0, err
	}
	got, err := load(ctx, plain, to, clients, b.size.each, 0)
	return got.rate, err
}

// overhear listens to some pages of a kind.
func (b *bench) overhear(ctx context.Context, client *http.Client, address func(int) string) ([]exchange, error) {
	taken := make([]exchange, 8)
	for i := range taken {
		var err error
		if taken[i], err = b.listen(ctx, client, address(i)); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// listen asks for a page once while Postgres writes down what it gets.
func (b *bench) listen(ctx context.Context, client *http.Client, address string) (x exchange, err error) {
	path := filepath.Join(b.dir, "pg", "data", "log", "statements.json")
	var failed error
	for range 5 { // the sync may speak in between, and what it says cannot be said twice; then again
		if err := b.logging(ctx, "all"); err != nil {
			return x, err
		}
		before, err := os.Stat(path)
		if err != nil {
			return x, err
		}
		if x.body, err = get(client, address); err != nil {
			return x, err
		}
		if err := b.logging(ctx, "none"); err != nil {
			return x, err
		}
		time.Sleep(100 * time.Millisecond) // the collector writes by itself
		log, err := os.ReadFile(path)
		if err != nil {
			return x, err
		}
		if x.groups, err = grouped(log[min(before.Size(), int64(len(log))):]); err != nil {
			return x, err
		}
		if len(x.groups) == 0 {
			failed = errors.New("Postgres wrote no statement down")
			continue
		}
		if failed = b.replay(ctx, x.groups); failed == nil {
			return x, nil
		}
	}
	return x, fmt.Errorf("what %s asks of Postgres: %w", address, failed)
}

func (b *bench) logging(ctx context.Context, what string) error {
	for _, sql := range []string{`ALTER SYSTEM SET log_statement = '` + what + `'`, `SELECT pg_reload_conf()`} {
		if _, err := b.db.Exec(ctx, sql); err != nil {
			return err
		}
	}
	time.Sleep(150 * time.Millisecond) // until the sessions have heard
	return nil
}

// background is what the portal says beside the pages: its jobs and its sync. A page that is looked at writes nothing that a bare handler would have to.
var background = regexp.MustCompile(`(?s)river_|pg_notify|call_budget|FROM withdrawal|consent_attempt a|\bLISTEN\b|sync_run|device_stage|device_changed|advisory|\bINSERT INTO\b|\bDELETE FROM\b|^\s*UPDATE\b`)

// grouped reads Postgres' log. What belongs to the sync and the queue is left out; a statement under a scope stays with the one that set it.
func grouped(log []byte) ([][]statement, error) {
	var groups [][]statement
	open := map[string]int{} // session → its group, inside a transaction or after a scope
	for line := range bytes.Lines(log) {
		var e struct {
			Session     string `json:"session_id"`
			Application string `json:"application_name"`
			Message     string `json:"message"`
			Detail      string `json:"detail"`
		}
		if json.Unmarshal(line, &e) != nil || e.Application != "tenantry" {
			continue
		}
		sql, ok := strings.CutPrefix(e.Message, "statement: ")
		if !ok {
			head, rest, found := strings.Cut(e.Message, ": ")
			if !found || !strings.HasPrefix(head, "execute ") {
				continue
			}
			sql = rest
		}
		args, err := parameters(strings.TrimPrefix(e.Detail, "parameters: "))
		if err != nil {
			return nil, err
		}
		s := statement{e.Session, sql, args}
		if i, is := open[e.Session]; is {
			groups[i] = append(groups[i], s)
			if first := groups[i][0].sql; strings.HasPrefix(first, "SELECT set_config") || strings.EqualFold(sql, "commit") || strings.EqualFold(sql, "rollback") {
				delete(open, e.Session)
			}
			continue
		}
		groups = append(groups, []statement{s})
		if strings.HasPrefix(sql, "SELECT set_config") || strings.HasPrefix(strings.ToLower(sql), "begin") {
			open[e.Session] = len(groups) - 1
		}
	}
	kept := groups[:0]
	for _, g := range groups {
		quiet := true
		for _, s := range g {
			quiet = quiet && !background.MatchString(s.sql)
		}
		if last := g[len(g)-1]; quiet && !(len(g) == 1 && strings.HasPrefix(last.sql, "SELECT set_config")) {
			kept = append(kept, g)
		}
	}
	return kept, nil
}

// parameters reads "$1 = 'it”s', $2 = NULL".
func parameters(detail string) ([]any, error) {
	var out []any
	for rest := detail; rest != ""; {
		_, value, ok := strings.Cut(rest, " = ")
		if !ok {
			return nil, fmt.Errorf("parameters of the log: %.80q", detail)
		}
		if after, null := strings.CutPrefix(value, "NULL"); null {
			out, rest = append(out, nil), strings.TrimPrefix(after, ", ")
			continue
		}
		var b strings.Builder
		i := 1
		for ; i < len(value); i++ {
			if value[i] == '\'' {
				if i+1 < len(value) && value[i+1] == '\'' {
					i++
				} else {
					break
				}
			}
			b.WriteByte(value[i])
		}
		if i >= len(value) {
			return nil, fmt.Errorf("parameters of the log: %.80q", detail)
		}
		out, rest = append(out, b.String()), strings.TrimPrefix(value[i+1:], ", ")
	}
	return out, nil
}

// replay sends groups as the portal does: a scope and its statement in one batch, a transaction statement by statement.
func (b *bench) replay(ctx context.Context, groups [][]statement) error {
	for _, g := range groups {
		if strings.HasPrefix(g[0].sql, "SELECT set_config") || len(g) == 1 {
			var batch pgx.Batch
			for _, s := range g {
				batch.Queue(s.sql, s.args...)
			}
			if err := drain(b.db.SendBatch(ctx, &batch), len(g)); err != nil {
				return err
			}
			continue
		}
		if err := pgx.BeginFunc(ctx, b.db, func(tx pgx.Tx) error {
			for _, s := range g[1:max(1, len(g)-1)] {
				rows, err := tx.Query(ctx, s.sql, s.args...)
				if err != nil {
					return err
				}
				for rows.Next() {
				}
				if err := rows.Err(); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func drain(res pgx.BatchResults, n int) error {
	for range n {
		rows, err := res.Query()
		if err != nil {
			res.Close()
			return err
		}
		for rows.Next() {
		}
		if err := rows.Err(); err != nil {
			res.Close()
			return err
		}
	}
	return res.Close()
}
