package api

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/client/access"
	"tallystick/client/node/loyalty"
)

// idle names the environment's variable that has this program open streams: "ADDRESS KEY,KEY… N".
const idle = "TALLY_IDLE_STREAMS"

// TestMain opens streams instead of testing, if it is asked to.
func TestMain(m *testing.M) {
	if asked := os.Getenv(idle); asked != "" {
		if err := openIdle(asked); err != nil {
			fmt.Println(err)
		}
		return
	}
	os.Exit(m.Run())
}

// openIdle opens streams, says so, waits until each has told an event, and says when the last one did.
func openIdle(asked string) error {
	words := strings.Fields(asked)
	keys := strings.Split(words[1], ",")
	n, err := strconv.Atoi(words[2])
	if err != nil {
		return err
	}
	var told sync.WaitGroup
	for i := range n {
		c, err := tls.Dial("tcp", words[0], &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			return err
		}
		fmt.Fprintf(c, "GET %s?after=latest HTTP/1.1\r\nHost: d\r\nAuthorization: Bearer %s\r\n\r\n", StreamPath,
			keys[i%len(keys)])
		lines := bufio.NewScanner(c)
		for !strings.HasPrefix(lines.Text(), "retry:") {
			if !lines.Scan() {
				return fmt.Errorf("stream %d ended: %v", i, lines.Err())
			}
		}
		told.Go(func() {
			for lines.Scan() && !strings.HasPrefix(lines.Text(), "data:") {
			}
		})
	}
	fmt.Println("open")
	told.Wait()
	fmt.Println(time.Now().UnixMilli())
	_, err = io.Copy(io.Discard, os.Stdin) // until the test has looked
	return err
}

// mostIdle is how much 5,000 idle streams may take: some 40 KB each, of which TLS and net/http have all but little.
const mostIdle = 210 << 20

// TestIdleStreams: 5,000 streams that say nothing take little memory, and what comes is in all of them soon.
func TestIdleStreams(t *testing.T) {
	if os.Getenv("TALLY_SOAK") == "" {
		t.Skip("in a soak: what it measures, it takes a machine to itself for")
	}
	const n = 5000
	s := newStreaming(t, streamBeat)
	server := httptest.NewUnstartedServer(s.Server)
	server.StartTLS()
	defer func() { s.Drain(); server.Close() }()
	var keys []string
	for i := range 4 {
		key, _, err := s.keys.Add(t.Context(), access.NewKey{Name: fmt.Sprint("erp-", i), Role: "reader"})
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	before := settled(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	clients := exec.Command(program)
	clients.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s "+
		"%d", idle, server.Listener.Addr(), strings.Join(keys, ","), n))
	hold, err := clients.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := clients.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := clients.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "open" {
		t.Fatal(lines.Text(), lines.Err())
	}
	took := settled(t) - before
	s.Do("D", loyalty.PointsIssue, `{"programme":"DP","grants":[{"member":"zhang","amount":30,"expires":"2027-12-31"}]}`)
	committed := time.Now()
	lines.Scan()
	last, err := strconv.ParseInt(lines.Text(), 10, 64)
	if err != nil {
		t.Fatal(lines.Text())
	}
	t.Logf("%d streams take %d MB; a command was in the last one %d ms after its answer", n, took>>20,
		last-committed.UnixMilli())
	if took > mostIdle {
		t.Errorf("%d MB for %d streams", took>>20, n)
	}
	if err := hold.Close(); err != nil {
		t.Error(err)
	}
	if err := clients.Wait(); err != nil {
		t.Error(err)
	}
}

// settled is how much memory this process has once nothing has happened for some minutes, after which Go's runtime has
// collected what the handshakes left, has halved the stacks that they needed, and has given back what is free.
func settled(t *testing.T) int {
	t.Helper()
	for range 3 {
		debug.FreeOSMemory()
	}
	return resident(t)
}

// resident is how much memory this process has.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, is := strings.CutPrefix(line, "VmRSS:"); is {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kb << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
