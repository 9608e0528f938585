package participation

import "testing"

func TestGauge(t *testing.T) {
	const text = `# HELP consensus_smartbft_view_leader_id The leader id.
# TYPE consensus_smartbft_view_leader_id gauge
consensus_smartbft_view_leader_id{channel="other"} 2
consensus_smartbft_view_leader_id{channel="alliance"} 3
consensus_smartbft_view_leader_id_old{channel="alliance"} 9
`
	for channel, want := range map[string]float64{"alliance": 3, "other": 2, "none": 0} {
		if got, err := gauge([]byte(text), bftLeaderMetric, channel); got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", channel, got, err, want)
		}
	}
}
