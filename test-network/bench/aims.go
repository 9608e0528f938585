package main

import (
	"fmt"
	"time"
)

// blockInterval is the topology's.
const blockInterval = 200 * time.Millisecond

// Aim is a goal as a ratio within one run: absolute figures say more of the
// machine than of the program.
type Aim struct {
	What string  `json:"what"`
	Want string  `json:"want"`
	Got  float64 `json:"got"`
	Met  bool    `json:"met"`
}

// least asks that got is at least want, most that it is at most.
func least(what string, got, want float64) Aim {
	return Aim{What: what, Want: fmt.Sprintf("≥ %.4g", want), Got: got, Met: got >= want}
}

func most(what string, got, want float64) Aim {
	return Aim{What: what, Want: fmt.Sprintf("≤ %.4g", want), Got: got, Met: got <= want}
}

// over divides; 0 by nothing.
func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// aimsOf compares the medians of a report. What didn't run is left out.
func aimsOf(r Report) []Aim { return append(armAims(r), trialAims(r)...) }

// armAims are those of the arms.
func armAims(r Report) []Aim {
	var list []Aim
	for _, phase := range r.phases() {
		list = append(list, phaseAims(r, phase)...)
	}
	list = append(list, memoryAims(r)...)
	for _, large := range r.Arms {
		if small, ok := r.arm(phaseSmall, large.Key); ok && large.Phase == phaseLarge && large.Ours {
			list = append(list, least(fmt.Sprintf("%s: large ÷ small ledger", large.Key),
				over(large.Rate.Median, small.Rate.Median), 0.7))
		}
	}
	return list
}

// memoryAims hold the largest process of each kind, over all arms, to its limit.
func memoryAims(r Report) (list []Aim) {
	for _, kind := range []string{kindPeer, kindOrderer, kindChaincode} {
		mb := 0.0
		for _, s := range r.Arms {
			mb = max(mb, s.Memory[kind])
		}
		if mb == 0 {
			continue // it was not weighed
		}
		list = append(list, most("the largest "+kind+", MB", mb, memoryLimits[kind]))
	}
	return list
}

func phaseAims(r Report, phase string) (list []Aim) {
	// When one of the named arms didn't run, there is nothing to say.
	given := func(aim func(Summary, Summary) Aim, mine, theirs string) {
		m, ok1 := r.arm(phase, mine)
		t, ok2 := r.arm(phase, theirs)
		if ok1 && ok2 {
			aim := aim(m, t)
			aim.What = phase + ": " + aim.What
			list = append(list, aim)
		}
	}
	ratio := func(mine, theirs string, want float64) {
		given(func(m, t Summary) Aim {
			return least(mine+" ÷ "+theirs, over(m.Rate.Median, t.Rate.Median), want)
		}, mine, theirs)
	}
	ratio(armIssue8, armFresh, 0.5)
	ratio(armIssue16, armFresh, 0.5)
	given(func(m, _ Summary) Aim { return most(armIssue8+" p99, seconds", m.P99.Median/1000, 0.5) }, armIssue8,
		armIssue8)
	ratio(armOneShop, armSpread, 0.95)
	for _, arm := range []string{armOneShop, armVisit, armConvert, armWriteOff, armShops, armOneGood} {
		given(func(m, _ Summary) Aim {
			return most(arm+", conflicts on account keys", float64(m.Invalid["account"]), 0)
		}, arm, arm)
	}
	ratio(armOneShop, armRewrite, 0.25)
	ratio(armOneShop, armMerchant, 1000)
	ratio(armTransfer, armAccounts, 15)
	ratio(armVisit, armSpread, 0.5)
	ratio(armConvert, armSpread, 0.8)
	ratio(armWriteOff, armSpread, 0.8)
	ratio(armOneGood, armShops, 0.8)
	for _, arm := range []string{armShops, armOneGood} {
		given(func(m, _ Summary) Aim {
			return most(arm+", conflicts on stock", float64(m.Invalid["stock"]), 0)
		}, arm, arm)
	}
	ratio(arm2000, armOne, 10)
	ratio(armHTTP, arm256, 0.85)
	ratio(armBatches, armIssue16, 0.9)
	given(func(m, t Summary) Aim {
		return most(armAttack+" ÷ "+arm64+", p99", over(m.P99.Median, t.P99.Median), 3)
	}, armAttack, arm64)
	given(func(m, _ Summary) Aim { return most(armAttack+", changes of the leader", float64(m.Leaders), 0) }, armAttack,
		armAttack)
	ratio(armFreezes, armSpread, 0.9)
	ratio(armModels, armSpread, 0.9)
	given(func(m, _ Summary) Aim {
		off := m.P50.Median - float64(blockInterval.Milliseconds())
		return most(armLone+" median off the block interval, ms", max(off, -off), 100)
	}, armLone, armLone)
	return list
}

// steady is what a large cycle's close may take of a small one's, and flat what a long
// statement's heap may be of a short one's.
const (
	steady = 1.2
	flat   = 1.5
)

// trialAims are those of the trials.
func trialAims(r Report) (list []Aim) {
	small, ok1 := r.closing(trialSmall)
	large, ok2 := r.closing(trialLarge)
	if ok1 && ok2 {
		list = append(list,
			most("cut-off + compute + finalise, large ÷ small", over(large.ledger.Median, small.ledger.Median), steady),
			most("the chaincode's work in them, large ÷ small", over(large.work.Median, small.work.Median), steady))
	}
	for _, l := range r.Lags {
		list = append(list, most(l.Arm+": blocks that a read model is behind at the end", float64(l.Behind), 1))
	}
	for _, p := range r.paired() {
		if p.long.What != "xlsx" && p.long.What != "pdf" { // their library keeps sheets and pages
			list = append(list, most("statement, "+p.long.What+": heap, long ÷ short",
				over(float64(p.long.Heap), float64(p.short.Heap)), flat))
		}
	}
	return list
}
