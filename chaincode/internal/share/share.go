// Package share gives every party its part of one endorser.
//
// Valid work can be too much work: a party that sends its largest batches in all of
// its lanes fills every block, and everybody else waits for them. No rule of the
// ledger can tell how busy an endorser is, so each counts for itself, in memory,
// and puts off what is above a party's share. Like its clock that changes no
// result: it can only refuse to endorse, with OVERLOADED, and gateways try again.
//
// A party has an allowance that work takes from and that time fills up. What a
// call costs is known when it ends, so an estimate is taken before and made good
// after. Whoever is alone has what is free; as soon as others write, too, each has
// its share, however many they are and however much one of them does. Who only asks
// questions takes nothing from others.
package share

import (
	"sync"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/fault"
)

const (
	// alone is how many shares a party has that nobody else writes beside.
	alone = 4
	// recent is for how long a party that wrote counts as writing. Gateways choose among endorsers, so one that people
	// work beside doesn't hear of them in each second.
	recent = 2 * time.Second
	// burst is for how long a party's allowance fills up: short, so that what it
	// saved up is no more than one large batch.
	burst = time.Second / 2
	// most is how many callers are remembered; organisations of a channel are fewer.
	most = 256
)

// Shares is a chaincode that does each party's work as far as its share goes.
type Shares struct {
	shim.Chaincode
	rate float64 // cost a second of one party
	now  func() time.Time

	mu      sync.Mutex
	parties map[string]*allowance
}

// allowance is what one party may have done still.
type allowance struct {
	left  float64   // below zero, what was done beyond it
	at    time.Time // when left was right
	wrote time.Time // its last call that was no question
}

// Of gives every party so many rows a second of the chaincode's work, at least.
// Reading and large rows count too, see meter. rate is above zero.
func Of(chaincode shim.Chaincode, rate float64, now func() time.Time) *Shares {
	return &Shares{Chaincode: chaincode, rate: rate, now: now, parties: map[string]*allowance{}}
}

// Invoke does a call, or refuses it with OVERLOADED while its caller's share is
// used up.
func (s *Shares) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	caller, err := cid.GetMSPID(stub)
	if err != nil {
		return shim.Error(fault.New(fault.Forbidden, "the caller can't be read").Error())
	}
	estimate, writes := estimateOf(stub.GetArgs())
	if !s.take(caller, estimate, writes) {
		return shim.Error(fault.New(fault.Overloaded, "%s has used its share of this endorser; it is free again within seconds", caller).Error())
	}
	m := &meter{ChaincodeStubInterface: stub}
	defer func() { s.correct(caller, estimate-m.cost()) }()
	return s.Chaincode.Invoke(m)
}

// take takes an estimate from a party's allowance, if there is anything left of it.
func (s *Shares) take(caller string, estimate float64, writes bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	a := s.of(caller, now)
	rate := s.rateOf(caller, now)
	a.left = min(a.left+rate*now.Sub(a.at).Seconds(), rate*burst.Seconds())
	a.at = now
	if writes {
		a.wrote = now
	}
	if a.left <= 0 {
		return false
	}
	a.left -= estimate
	return true
}

// correct gives back what an estimate was above the cost, or takes the rest.
func (s *Shares) correct(caller string, by float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.parties[caller]; a != nil {
		a.left += by
	}
}

// rateOf is what a party may do a second now.
func (s *Shares) rateOf(caller string, now time.Time) float64 {
	for id, a := range s.parties {
		if id != caller && now.Sub(a.wrote) < recent {
			return s.rate
		}
	}
	return alone * s.rate
}

// of finds a party's allowance; a newcomer has a full one.
func (s *Shares) of(caller string, now time.Time) *allowance {
	a := s.parties[caller]
	if a == nil {
		if len(s.parties) >= most {
			clear(s.parties)
		}
		a = &allowance{left: s.rate * burst.Seconds(), at: now}
		s.parties[caller] = a
	}
	return a
}
