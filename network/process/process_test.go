package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tallystick/network/internal/wait"
	"tallystick/network/wholefile"
)

// childEnv makes the test's own binary play a program: what it says is how.
const childEnv = "TALLYNET_TEST_CHILD"

func TestMain(m *testing.M) {
	switch how := os.Getenv(childEnv); how {
	case "":
		os.Exit(m.Run())
	case "die":
		fmt.Println("first words\npanic: no such channel\n\ngoroutine 1 [running]:")
		os.Exit(2)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		select {}
	case "hungry":
		var kept [][]byte
		for range 64 { // 4 GB, all of it touched
			block := make([]byte, 64<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			kept = append(kept, block)
		}
		fmt.Println("ready", len(kept))
		select {}
	default: // listen there until told to end
		listener, err := net.Listen("tcp", how)
		if err != nil {
			panic(err)
		}
		fmt.Println("ready", os.Getenv("CORE_STRAY"))
		for {
			conn, err := listener.Accept()
			if err != nil {
				panic(err)
			}
			conn.Close()
		}
	}
}

func table(t *testing.T) Table {
	dir := t.TempDir()
	table := Table{Records: filepath.Join(dir, "run"), Logs: filepath.Join(dir, "logs")}
	t.Cleanup(func() {
		names, _ := table.Names()
		if err := table.Stop(context.Background(), time.Second, names...); err != nil {
			t.Error(err)
		}
	})
	return table
}

func spec(t *testing.T, how string) Spec {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := Spec{Name: "child", Party: "G", Program: self, Env: []string{childEnv + "=" + how}, Dir: t.TempDir()}
	if strings.Contains(how, ":") {
		s.Listens = []string{how}
	}
	return s
}

// freeAddress finds a port that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func start(t *testing.T, table Table, s Spec) Record {
	t.Helper()
	started, err := table.Start(s)
	if err != nil || !started {
		t.Fatalf("start: %v, %v", started, err)
	}
	awaitLog(t, table, s.Name, "ready")
	return expect(t, table, s.Name, Running)
}

func awaitLog(t *testing.T, table Table, name, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := wait.Until(ctx, "log", func(context.Context) error {
		text, err := Tail(table.Log(name), 10)
		if err == nil && !strings.Contains(text, want) {
			err = fmt.Errorf("log says %q", text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, table Table, name string, want State) Record {
	t.Helper()
	record, state, err := table.Lookup(name)
	if err != nil || state != want {
		t.Fatalf("%s is %s, %v; want %s", name, state, err, want)
	}
	return record
}

func TestStartIsIdempotentAndStopEnds(t *testing.T) {
	table, s := table(t), spec(t, freeAddress(t))
	first := start(t, table, s)
	if started, err := table.Start(s); started || err != nil {
		t.Fatalf("second start: %v, %v", started, err)
	}
	if again := expect(t, table, s.Name, Running); again.PID != first.PID {
		t.Fatalf("pid %d became %d", first.PID, again.PID)
	}
	if first.Memory() == 0 {
		t.Error("no memory")
	}
	if err := table.Stop(t.Context(), time.Second, s.Name); err != nil {
		t.Fatal(err)
	}
	expect(t, table, s.Name, Stopped)
	start(t, table, s) // the port is free at once
}

func TestStopKillsTheStubborn(t *testing.T) {
	table, s := table(t), spec(t, "stubborn")
	start(t, table, s)
	if err := table.Stop(t.Context(), 100*time.Millisecond, s.Name); err != nil {
		t.Fatal(err)
	}
	expect(t, table, s.Name, Stopped)
}

func TestKillLeavesAStaleRecord(t *testing.T) {
	table, s := table(t), spec(t, freeAddress(t))
	start(t, table, s)
	if err := table.Kill(t.Context(), s.Name); err != nil {
		t.Fatal(err)
	}
	expect(t, table, s.Name, Stale)
	if err := table.Kill(t.Context(), s.Name); err == nil {
		t.Error("a dead process was killed again")
	}
	start(t, table, s) // a stale record does not keep it from starting
}

// TestPIDReuse puts a stranger's pid in the record, as if the system had given
// the number away: it must not be taken for ours, nor be signalled.
func TestPIDReuse(t *testing.T) {
	spoil := map[string]func(*Record){
		"other start": func(r *Record) { r.Started -= 60_000 },
		"other file":  func(r *Record) { r.Exe = "/bin/other" },
	}
	for name, change := range spoil {
		t.Run(name, func(t *testing.T) {
			table := table(t)
			stranger := exec.Command("sleep", "60")
			if err := stranger.Start(); err != nil {
				t.Fatal(err)
			}
			died := make(chan error, 1)
			go func() { died <- stranger.Wait() }()
			started, exe, err := identify(int32(stranger.Process.Pid))
			if err != nil {
				t.Fatal(err)
			}
			record := Record{Name: "child", PID: int32(stranger.Process.Pid), Started: started, Exe: exe}
			if !record.alive() {
				t.Fatal("the unspoilt record is not recognised")
			}
			change(&record)
			writeRecord(t, table, record)
			expect(t, table, "child", Stale)
			if err := table.Stop(t.Context(), time.Second, "child"); err != nil {
				t.Fatal(err)
			}
			expect(t, table, "child", Stopped)
			select {
			case err := <-died:
				t.Fatalf("the stranger was ended: %v", err)
			default:
			}
			if err := stranger.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-died
		})
	}
}

func writeRecord(t *testing.T, table Table, record Record) {
	t.Helper()
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(table.Records, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Write(table.record(record.Name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOrphans: a process that was started but not written down is found by its
// mark; a recorded one and another table's are left alone.
func TestOrphans(t *testing.T) {
	table, other := table(t), table(t)
	start(t, table, spec(t, freeAddress(t)))
	start(t, other, spec(t, freeAddress(t)))
	lost := spec(t, freeAddress(t))
	lost.Name = "lost"
	cmd, err := table.launch(lost)
	if err != nil {
		t.Fatal(err)
	}
	died := make(chan error, 1)
	go func() { died <- cmd.Wait() }()
	awaitLog(t, table, lost.Name, "ready")
	if ended, err := table.EndOrphans(t.Context(), time.Second); ended != 1 || err != nil {
		t.Errorf("ended %d, %v; want the lost one", ended, err)
	}
	<-died
	expect(t, table, "child", Running)
	expect(t, other, "child", Running)
}

func TestPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	table, s := table(t), spec(t, listener.Addr().String())
	_, err = table.Start(s)
	var port *PortError
	if !errors.As(err, &port) {
		t.Fatalf("error %v, want a PortError", err)
	}
	if port.Address != s.Listens[0] || port.PID != int32(os.Getpid()) {
		t.Errorf("names %s and pid %d, want %s and %d", port.Address, port.PID, s.Listens[0], os.Getpid())
	}
	expect(t, table, s.Name, Stopped)
}

func TestMissingProgram(t *testing.T) {
	table, s := table(t), spec(t, "die")
	s.Program = filepath.Join(t.TempDir(), "none")
	_, err := table.Start(s)
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Program != s.Program {
		t.Errorf("error %v, want a MissingError for %s", err, s.Program)
	}
}

func TestDeathIsReportedWithLastWords(t *testing.T) {
	table, s := table(t), spec(t, "die")
	if _, err := table.Start(s); err != nil {
		t.Fatal(err)
	}
	awaitLog(t, table, s.Name, "panic")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := wait.Until(ctx, "death", func(context.Context) error {
		err := table.Alive(s.Name)
		var exit *ExitError
		switch {
		case err == nil:
			return errors.New("still alive")
		case !errors.As(err, &exit) || exit.LastWords != "panic: no such channel":
			return wait.Never(fmt.Errorf("got %w, want its panic", err))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestCurrent walks what makes a running program another than the spec's.
func TestCurrent(t *testing.T) {
	table, s := table(t), spec(t, freeAddress(t))
	start(t, table, s)
	changes := map[string]func(*Spec){
		"args":   func(s *Spec) { s.Args = []string{"-x"} },
		"env":    func(s *Spec) { s.Env = append(s.Env, "X=1") },
		"config": func(s *Spec) { s.Config = "x" },
	}
	if current, err := table.Current(s); !current || err != nil {
		t.Errorf("unchanged: %v, %v", current, err)
	}
	for name, change := range changes {
		other := s
		change(&other)
		if current, err := table.Current(other); current || err != nil {
			t.Errorf("changed %s: %v, %v", name, current, err)
		}
	}
}

func TestStrayEnvironmentStaysOut(t *testing.T) {
	t.Setenv("CORE_STRAY", "stray")
	table, s := table(t), spec(t, freeAddress(t))
	start(t, table, s)
	if text, _ := Tail(table.Log(s.Name), 10); strings.Contains(text, "stray") {
		t.Errorf("the program saw the caller's CORE_STRAY: %q", text)
	}
}

func TestTail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte("one\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for lines, want := range map[int]string{1: "three", 2: "two\nthree", 9: "one\ntwo\nthree"} {
		if got, err := Tail(file, lines); got != want || err != nil {
			t.Errorf("last %d: %q, %v; want %q", lines, got, err, want)
		}
	}
	if got, err := Tail(file+".none", 1); got != "" || err != nil {
		t.Errorf("no log: %q, %v", got, err)
	}
}
