package command

import (
	"errors"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// What one transaction may carry and write. Chaincode refuses what is above;
// gateways cut batches so that they stay below; orderers take nothing that is
// larger than the largest transaction that these allow (see 0009 in
// internal/contract).
//
// Closing a cycle writes a row for every two parties, in a transaction that holds
// nothing else: its bound is the number of parties (party.MaxParties), not MaxRows.
const (
	MaxCommands = number.MaxIndex + 1 // commands of a batch
	MaxBytes    = 1 << 20             // of a batch's commands, their request ids included
	MaxRows     = 5_000               // rows that a transaction writes, each counted once
	MaxWritten  = 2 << 20             // bytes of their keys and values
)

// Reach says how many rows a command of a kind reads, and whether MaxRows and MaxWritten bound what it writes.
type Reach uint8

// The reaches. As a rule a command reads few rows.
const (
	Few    Reach = iota
	Counts       // it also counts a programme in all lanes of all parties
	Sums         // it sums up all lanes of all parties: it reads what a whole transaction may
	Closes       // as Sums, and it writes a row for every two parties, whom party.MaxParties bounds
)

// Reach returns how much a command of the kind reads and writes.
func (k Kind) Reach() Reach {
	if known := k.find(); known != nil {
		return known.reach
	}
	return Few
}

// Size is how many bytes of MaxBytes a command takes.
func (c Command) Size() int { return len(c.Request) + len(c.Body) }

// checkSize refuses with LIMIT a batch of more bytes than one may have.
func (b Batch) checkSize() error {
	size := 0
	for _, c := range b.Commands {
		size += c.Size()
	}
	if size > MaxBytes {
		return fault.New(fault.Limit, "batch: %d bytes of commands, want at most %d; send it in parts", size, MaxBytes)
	}
	return nil
}

// full begins the text of every refusal by Full.
const full = "the transaction is full: "

// Full refuses, with LIMIT, a command that doesn't fit behind those before it.
func Full(most int, what string) *fault.Error {
	return fault.New(fault.Limit, full+"it may write %d %s; send this command in another", most, what)
}

// IsFull tells Full from the LIMIT of a rule: the same command can take effect in
// another transaction.
func IsFull(err error) bool {
	var refusal *fault.Error
	return errors.As(err, &refusal) && refusal.Code == fault.Limit && strings.HasPrefix(refusal.Text, full)
}
