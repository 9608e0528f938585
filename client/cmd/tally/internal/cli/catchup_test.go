package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"tallystick/chaincode/fault"
)

// TestCatchingUpIsTold: nothing for a moment; after a second how far it is, then less often, and at the end that it
// ended.
func TestCatchingUpIsTold(t *testing.T) {
	var said bytes.Buffer
	c := &catchUp{app: &App{Err: &said}, said: time.Now(), every: time.Hour}
	apply := func() { c.Has(0, 60_000) }
	apply()
	c.Caught(0)
	if said.Len() > 0 {
		t.Errorf("it said %q at once", said.String())
	}
	c.every, c.said = time.Second, time.Now().Add(-2*time.Second)
	apply()
	apply()
	c.Caught(0)
	want := "tally: the read model takes blocks in: 0 of 60000\ntally: the read model has taken 0 blocks in\n"
	if said.String() != want || c.every != 3*time.Second {
		t.Errorf("it said %q, want %q", said.String(), want)
	}
}

// TestFaultsOfTheMachine: they are told as such, with what to do; a file that the caller named is the caller's.
func TestFaultsOfTheMachine(t *testing.T) {
	for _, c := range []struct {
		err  error
		exit int
		says string
	}{
		{asFault(&fs.PathError{Op: "write", Path: "index.db", Err: syscall.ENOSPC}), 14,
			"MACHINE: write index.db: no space left on device: the disk is full"},
		{&fs.PathError{Op: "write", Path: "out.csv", Err: syscall.ENOSPC}, 14, "the disk is full"},
		{&fs.PathError{Op: "open", Path: "none.csv", Err: syscall.ENOENT}, 2, "none.csv"},
		{asFault(errors.New("odd")), 1, "INTERNAL: odd"},
		{asFault(fmt.Errorf("index: %w", context.DeadlineExceeded)), 130,
			"STOPPED: not done in the time that --timeout gives"},
	} {
		var said bytes.Buffer
		exit := (&App{Err: &said}).Fail(c.err)
		if exit != c.exit || !strings.Contains(said.String(), c.says) {
			t.Errorf("%v: exit %d, %s", c.err, exit, said.String())
		}
	}
	if m := fault.Of(fault.Machine); m.Code != fault.Machine || !m.Retry {
		t.Errorf("%+v", m)
	}
}
