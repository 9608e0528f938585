package audit

import (
	"tallystick/client/audit/authority"
	"tallystick/client/audit/wire"
)

// Network is the authority of a real network's channel: its configuration, from block 0 on.
func Network() Authority { return network{authority.New(nil)} }

type network struct{ *authority.Channel }

// Rule answers the channel's verdicts as rulings.
func (n network) Rule(b *wire.Block) ([]Ruling, error) {
	verdicts, err := n.Judge(b)
	rulings := make([]Ruling, len(verdicts))
	for i, v := range verdicts {
		rulings[i] = Ruling{v.Code, v.Layer, v.Why}
	}
	return rulings, err
}
