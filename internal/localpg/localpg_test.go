package localpg_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/localpg"
)

// place is a directory that also the user of the server can enter when the tests run as root.
func place(t *testing.T) string {
	t.Helper()
	if _, err := localpg.Binaries(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("/tmp", "localpg-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *localpg.Server {
	t.Helper()
	s, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop() })
	return s
}

func query(t *testing.T, s *localpg.Server, sql string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var got string
	if err := c.QueryRow(t.Context(), sql).Scan(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestStartKeepsDataOverARestart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(place(t), "pg")
	s := start(t, dir)
	if enc := query(t, s, `SHOW server_encoding`); enc != "UTF8" {
		t.Errorf("encoding = %s, want UTF8", enc)
	}
	execute(t, s, `CREATE TABLE kept AS SELECT 'yes' AS v`)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("second Stop: %v", err)
	}
	select {
	case <-s.Done():
	default:
		t.Error("the server process still runs after Stop")
	}
	if got := query(t, start(t, dir), `SELECT v FROM kept`); got != "yes" {
		t.Errorf("kept = %q", got)
	}
}

func execute(t *testing.T, s *localpg.Server, sql string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(place(t), "pg")
	start(t, dir)
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Fast: true, LockWait: time.Millisecond})
	if !errors.Is(err, localpg.ErrInUse) {
		t.Fatalf("second start: error = %v, want ErrInUse", err)
	}
}

func TestLongPathStillGetsASocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(place(t), strings.Repeat("long-name-", 12), "pg")
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	if got := query(t, s, `SELECT 'there'`); got != "there" {
		t.Error(got)
	}
}

func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(place(t), "pg")
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o755); err != nil {
		t.Fatal(err)
	}
	query(t, start(t, dir), `SELECT 'fine'`)
}

func TestRootDirectoryThatNobodyCanEnter(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as another user")
	}
	closed := filepath.Join(place(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: filepath.Join(closed, "pg")})
	if err == nil || !strings.Contains(err.Error(), closed) {
		t.Fatalf("error = %v, want one that names %s", err, closed)
	}
}

// TestServerEndsWithItsOwner kills the owner with SIGKILL, so nothing of ours can clean up, and expects the server to be gone and the
// directory free for the next.
func TestServerEndsWithItsOwner(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv("LOCALPG_TEST_OWNER"); dir != "" {
		s, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Fast: true})
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("started\n")
		<-s.Done()
		return
	}
	dir := filepath.Join(place(t), "pg")
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerEndsWithItsOwner$")
	cmd.Env = append(os.Environ(), "LOCALPG_TEST_OWNER="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var line [8]byte
	if _, err := out.Read(line[:]); err != nil || string(line[:7]) != "started" {
		t.Fatalf("owner said %q, %v", line, err)
	}
	pidLine, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid := 0
	for _, c := range pidLine {
		if c < '0' || c > '9' {
			break
		}
		pid = pid*10 + int(c-'0')
	}
	cmd.Process.Kill()
	cmd.Wait()
	for end := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("Postgres (process %d) outlived its owner", pid)
		}
	}
	query(t, start(t, dir), `SELECT 'free'`)
}
