package api

import "tallystick/client/webhook"

// Webhooks has the server's metrics say how webhooks are.
func (s *Server) Webhooks(d *webhook.Deliverer) {
	s.metrics.gauge("tally_webhooks_live", "Webhooks that are told of events.",
		func() float64 { return float64(d.Figures().Live) })
	s.metrics.gauge("tally_webhooks_parked", "Webhooks that acknowledged nothing for days: somebody has to replay them.",
		func() float64 { return float64(d.Figures().Parked) })
	s.metrics.gauge("tally_webhooks_failing_seconds", "For how long some webhook that is live has acknowledged nothing.",
		func() float64 { return d.Figures().Failing.Seconds() })
	s.metrics.counter("tally_webhook_delivered_total", "Events that webhooks have acknowledged.",
		func() float64 { return float64(d.Figures().Delivered) })
	s.metrics.counter("tally_webhook_failed_total", "Tries that webhooks haven't acknowledged.",
		func() float64 { return float64(d.Figures().Failed) })
}
