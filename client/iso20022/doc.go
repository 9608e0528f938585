// Package iso20022 writes the files that ask a bank to pay (付款指令, pain.001) and
// reads the files in which a bank tells what it booked (到账通知, camt.054; camt.053,
// its statement), and matches the two.
//
//	Initiation ──Encode──▶ pain.001 ──▶ the debtor's bank
//	                                         │ money, which is none of ours
//	Outcome ◀──Match── Advice ◀──Read── camt.054, camt.053 ◀── the creditor's bank
//
// The nouns: an *initiation* is one debtor's file, its *payments* each have an
// *end-to-end id*, which travels with the money; an *advice* is one booking that a
// bank tells of, with the *bank reference* that the bank alone gives.
//
// One invariant: nothing here knows a clock, a file or a ledger. The same
// initiation makes the same bytes, so that its hash can be recorded; the same
// advices make the same outcomes, in whatever order they came.
//
// Money is in fen. Files write it as decimals with two digits.
package iso20022
