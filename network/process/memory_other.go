//go:build !linux

package process

// limitMemory does nothing: here a process can't be limited from outside, and keeps
// within GOMEMLIMIT as far as it can.
func limitMemory(int, uint64) error { return nil }
