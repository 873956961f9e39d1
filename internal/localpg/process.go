package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// spawn starts the server from a goroutine that keeps its thread for as long as the server lives: the death signal follows the
// thread that started the child, and a thread may end before the process does.
func (s *Server) spawn(bins string, own *owner, o Options) error {
	log, err := os.OpenFile(s.logPath(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("open the database's log: %w", err)
	}
	cmd := exec.Command(filepath.Join(bins, "postgres"), s.arguments(o)...)
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = attributes(own)

	s.ended = make(chan struct{})
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer log.Close()
		err := cmd.Start()
		if err == nil {
			s.process = cmd.Process
		}
		started <- err
		if err == nil {
			s.endErr = cmd.Wait()
			close(s.ended)
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start Postgres: %w", err)
	}
	return nil
}

func (s *Server) arguments(o Options) []string {
	args := []string{"-D", s.data(), "-k", s.sockets, "-c", "listen_addresses=", "-c", "logging_collector=off"}
	if o.Fast {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	} else {
		args = append(args, "-c", "wal_compression=on") // most of what is logged are pages as a whole, after each checkpoint
	}
	for name, value := range o.Settings {
		args = append(args, "-c", name+"="+value)
	}
	return args
}

// environment keeps PG* variables of the person who starts us from steering our server.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=/"}
}

// awaitReady waits for the startup packet to be answered. It also watches the process, whose end says more than a silent socket.
func (s *Server) awaitReady(ctx context.Context) error {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		if s.answers() {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("Postgres ended at once (%v): %s", s.endErr, s.logTail())
		case <-ctx.Done():
			return fmt.Errorf("wait for Postgres to start: %w: %s", ctx.Err(), s.logTail())
		case <-time.After(wait):
		}
	}
}

// answers opens a session and looks at the first byte of the reply: R starts an authentication message; E is an error, above all
// 57P03, "the database system is starting up".
func (s *Server) answers() bool {
	c, err := net.Dial("unix", filepath.Join(s.sockets, ".s.PGSQL.5432"))
	if err != nil {
		return false
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Second))
	body := "\x00\x03\x00\x00user\x00" + Superuser + "\x00database\x00postgres\x00\x00"
	packet := append([]byte{0, 0, 0, byte(len(body) + 4)}, body...)
	var first [1]byte
	if _, err := c.Write(packet); err != nil {
		return false
	}
	n, _ := c.Read(first[:])
	c.Write([]byte{'X', 0, 0, 0, 4}) // leave politely, or the log fills with "unexpected EOF"
	return n == 1 && first[0] == 'R'
}

// endStale ends a server whose owner was killed a moment ago and which is still on its way out. We hold the lock, so it is nobody's.
func endStale(ctx context.Context, data string) error {
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return nil
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || pid <= 1 || !servesData(pid, data) {
		return nil // left by a crash; Postgres sees that for itself
	}
	syscall.Kill(pid, syscall.SIGINT)
	for range 200 {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("an older Postgres (process %d) still runs on %s and does not end", pid, data)
}

// servesData guards against killing a stranger that got the process id of a dead server.
func servesData(pid int, data string) bool {
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && bytes.Contains(cmdline, []byte("\x00"+data+"\x00"))
}

func (s *Server) logTail() string {
	b, _ := os.ReadFile(s.logPath())
	return tail(b)
}

func tail(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}
