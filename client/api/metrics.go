package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tallystick/chaincode/fault"
	"tallystick/client/node"
)

// metrics are what a node says of itself to Prometheus. Nothing in them names a member, a key or a request.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(n *node.Node, g *gate, log *slog.Logger) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tally_requests_total",
			Help: "Requests that were answered, by operation and by the code of the refusal, OK for none."},
			[]string{"operation", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tally_request_duration_seconds",
			Help:    "How long requests took, by operation.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, []string{"operation"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, health{n, log}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := m.gauge
	counter := m.counter
	stats := n.Gateway().Stats
	gauge("tally_requests_under_way", "Requests that are under way.", func() float64 { return float64(g.underWay()) })
	gauge("tally_ledger_blocks", "Blocks of the ledger that the node has seen.",
		func() float64 { return float64(stats().Blocks) })
	gauge("tally_read_model_blocks", "Blocks that the read model has; -1 if it can't be read.", func() float64 {
		level, err := n.IndexLevel()
		if err != nil {
			return -1
		}
		return float64(level.Height)
	})
	gauge("tally_lane_commands_waiting", "Commands that wait for a lane.",
		func() float64 { return float64(stats().Waiting) })
	gauge("tally_lanes", "Lanes that this process writes.",
		func() float64 { return float64(len(n.Gateway().Writing())) })
	gauge("tally_lanes_of_nobody", "Lanes that none of the processes writes that share them.",
		func() float64 { return float64(n.NobodysLanes()) })
	counter("tally_lane_commands_total", "Commands that came to the ledger by this node's lanes, refused ones included.",
		func() float64 { return float64(stats().Commands) })
	counter("tally_lane_batches_total", "Batches that took effect; commands by batches is how full they are.",
		func() float64 { return float64(stats().Batches) })
	counter("tally_lane_invalid_total", "Envelopes that a block found invalid, and that were endorsed anew.",
		func() float64 { return float64(stats().Invalid) })
	counter("tally_lane_resent_total", "Times that the same bytes were sent again: orderers are slow or lost.",
		func() float64 { return float64(stats().Resent) })
	counter("tally_lane_late_total", "Endorsements tried again because endorsers lagged or didn't answer.",
		func() float64 { return float64(stats().Late) })
	return m
}

// gauge adds a figure that is asked for when it is scraped.
func (m *metrics) gauge(name, help string, of func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, of))
}

// counter adds a figure that only grows.
func (m *metrics) counter(name, help string, of func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, of))
}

// note counts a request that was answered.
func (m *metrics) note(operation string, code fault.Code, took time.Duration) {
	if code == "" {
		code = "OK"
	}
	m.requests.WithLabelValues(operation, string(code)).Inc()
	m.seconds.WithLabelValues(operation).Observe(took.Seconds())
}

// metrics answers what Prometheus scrapes, to whoever may ask all that is no secret.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	who, err := s.caller(r)
	switch {
	case fault.CodeOf(err) == fault.Forbidden:
		writeProblem(w, r, refusalOf(err), http.StatusUnauthorized, None, nil)
	case err != nil:
		writeProblem(w, r, refusalOf(err), 0, None, nil)
	case !who.Role.Has(node.Read):
		writeProblem(w, r, fault.New(fault.Forbidden, "the role %s may not read metrics", who.Role.Name), 0, None, nil)
	default:
		promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	}
}
