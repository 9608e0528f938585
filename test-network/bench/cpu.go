package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/process"
)

// Kinds of process, in the order in which tables show them. Other is all that
// runs on the machine besides: where it is large, the machine wasn't quiet.
const (
	kindPeer      = "peer"
	kindOrderer   = "orderer"
	kindChaincode = "chaincode"
	kindDriver    = "driver"
	kindOther     = "other"
	kindIdle      = "idle"
)

var kinds = []string{kindPeer, kindOrderer, kindChaincode, kindDriver, kindOther}

// cpuTimes is seconds of CPU by kind of process.
type cpuTimes map[string]float64

// kindOf tells a process's kind from its name.
func kindOf(name string) string {
	switch {
	case strings.HasPrefix(name, "peer"):
		return kindPeer
	case strings.HasPrefix(name, "orderer"):
		return kindOrderer
	}
	return kindChaincode
}

// readCPU reads what every kind has used since it began.
func readCPU(processes map[int32]string) (cpuTimes, error) {
	used := cpuTimes{}
	add := func(kind string, pid int32) error {
		p, err := process.NewProcess(pid)
		if err != nil {
			return fmt.Errorf("process %d (%s): %w", pid, kind, err)
		}
		t, err := p.Times()
		if err != nil {
			return fmt.Errorf("process %d (%s): %w", pid, kind, err)
		}
		used[kind] += t.User + t.System
		return nil
	}
	for pid, name := range processes {
		if err := add(kindOf(name), pid); err != nil {
			return nil, err
		}
	}
	if err := add(kindDriver, int32(os.Getpid())); err != nil {
		return nil, err
	}
	all, err := cpu.Times(false)
	if err != nil {
		return nil, fmt.Errorf("the machine's CPU: %w", err)
	}
	t := all[0]
	used[kindIdle] = t.Idle + t.Iowait
	used[kindOther] = t.User + t.System + t.Nice + t.Irq + t.Softirq + t.Steal
	for _, kind := range kinds[:4] {
		used[kindOther] -= used[kind]
	}
	return used, nil
}

// memoryLimits are what a topology gives each kind of process by default, in MB of 10⁶ bytes.
var memoryLimits = map[string]float64{kindPeer: 1074, kindOrderer: 1074, kindChaincode: 805}

// readMemory finds the largest process of each kind, in MB, and keeps the larger figure.
func readMemory(processes map[int32]string, largest map[string]float64) {
	for pid, name := range processes {
		p, err := process.NewProcess(pid)
		if err != nil {
			continue // it died: the arm will say so
		}
		if m, err := p.MemoryInfo(); err == nil {
			largest[kindOf(name)] = max(largest[kindOf(name)], float64(m.RSS)/1e6)
		}
	}
}

// since is what was used between two readings.
func (t cpuTimes) since(before cpuTimes) cpuTimes {
	used := cpuTimes{}
	for kind, seconds := range t {
		used[kind] = max(0, seconds-before[kind])
	}
	return used
}
