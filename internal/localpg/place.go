package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// minMajor is the oldest Postgres that the schema is tested on.
const minMajor = 15

// DefaultDir is where data named name belongs when nobody said so: below the user's cache directory; as root /var/lib, because the user
// that Postgres runs as cannot enter /root.
func DefaultDir(name string) (string, error) {
	if os.Geteuid() != 0 {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find a directory for %s: %w; set HOME or XDG_CACHE_HOME", name, err)
		}
		return filepath.Join(cache, name), nil
	}
	dir := filepath.Join("/var/lib", name)
	if err := os.MkdirAll(dir, 0o755); err == nil {
		return dir, nil
	}
	return filepath.Join("/tmp", name+"-0"), nil
}

// Binaries is the directory that holds initdb and postgres, or ErrNoBinaries.
func Binaries() (string, error) { return findBinaries("") }

// findBinaries looks in PATH and where distributions put them, newest first. An existing cluster needs its own major version.
func findBinaries(major string) (string, error) {
	var seen []string
	for _, dir := range candidates() {
		if !isProgram(filepath.Join(dir, "initdb")) || !isProgram(filepath.Join(dir, "postgres")) {
			continue
		}
		v := majorOf(dir)
		if major == "" && v >= minMajor || major != "" && strconv.Itoa(v) == major {
			return dir, nil
		}
		seen = append(seen, strconv.Itoa(v))
	}
	if major != "" && len(seen) > 0 {
		return "", fmt.Errorf("the data was made by Postgres %s, this machine has only %s: install postgresql-%s, or move the data by pg_dump", major, strings.Join(seen, ", "), major)
	}
	return "", ErrNoBinaries
}

func candidates() []string {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql@*/bin"} {
		m, _ := filepath.Glob(pattern)
		found = append(found, m...)
	}
	sort.SliceStable(found, func(i, j int) bool { return majorOf(found[i]) > majorOf(found[j]) })
	return append(dirs, found...)
}

func isProgram(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

// majorOf reads the version from the path where it stands there, else asks the program.
func majorOf(dir string) int {
	if v, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(filepath.Dir(dir)), "pgsql-")); err == nil {
		return v
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output() // postgres (PostgreSQL) 17.2 (Debian …)
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(out), ") ")
	v, _ := strconv.Atoi(rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))])
	return v
}

func versionOf(data string) string {
	b, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// owner is the user that the server runs as; nil: ourselves.
type owner struct{ uid, gid uint32 }

// serverOwner is somebody else when we are root. initdb looks its user up, so the uid must have an entry in /etc/passwd.
func serverOwner() (*owner, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil && uid != 0 {
			return &owner{uint32(uid), uint32(gid)}, nil
		}
	}
	return nil, errors.New("Postgres does not run as root, and this machine has neither a user postgres nor nobody: start as an ordinary user, or set DATABASE_URL")
}

func (o *owner) chown(path string) error {
	if o == nil {
		return nil
	}
	return os.Chown(path, int(o.uid), int(o.gid))
}

// makeDir makes the directory and, as root, checks that the server's user can reach it.
func makeDir(dir string, own *owner) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil { // others must get through to it
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the database directory: %w", err)
	}
	if own == nil {
		return nil
	}
	for d := filepath.Dir(dir); ; d = filepath.Dir(d) {
		st, err := os.Stat(d)
		if err != nil {
			return fmt.Errorf("database directory: %w", err)
		}
		if sys := st.Sys().(*syscall.Stat_t); st.Mode().Perm()&0o001 == 0 && sys.Uid != own.uid {
			return fmt.Errorf("database directory %s: Postgres runs as another user than root and cannot enter %s: choose a directory elsewhere, for example below /var/lib (TENANTRY_DATA_DIR)", dir, d)
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	return own.chown(dir)
}

// lockDir keeps a second process from using the same data: its server would refuse, and it would talk to ours instead.
func lockDir(ctx context.Context, dir string, wait time.Duration) (*os.File, error) {
	if wait == 0 {
		wait = 5 * time.Second
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database directory: %w", err)
	}
	for end := time.Now().Add(wait); ; {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR || time.Now().After(end) {
			f.Close()
			return nil, fmt.Errorf("%s: %w", dir, ErrInUse)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// initCluster makes the data beside its final place first, so that a start killed halfway leaves nothing that looks complete.
func initCluster(ctx context.Context, bins, dir, data string, own *owner) error {
	if versionOf(data) != "" {
		return nil
	}
	half := filepath.Join(dir, "data.new")
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("remove a half-made database: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bins, "initdb"), "-D", half, "-U", Superuser, "-A", "trust", "-E", "UTF8",
		"--locale=C.UTF-8", "--no-sync", "--no-instructions")
	cmd.Dir = "/"
	cmd.SysProcAttr = attributes(own)
	cmd.Env = environment()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) } // initdb ends its own children then
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("initdb: %w", ctx.Err())
		}
		return fmt.Errorf("initdb in %s: %w: %s", half, err, tail(out))
	}
	if err := os.Rename(half, data); err != nil {
		return fmt.Errorf("put the new database in place: %w", err)
	}
	return nil
}

// makeSocketDir stays below Dir where the path fits: sun_path holds 107 bytes, and the server also makes a lock file of 5 more.
func (s *Server) makeSocketDir(own *owner) error {
	s.sockets = filepath.Join(s.dir, "run")
	if len(s.sockets)+len("/.s.PGSQL.5432.lock") > 107 {
		tmp, err := os.MkdirTemp("/tmp", "tenantry-pg-")
		if err != nil {
			return fmt.Errorf("make a directory for the socket: %w", err)
		}
		s.sockets, s.remove = tmp, true
	} else if err := os.MkdirAll(s.sockets, 0o700); err != nil {
		return fmt.Errorf("make a directory for the socket: %w", err)
	}
	return own.chown(s.sockets)
}
