package main

import (
	"slices"
	"time"
)

// Spread is a figure over the rounds of a run.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf sums up; all zero of nothing.
func spreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	return Spread{Median: median(sorted), Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// median of sorted values; between the two in the middle of an even number.
func median(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// sample is n commands that took effect at one moment and took so long.
type sample struct {
	at      time.Time
	latency time.Duration
	n       int
}

// percentile is the latency that p (0 … 1) of the commands stayed within.
func percentile(samples []sample, p float64) time.Duration {
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b sample) int { return int(a.latency - b.latency) })
	all := 0
	for _, s := range sorted {
		all += s.n
	}
	seen := 0
	for _, s := range sorted {
		if seen += s.n; float64(seen) >= p*float64(all) {
			return s.latency
		}
	}
	return 0
}

// rate is commands a second in a window. Commands come in blocks, some five a
// second; counting from the last block before the window to the last in it
// keeps a block at an edge from counting whole or not at all.
func rate(samples []sample, open, end time.Time) float64 {
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b sample) int { return a.at.Compare(b.at) })
	from, to, n := open, open, 0
	for _, s := range sorted {
		switch {
		case s.at.After(end):
		case !s.at.After(open):
			from = s.at
		default:
			n, to = n+s.n, s.at
		}
	}
	if n == 0 {
		return 0
	}
	if open.Sub(from) > end.Sub(open) { // a trickle: the last one was long ago
		from = open
	}
	return float64(n) / to.Sub(from).Seconds()
}
