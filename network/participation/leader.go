package participation

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// The metrics that tell the leader. BFT's is the leader's consenter id, as this
// orderer sees it; Raft's is 1 on the leader itself.
const (
	bftLeaderMetric  = "consensus_smartbft_view_leader_id"
	raftLeaderMetric = "consensus_etcdraft_is_leader"
)

// BFTLeader returns the consenter id of the leader that this orderer follows,
// or 0 while it follows none.
func (o *Orderer) BFTLeader(ctx context.Context, channel string) (int, error) {
	value, err := o.metric(ctx, bftLeaderMetric, channel)
	return int(value), err
}

// RaftLeader says whether this orderer leads.
func (o *Orderer) RaftLeader(ctx context.Context, channel string) (bool, error) {
	value, err := o.metric(ctx, raftLeaderMetric, channel)
	return value == 1, err
}

// metric reads one gauge of a channel; a gauge not yet set reads 0.
func (o *Orderer) metric(ctx context.Context, name, channel string) (float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+o.operations+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	code, body, err := o.do(request)
	if err != nil {
		return 0, err
	}
	if code != http.StatusOK {
		return 0, fmt.Errorf("orderer metrics: %d", code)
	}
	return gauge(body, name, channel)
}

// gauge finds `name{…channel="…"…} value` in Prometheus's text form.
func gauge(text []byte, name, channel string) (float64, error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if !strings.HasPrefix(line, name+"{") || !strings.Contains(line, `channel="`+channel+`"`) {
			continue
		}
		_, value, _ := strings.Cut(line, "} ")
		return strconv.ParseFloat(value, 64)
	}
	return 0, lines.Err()
}
