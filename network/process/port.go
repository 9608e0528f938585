package process

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	psnet "github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// PortError says that somebody else listens on a port that a program needs.
type PortError struct {
	Name    string // the program that needs it
	Address string
	PID     int32  // 0 if it could not be found out
	Holder  string // the holder's program name, if known
}

func (e *PortError) Error() string {
	holder := "another program (ss -ltnp shows which)"
	if e.PID != 0 {
		holder = fmt.Sprintf("pid %d (%s)", e.PID, e.Holder)
	}
	return fmt.Sprintf("%s needs %s, where %s listens; end that, or set basePort or ports in the topology", e.Name,
		e.Address, holder)
}

// MissingError says that a program's file is not there.
type MissingError struct{ Name, Program string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s: no program at %s; build it, or correct its path in the topology", e.Name, e.Program)
}

// checkPorts refuses a spec when one of its addresses is taken.
func checkPorts(spec Spec) error {
	for _, address := range spec.Listens {
		listener, err := net.Listen("tcp", address)
		if errors.Is(err, syscall.EADDRINUSE) {
			pid, holder := listenerOf(address)
			return &PortError{spec.Name, address, pid, holder}
		}
		if err != nil {
			return fmt.Errorf("%s cannot listen on %s: %w", spec.Name, address, err)
		}
		if err := listener.Close(); err != nil {
			return err
		}
	}
	return nil
}

// listenerOf finds who listens on an address; zero if that stays unknown.
func listenerOf(address string) (pid int32, name string) {
	_, text, _ := net.SplitHostPort(address)
	port, _ := strconv.ParseUint(text, 10, 32)
	connections, err := psnet.Connections("tcp")
	if err != nil {
		return 0, ""
	}
	for _, c := range connections {
		if c.Status == "LISTEN" && uint64(c.Laddr.Port) == port && c.Pid != 0 {
			if p, err := process.NewProcess(c.Pid); err == nil {
				name, _ = p.Name()
			}
			return c.Pid, name
		}
	}
	return 0, ""
}
