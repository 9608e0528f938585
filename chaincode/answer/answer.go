// Package answer holds the chaincode's questions and answers, where these aren't rows: for the
// contract that answers and for clients that ask, as JSON on the wire.
package answer

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/points"
)

// Tiered is a member's standing in a programme and the tier that it comes to.
type Tiered struct {
	Tier     string          `json:"tier"`
	Standing points.Standing `json:"standing"`
}

// Recognised is whose account a counter has before it (渠道识别).
type Recognised struct {
	Member  member.Member  `json:"member"` // as it now is: what it was merged into
	Account member.Account `json:"account"`
}

// Profile is what was shared of a member under a consent.
type Profile struct {
	Digest codec.Hash `json:"digest"`  // SHA-256 of the profile as shared
	Bytes  []byte     `json:"profile"` // as shared, its salt first, in base64
}

// QuotaUse is a quota, and what all lanes together have done with it.
//
//	used − returned ≤ leased;  free = limit + relieved − leased, at least 0
type QuotaUse struct {
	Limit    amount.Units `json:"limit"`
	Leased   amount.Units `json:"leased"` // granted to lanes
	Relieved amount.Units `json:"relieved"`
	Used     amount.Units `json:"used"`
	Returned amount.Units `json:"returned"`
}

// Prospect is what one campaign would give for a purchase, or why nothing.
type Prospect struct {
	Campaign string         `json:"campaign"`
	Award    campaign.Award `json:"award"` // without numbers, which a command gives; empty if it would be refused
	Code     fault.Code     `json:"code"`  // of the refusal, "" for none
	Why      string         `json:"why"`   // its text
}

// InStock is what a supplier lets a seller sell of a good.
type InStock struct {
	Free      amount.Units `json:"free"`      // pool and shards together
	Pool      amount.Units `json:"pool"`      // of it, in no lane's shard
	Restocked amount.Units `json:"restocked"` // ever
	Withdrawn amount.Units `json:"withdrawn"` // ever
}

// QuoteAsked is what somebody would like a quote of.
type QuoteAsked struct {
	Seller string         `json:"seller"`
	Member string         `json:"member"`
	Region string         `json:"region"` // "" for none in particular
	Lines  []goods.Wanted `json:"lines"`
}

// Check refuses a malformed question with BAD_REQUEST.
func (q QuoteAsked) Check() error {
	if err := name.CheckID("seller", q.Seller); err != nil {
		return err
	}
	if err := name.CheckID("member", q.Member); err != nil {
		return err
	}
	if q.Region != "" {
		if err := name.CheckID("region", q.Region); err != nil {
			return err
		}
	}
	return goods.CheckWanted(q.Lines)
}

// Quoted is a quote and the hash that an order binds.
type Quoted struct {
	Quote goods.Quote `json:"quote"`
	Hash  codec.Hash  `json:"hash"`
}
