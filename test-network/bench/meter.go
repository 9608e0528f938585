package main

import (
	"sync"
	"time"
)

// meter counts what the driver sees of one arm.
type meter struct {
	mu        sync.Mutex
	samples   []sample
	invalid   int    // transactions in a block that took no effect
	refused   int    // commands that a rule refused
	unmatched int    // endorsements that failed: endorsers at different heights
	why       string // one refusal's text
	fault     error
}

// done counts n commands that took effect just now, begun at a moment.
func (m *meter) done(n int, began time.Time) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samples = append(m.samples, sample{at: now, latency: now.Sub(began), n: n})
}

func (m *meter) count(what *int, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*what += n
}

// explain keeps one refusal for people.
func (m *meter) explain(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.why = err.Error()
}

// fail notes the first error that makes an arm's figures worthless.
func (m *meter) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fault == nil {
		m.fault = err
	}
}

// begun says how many commands took effect so far, and the first fault.
func (m *meter) begun() (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, s := range m.samples {
		n += s.n
	}
	return n, m.fault
}

// seen is how many times something took effect.
func (m *meter) seen() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.samples)
}

// Timing is what a window measured.
type Timing struct {
	Rate float64       `json:"commandsPerSecond"`
	P50  time.Duration `json:"p50"`
	P99  time.Duration `json:"p99"`
}

func (m *meter) timing(open, end time.Time) Timing {
	m.mu.Lock()
	defer m.mu.Unlock()
	var inside []sample
	for _, s := range m.samples {
		if s.at.After(open) && !s.at.After(end) {
			inside = append(inside, s)
		}
	}
	return Timing{Rate: rate(m.samples, open, end), P50: percentile(inside, 0.5), P99: percentile(inside, 0.99)}
}
