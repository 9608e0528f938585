package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tallystick/chaincode/fault"
)

// TestFault: an error of the machine is coded and says what to do; what is coded already, or isn't the machine's,
// stays.
func TestFault(t *testing.T) {
	refusal := fault.New(fault.Expired, "late")
	_, missing := os.ReadFile(filepath.Join(t.TempDir(), "none"))
	for _, c := range []struct {
		err  error
		code fault.Code
		says string
	}{
		{nil, "", ""},
		{refusal, fault.Expired, "late"},
		{errors.Join(refusal, syscall.ENOSPC), fault.Expired, "late"},
		{errors.New("odd"), fault.Internal, "odd"},
		{fmt.Errorf("outbox: %w", &fs.PathError{Op: "write", Path: "/var/x", Err: syscall.ENOSPC}), fault.Machine,
			"the disk is full"},
		{&fs.PathError{Op: "open", Path: "/var/x", Err: syscall.EACCES}, fault.Machine, "mend its owner and mode"},
		{&fs.PathError{Op: "open", Path: "/var/x", Err: syscall.EROFS}, fault.Machine, "mount it for writing"},
		{&fs.PathError{Op: "open", Path: "/var/x", Err: syscall.EMFILE}, fault.Machine, "ulimit -n"},
		{&fs.PathError{Op: "read", Path: "/var/x", Err: syscall.EIO}, fault.Machine, "the disk fails"},
		{missing, fault.Machine, "missing"},
	} {
		got := Fault(c.err)
		if fault.CodeOf(got) != c.code || got != nil && !strings.Contains(got.Error(), c.says) {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	full := Fault(fmt.Errorf("outbox: %w", &fs.PathError{Op: "write", Path: "/var/x", Err: syscall.ENOSPC}))
	var of *fault.Error
	if !errors.As(full, &of) || Public(of).Text != advice[0].text || Public(refusal) != refusal ||
		strings.Contains(Public(fault.New(fault.Machine, "/var/x is odd")).Text, "/var") {
		t.Errorf("what is told elsewhere of %v: %v", full, Public(of))
	}
	if Damaged(syscall.ENOSPC) || Damaged(nil) {
		t.Error("a full disk damages no database")
	}
}
