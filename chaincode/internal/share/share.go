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
// its share, however many they are and however much one of them does. Questions have
// an allowance of their own: who asks them slows nobody's writing, and who floods an
// endorser with them has a share as soon as others ask or write.
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
	// most is how many allowances are remembered; organisations of a channel are fewer.
	most = 512
)

// Shares is a chaincode that does each party's work as far as its share goes.
type Shares struct {
	shim.Chaincode
	rate float64 // cost a second of one party
	now  func() time.Time

	mu      sync.Mutex
	parties map[caller]*allowance
}

// caller is a party that writes, or one that asks questions.
type caller struct {
	party  string
	writes bool
}

// allowance is what one caller may have done still.
type allowance struct {
	left float64   // below zero, what was done beyond it
	at   time.Time // of its last call, when left was right
}

// Of gives every party so many rows a second of the chaincode's work, at least.
// Reading and large rows count too, see meter. rate is above zero.
func Of(chaincode shim.Chaincode, rate float64, now func() time.Time) *Shares {
	return &Shares{Chaincode: chaincode, rate: rate, now: now, parties: map[caller]*allowance{}}
}

// Invoke does a call, or refuses it with OVERLOADED while its caller's share is
// used up.
func (s *Shares) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	party, err := cid.GetMSPID(stub)
	if err != nil {
		return shim.Error(fault.New(fault.Forbidden, "the caller can't be read").Error())
	}
	estimate, writes := estimateOf(stub.GetArgs())
	who := caller{party, writes}
	if !s.take(who, estimate) {
		return shim.Error(fault.New(fault.Overloaded,
			"%s has used its share of this endorser; it is free again within seconds", party).Error())
	}
	m := &meter{ChaincodeStubInterface: stub}
	defer func() { s.correct(who, estimate-m.cost()) }()
	return s.Chaincode.Invoke(m)
}

// take takes an estimate from a caller's allowance, if there is anything left of it.
func (s *Shares) take(who caller, estimate float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	a := s.of(who, now)
	rate := s.rateOf(who, now)
	a.left = min(a.left+rate*now.Sub(a.at).Seconds(), rate*burst.Seconds())
	a.at = now
	if a.left <= 0 {
		return false
	}
	a.left -= estimate
	return true
}

// correct gives back what an estimate was above the cost, or takes the rest.
func (s *Shares) correct(who caller, by float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.parties[who]; a != nil {
		a.left += by
	}
}

// rateOf is what a caller may do a second now.
func (s *Shares) rateOf(who caller, now time.Time) float64 {
	for other, a := range s.parties {
		if other.party != who.party && (other.writes || !who.writes) && now.Sub(a.at) < recent {
			return s.rate
		}
	}
	return alone * s.rate
}

// of finds a caller's allowance; a newcomer has a full one.
func (s *Shares) of(who caller, now time.Time) *allowance {
	a := s.parties[who]
	if a == nil {
		if len(s.parties) >= most {
			clear(s.parties)
		}
		a = &allowance{left: s.rate * burst.Seconds(), at: now}
		s.parties[who] = a
	}
	return a
}
