// Package pgtest gives tests a PostgreSQL server of their own, made of the programs
// that are on the machine: in a folder that goes with it, reached by a socket in that
// folder, with a random password. It forgets what it has if the machine fails, which
// makes it quick, and sorts texts by a language, not by bytes, where it can.
package pgtest

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// Server is a running server.
type Server struct {
	dir     string
	bin     string
	as      *syscall.Credential // nil: this user
	stop    func(syscall.Signal)
	schemas atomic.Int32
}

// ErrNone says that the machine has no PostgreSQL.
var ErrNone = errors.New(
	"no PostgreSQL server on this machine (initdb and postgres, on the PATH or in /usr/lib/postgresql/*/bin)")

// Required says whether tests must fail rather than be skipped where there is no
// PostgreSQL: TALLY_REQUIRE_POSTGRES=1.
func Required() bool { return os.Getenv("TALLY_REQUIRE_POSTGRES") == "1" }

// Available says whether a server can be made. ErrNone.
func Available() error {
	_, err := programs()
	return err
}

// Start makes a server and waits until it answers. ErrNone.
func Start() (s *Server, err error) {
	s = &Server{}
	if s.bin, err = programs(); err != nil {
		return nil, err
	}
	if s.as, err = servant(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "tallypg"); err != nil {
		return nil, err
	}
	err = s.make()
	if err == nil {
		err = s.launch()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

// programs is the folder of initdb and postgres: of the newest version, if there are several.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil &&
			isFile(filepath.Join(filepath.Dir(path), "postgres")) {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrNone
	}
	versionOf := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return versionOf(a) - versionOf(b) })), nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// servant is whom the server runs as: PostgreSQL refuses to be root's.
func servant() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
	}
	return nil, errors.New("PostgreSQL won't run as root, and there is no user postgres or nobody")
}

// make makes the database's files, and the file that has the password.
func (s *Server) make() error {
	password := rand.Text()
	given := filepath.Join(s.dir, "given")
	if err := os.WriteFile(given, []byte(password+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(s.passfile(), []byte("*:*:*:tally:"+password+"\n"), 0o600); err != nil {
		return err
	}
	if s.as != nil {
		for _, path := range []string{s.dir, given} {
			if err := os.Chown(path, int(s.as.Uid), int(s.as.Gid)); err != nil {
				return err
			}
		}
	}
	args := []string{"-D", s.data(), "-U", "tally", "-A", "scram-sha-256", "--pwfile", given, "-E", "UTF8", "--locale",
		"C", "--no-sync"}
	out, err := s.command("initdb", append(args, "--locale-provider", "icu", "--icu-locale", "en")...).CombinedOutput()
	if err != nil { // it knows no languages
		if err := os.RemoveAll(s.data()); err != nil {
			return err
		}
		out, err = s.command("initdb", args...).CombinedOutput()
	}
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string     { return filepath.Join(s.dir, "data") }
func (s *Server) passfile() string { return filepath.Join(s.dir, "pass") }

func (s *Server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Pdeathsig: syscall.SIGINT}
	return cmd
}

// launch starts the server and waits until it says that it is ready.
func (s *Server) launch() error {
	cmd := s.command("postgres", "-D", s.data(), "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=60", "-c", "log_line_prefix=")
	log, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	started, ready, ended := make(chan error), make(chan error, 1), make(chan struct{})
	go func() {
		// The signal that ends the server with us goes with the thread that started it.
		runtime.LockOSThread()
		defer close(ended)
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		ready <- awaitReady(log)
		_, _ = io.Copy(io.Discard, log)
		_ = cmd.Wait() // however it ended, it is gone
	}()
	if err := <-started; err != nil {
		return err
	}
	s.stop = func(how syscall.Signal) {
		_ = cmd.Process.Signal(how) // it may have ended by itself
		<-ended
	}
	if err := <-ready; err != nil {
		s.stop(syscall.SIGQUIT)
		return err
	}
	return nil
}

func awaitReady(log io.Reader) error {
	var said strings.Builder
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if strings.Contains(lines.Text(), "ready to accept connections") {
			return nil
		}
		said.WriteString(lines.Text() + "\n")
	}
	return fmt.Errorf("postgres: %s", said.String())
}

// URL is the database's, with a schema that nobody has had before.
func (s *Server) URL() string {
	return s.URLOf("t" + strconv.Itoa(int(s.schemas.Add(1))))
}

// URLOf is the database's, with a schema.
func (s *Server) URLOf(schema string) string {
	q := url.Values{"host": {s.dir}, "search_path": {schema}, "passfile": {s.passfile()}}
	return "postgres://tally@/postgres?" + q.Encode()
}

// Crash ends the server as a failure would, without a word to anybody, and starts it
// again.
func (s *Server) Crash() error {
	s.Down()
	return s.Up()
}

// Down ends the server as a failure would, until Up starts it again.
func (s *Server) Down() { s.stop(syscall.SIGQUIT) }

// Up starts a server that is down.
func (s *Server) Up() error { return s.launch() }

// Stop ends the server and removes what it had.
func (s *Server) Stop() error {
	s.stop(syscall.SIGINT)
	return os.RemoveAll(s.dir)
}
