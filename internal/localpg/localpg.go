// Package localpg runs a private Postgres from the binaries of this machine: for a first start without a database server, for the demo
// and for tests. It works as an ordinary user and as root, where Postgres itself refuses to run and is started as another user.
//
// It knows nothing of what is stored: schema, pool and roles live in internal/postgres. It downloads nothing.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Superuser is the database user that owns the private server. Anyone who can enter its 0700 socket directory may be it.
const Superuser = "portal"

// ErrInUse tells that another process already runs a server on the directory.
var ErrInUse = errors.New("the database directory is in use by another process")

// ErrNoBinaries tells that this machine has no usable Postgres.
var ErrNoBinaries = errors.New(`no Postgres 15 or newer was found on this machine: install it (Debian, Ubuntu: apt-get install postgresql) or set DATABASE_URL to a server that you have`)

// Options says where the server lives and how careful it is.
type Options struct {
	// Dir holds the data, the log and the lock. It is created where missing. As root it must be a place that other users can enter.
	Dir string
	// Fast gives up durability for speed: for tests and demos whose data can be made again.
	Fast bool
	// Settings are further server settings, such as "max_connections": "300".
	Settings map[string]string
	// LockWait is how long to wait for another process to leave Dir before ErrInUse; zero means 5 s.
	LockWait time.Duration
}

// Server is a running private Postgres. Stop it; it also ends by itself when this process dies.
type Server struct {
	dir     string // Options.Dir
	sockets string // directory of the socket
	remove  bool   // sockets is ours alone, to be removed at the end
	lock    *os.File
	process *os.Process
	ended   chan struct{} // closed when the server process is gone
	endErr  error         // valid once ended is closed

	stopOnce sync.Once
	stopErr  error
}

// Start makes the cluster where Dir has none yet, starts the server and waits until it takes connections.
func Start(ctx context.Context, o Options) (*Server, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil || o.Dir == "" {
		return nil, fmt.Errorf("database directory %q: not usable as a path", o.Dir)
	}
	s := &Server{dir: dir}
	if err := s.start(ctx, o); err != nil {
		s.cleanUp()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, o Options) error {
	bins, err := findBinaries(versionOf(s.data()))
	if err != nil {
		return err
	}
	own, err := serverOwner()
	if err != nil {
		return err
	}
	if err := makeDir(s.dir, own); err != nil {
		return err
	}
	if s.lock, err = lockDir(ctx, s.dir, o.LockWait); err != nil {
		return err
	}
	if err := endStale(ctx, s.data()); err != nil {
		return err
	}
	if err := initCluster(ctx, bins, s.dir, s.data(), own); err != nil {
		return err
	}
	if err := s.makeSocketDir(own); err != nil {
		return err
	}
	if err := s.spawn(bins, own, o); err != nil {
		return err
	}
	if err := s.awaitReady(ctx); err != nil {
		return errors.Join(err, s.Stop())
	}
	return nil
}

func (s *Server) data() string    { return filepath.Join(s.dir, "data") }
func (s *Server) logPath() string { return filepath.Join(s.dir, "postgres.log") }

// DSN is the address of one database of the server, as a URL without a password: the socket directory is the lock.
func (s *Server) DSN(db string) string {
	u := url.URL{Scheme: "postgres", Path: "/" + db}
	u.RawQuery = url.Values{"host": {s.sockets}, "user": {Superuser}}.Encode()
	return u.String()
}

// Done is closed when the server process has ended, asked for or not.
func (s *Server) Done() <-chan struct{} { return s.ended }

// Stop ends the server: open connections are cut, the data is left consistent. It may be called again.
func (s *Server) Stop() error {
	s.stopOnce.Do(func() {
		s.stopErr = s.stop()
		s.cleanUp()
	})
	return s.stopErr
}

// stop asks as fast shutdown first, then harder, for a server that hangs must not keep us from ending.
func (s *Server) stop() error {
	if s.process == nil {
		return nil
	}
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 10 * time.Second}, {syscall.SIGQUIT, 3 * time.Second}, {syscall.SIGKILL, 3 * time.Second}} {
		s.process.Signal(step.signal)
		select {
		case <-s.ended:
			return nil
		case <-time.After(step.wait):
		}
	}
	return fmt.Errorf("the private Postgres (process %d) does not end", s.process.Pid)
}

func (s *Server) cleanUp() {
	if s.remove {
		os.RemoveAll(s.sockets)
	}
	if s.lock != nil {
		s.lock.Close()
		s.lock = nil
	}
}
