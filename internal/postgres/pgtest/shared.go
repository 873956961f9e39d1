package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/localpg"
)

// The shared server is kept by a process of its own: the first test binary that needs one starts itself again with keeperVar set. Each
// test binary holds a shared lock on the file "users" for as long as it lives, however it ends; when the keeper gets that lock alone
// twice in a row, nobody is left, and it stops the server. So nothing stays behind, and binaries that follow each other share.
const (
	keeperVar = "TENANTRY_PGTEST_KEEPER"
	idle      = 500 * time.Millisecond
)

// init turns the process into the keeper. It must come before main, for a test binary's main runs tests.
func init() {
	dir := os.Getenv(keeperVar)
	if dir == "" {
		return
	}
	if err := keep(dir); err != nil {
		fmt.Println("error:", strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
	os.Exit(0)
}

// held files stay referenced, and so open and locked, until the process ends.
var held []*os.File

// join registers this process as a user of the shared server and starts the server where it does not run.
func join() (dsn string, err error) {
	if _, err := localpg.Binaries(); err != nil {
		return "", err
	}
	dir, err := home()
	if err != nil {
		return "", err
	}
	users, err := locked(filepath.Join(dir, "users"), syscall.LOCK_SH)
	if err != nil {
		return "", err
	}
	held = append(held, users)
	starting, err := locked(filepath.Join(dir, "starting"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer starting.Close()
	if dsn, ok := running(dir); ok {
		return dsn, nil
	}
	return startKeeper(dir)
}

// home is where the shared server lives: in memory on a machine that has plenty, for a database is a thousand small files, made and removed
// for each test, and some file systems take long for that.
func home() (dir string, err error) {
	const shm = "/dev/shm"
	var fs syscall.Statfs_t
	if err := syscall.Statfs(shm, &fs); err == nil && fs.Blocks*uint64(fs.Bsize) >= 4<<30 {
		dir = fmt.Sprintf("%s/tenantry-test-%d", shm, os.Geteuid())
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return "", err
		}
		st, err := os.Lstat(dir) // anybody may make things there
		if err != nil {
			return "", err
		}
		if sys, ok := st.Sys().(*syscall.Stat_t); st.IsDir() && ok && int(sys.Uid) == os.Geteuid() {
			return dir, nil
		}
	}
	if dir, err = localpg.DefaultDir("tenantry-test"); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

func locked(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		if err = syscall.Flock(int(f.Fd()), how); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

func running(dir string) (dsn string, ok bool) {
	b, err := os.ReadFile(filepath.Join(dir, "dsn"))
	if err != nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, string(b))
	if err != nil {
		return "", false
	}
	return string(b), c.Close(ctx) == nil
}

// startKeeper waits for the keeper's one line: the address, or what went wrong.
func startKeeper(dir string) (dsn string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(self)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), keeperVar+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C ends the tests, which ends the keeper in its own time
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	go cmd.Wait() // the keeper normally outlives us
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", errors.New("the process that keeps the test server ended without a word")
	}
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "postgres://") {
		return "", errors.New(line)
	}
	return line, nil
}

// keep runs the server until nobody uses it.
func keep(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	s, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(dir, "pg"), Fast: true,
		Settings: map[string]string{"max_connections": "500", "max_wal_size": "512MB", "checkpoint_timeout": "1h"}})
	if err != nil {
		return err
	}
	defer s.Stop()
	dsn := s.DSN("postgres")
	if err := sweep(ctx, dsn); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "dsn"), []byte(dsn), 0o600); err != nil {
		return err
	}
	fmt.Println(dsn)
	os.Stdout.Close()
	last := awaitIdle(ctx, dir, s.Done())
	if last != nil {
		defer last.Close() // those who come now wait until the server is gone, then start another
	}
	return errors.Join(os.Remove(filepath.Join(dir, "dsn")), s.Stop())
}

// sweep drops the databases of tests that were killed, and the templates of other migrations than ours.
func sweep(ctx context.Context, dsn string) error {
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	tpl, err := templateName()
	if err != nil {
		return err
	}
	rows, _ := c.Query(ctx, `SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_' AND datname <> $1`, tpl)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		if _, derr := c.Exec(ctx, `DROP DATABASE IF EXISTS `+pgx.Identifier{name}.Sanitize()+` WITH (FORCE)`); derr != nil {
			err = errors.Join(err, derr)
		}
	}
	return err
}

// awaitIdle returns once nobody held the users lock for a while, holding that lock itself; or when the server or the keeper is to end.
func awaitIdle(ctx context.Context, dir string, ended <-chan struct{}) *os.File {
	free := 0
	for {
		f, err := locked(filepath.Join(dir, "users"), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil && free == 1:
			return f
		case err == nil:
			f.Close()
			free++
		default:
			free = 0
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			return nil
		case <-time.After(idle):
		}
	}
}
