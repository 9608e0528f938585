// Package msgprocessor holds what is added to Fabric's package of that name: how much
// one organisation may have orderers take. It uses the standard library only, so that it
// is tested here and compiled there.
package msgprocessor

import (
	"crypto/sha256"
	"runtime"
	"sync"
	"time"
)

const (
	shareBytes = 512 << 10 // bytes a second and core for an organisation while others send, too
	shareAlone = 8         // shares of who is alone
	shareSaved = 1         // seconds of it that can be saved up
	shareLeast = 8 << 10   // what any envelope counts for, in bytes

	sharePause   = 20 * time.Millisecond // between two looks of one that waits
	shareWait    = time.Second           // an envelope waits for its share for so long
	shareWaiting = 16                    // envelopes of one organisation that wait at a time

	sentBehind = 15 * time.Minute // an envelope's timestamp is at most so old
	sentAhead  = 5 * time.Minute  // or so much ahead; anything else counts as sent before
)

// sentBefore is the account of envelopes that were sent before: anybody can send again
// what it reads in a block, which must not be at the creator's cost.
const sentBefore = ""

// sent is an envelope that came: its verified creator's organisation, its signature
// header, which names it, and when its creator says that it was made.
type sent struct {
	by     string
	header []byte
	made   time.Time
	bytes  int
}

// account is what an organisation has left, in bytes; below zero after a large envelope.
type account struct {
	left    float64
	came    time.Time // its latest envelope, and when left was right
	waiting int
}

// shares counts what each organisation sends to this orderer, in memory.
type shares struct {
	mu       sync.Mutex
	rate     float64
	accounts map[string]*account

	// The envelopes taken or ordered in the latest two periods, each as long as a timestamp is good.
	known   [2]map[[sha256.Size]byte]struct{}
	rotated time.Time
}

func newShares() *shares {
	return &shares{rate: shareBytes * float64(runtime.NumCPU()), accounts: map[string]*account{}}
}

// wait takes an envelope, if its organisation's share allows for it within a second. One
// that waits holds up its stream only.
func (s *shares) wait(e sent) bool {
	if s.take(time.Now(), e) {
		return true
	}
	if !s.queue(e.by, 1) {
		return false
	}
	defer s.queue(e.by, -1)
	for end := time.Now().Add(shareWait); time.Now().Before(end); {
		time.Sleep(sharePause)
		if s.take(time.Now(), e) {
			return true
		}
	}
	return false
}

// queue counts those of an organisation that wait, of which there are not too many.
func (s *shares) queue(by string, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.count(time.Now(), by)
	if a.waiting+n > shareWaiting {
		return false
	}
	a.waiting += n
	return true
}

// take takes an envelope if its account isn't overdrawn.
func (s *shares) take(now time.Time, e sent) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := sha256.Sum256(e.header)
	a := s.payer(now, e, s.knows(now, id))
	if a.left <= 0 {
		return false
	}
	s.pay(a, e, id)
	return true
}

// ordered counts an envelope of a block that came by other orderers only: who sends each
// of them something else has one share, not as many as there are orderers.
func (s *shares) ordered(now time.Time, e sent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := sha256.Sum256(e.header); !s.knows(now, id) {
		s.pay(s.payer(now, e, false), e, id)
	}
}

// payer is the account at whose cost an envelope is.
func (s *shares) payer(now time.Time, e sent, known bool) *account {
	if known || e.made.Before(now.Add(-sentBehind)) || e.made.After(now.Add(sentAhead)) {
		return s.count(now, sentBefore)
	}
	return s.count(now, e.by)
}

func (s *shares) pay(a *account, e sent, id [sha256.Size]byte) {
	a.left -= float64(max(e.bytes, shareLeast))
	s.known[0][id] = struct{}{}
}

// count brings an account up to date.
func (s *shares) count(now time.Time, by string) *account {
	rate := s.rate
	if by != sentBefore && s.alone(now, by) {
		rate *= shareAlone
	}
	a := s.accounts[by]
	if a == nil {
		a = &account{left: rate * shareSaved, came: now}
		s.accounts[by] = a
	}
	a.left = min(a.left+rate*max(0, now.Sub(a.came).Seconds()), rate*shareSaved)
	a.came = now
	return a
}

// alone says whether no other organisation sent anything in the last second.
func (s *shares) alone(now time.Time, by string) bool {
	for other, a := range s.accounts {
		if other != by && other != sentBefore && now.Sub(a.came) < time.Second {
			return false
		}
	}
	return true
}

// knows says whether an envelope of that name came while its timestamp was good.
func (s *shares) knows(now time.Time, id [sha256.Size]byte) bool {
	if now.Sub(s.rotated) > sentBehind+sentAhead {
		s.known[0], s.known[1], s.rotated = map[[sha256.Size]byte]struct{}{}, s.known[0], now
	}
	_, lately := s.known[0][id]
	_, before := s.known[1][id]
	return lately || before
}
