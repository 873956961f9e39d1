package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/localpg"
)

// errNoPgbench says that the machine has Postgres without its pgbench.
var errNoPgbench = errors.New("pgbench is missing on this machine")

var (
	placeholder = regexp.MustCompile(`\$(\d+)`)
	perSecond   = regexp.MustCompile(`tps = ([0-9.]+)`)
)

// pgbenchRate is how many times a second pgbench has Postgres answer all that one of the exchanges asks, over so many sessions.
func pgbenchRate(ctx context.Context, dir, dsn string, taken []exchange, sessions int, last time.Duration) (float64, error) {
	bin, err := localpg.Binaries()
	if err != nil {
		return 0, err
	}
	program := filepath.Join(bin, "pgbench")
	if _, err := os.Stat(program); err != nil {
		return 0, errNoPgbench
	}
	args := []string{"--no-vacuum", "--protocol=prepared", "--client", strconv.Itoa(sessions), "--jobs", "2", "--time", strconv.Itoa(int(math.Ceil(last.Seconds())))}
	for i, x := range taken {
		script, values := pgbenchScript(x.groups, "x"+strconv.Itoa(i))
		path := filepath.Join(dir, fmt.Sprintf("pgbench-%d.sql", i))
		if err := os.WriteFile(path, []byte(script), 0o644); err != nil {
			return 0, err
		}
		args = append(append(args, "--file", path), values...)
	}
	out, err := exec.CommandContext(ctx, program, append(args, dsn)...).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, inOneLine(out))
	}
	if strings.Contains(string(out), "aborted") {
		return 0, fmt.Errorf("pgbench: %s", inOneLine(out))
	}
	found := perSecond.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench tells no rate: %s", inOneLine(out))
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// pgbenchScript are the statements for pgbench, and their values as its options. What the portal sends in one batch goes in one here, too.
func pgbenchScript(groups [][]statement, name string) (script string, values []string) {
	var b strings.Builder
	n, open := 0, false
	for _, g := range groups {
		batch := strings.HasPrefix(g[0].sql, "SELECT set_config")
		if batch {
			b.WriteString("\\startpipeline\n")
		}
		for _, s := range g {
			first := n
			switch word, _, _ := strings.Cut(strings.ToLower(s.sql), " "); strings.TrimSuffix(word, ";") {
			case "begin":
				open = true
			case "commit", "rollback":
				open = false
			}
			b.WriteString(placeholder.ReplaceAllStringFunc(s.sql, func(p string) string {
				i, _ := strconv.Atoi(p[1:])
				switch {
				case i <= len(s.args) && s.args[i-1] == nil:
					return "NULL"
				case i <= len(s.args) && s.args[i-1] == "":
					return "''" // pgbench defines no variable without a value
				}
				return ":" + name + "_" + strconv.Itoa(first+i)
			}))
			for i, a := range s.args {
				if text, ok := a.(string); ok && text != "" {
					values = append(values, "--define", fmt.Sprintf("%s_%d=%s", name, first+i+1, text))
				}
			}
			n += len(s.args)
			b.WriteString(";\n")
		}
		if batch {
			b.WriteString("\\endpipeline\n")
		}
	}
	if open { // the portal's transaction ended after what was noted of it; pgbench demands that a script ends its own
		b.WriteString("commit;\n")
	}
	return b.String(), values
}

// inOneLine is the beginning of what a program said, for a cell of a table.
func inOneLine(out []byte) string {
	return fmt.Sprintf("%.300s", strings.Join(strings.Fields(string(out)), " "))
}
