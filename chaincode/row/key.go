// Package row says where each row of the ledger is and how it is written.
//
// A key is typed by its row, so nothing can be read as what it isn't, and is
// made only by the builders here, from ids that have passed their checks. A
// value is one version byte followed by deterministic CBOR.
//
//	c                       consortium
//	y                       cycle, with the business date
//	p/PARTY                 party
//	o/CYCLE/PARTY/LANE      positions: who owes whom because of a lane's commands
//	ov/CYCLE/PARTY/LANE     hidden positions: the same, in amounts that only the two know
//	q/PARTY/REQUEST         named request
//	s/PARTY/SOURCE          cursor of a numbered source
//
// Points, members, benefits, campaigns, quotas and goods have files of their own with theirs.
// Lane heads live in namespaces of their own, which SealOf names: PARTY/LANE.
package row

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/settlement"
)

// Key is the key of a row of type T.
type Key[T any] string

// Range is the range of the keys of some rows of type T.
type Range[T any] struct{ from, to string }

// Bounds answers the range's bounds: from ≤ key < to.
func (r Range[T]) Bounds() (from, to string) { return r.from, r.to }

// rows is one kind of row, of type T: what its keys begin with. as, byCommand, byRow and
// byDate declare one, with everything else that is true of it.
type rows[T any] struct{ prefix string }

// at is the key of the row that parts name.
func (r rows[T]) at(parts ...string) Key[T] {
	var room [96]byte
	key := append(room[:0], r.prefix...)
	for _, p := range parts {
		key = append(append(key, '/'), p...)
	}
	return Key[T](key)
}

// by is the key of the row that a command names.
func (r rows[T]) by(n number.Command) Key[T] {
	var room [96]byte
	return Key[T](appendSortable(append(append(room[:0], r.prefix...), '/'), n))
}

// of is the key of the row that a number names.
func (r rows[T]) of(n number.Row) Key[T] {
	var room [96]byte
	return Key[T](appendHex(appendSortable(append(append(room[:0], r.prefix...), '/'), n.Command), uint64(n.Ord), 2))
}

// under is the range of the rows whose keys begin with parts.
func (r rows[T]) under(parts ...string) Range[T] {
	from := string(r.at(parts...))
	return Range[T]{from + "/", from + "0"} // '0' follows '/'
}

// madeBy is the range of the rows that numbers name which begin with digits: see Digits.
func (r rows[T]) madeBy(digits string) Range[T] {
	from := r.prefix + "/" + digits
	return Range[T]{from, from + "g"} // 'g' follows 'f'
}

// The rows that are no party's nouns.
type (
	// Request remembers a named request of a party.
	Request struct {
		_      struct{}       `cbor:",toarray"`
		Hash   codec.Hash     `json:"hash"`   // of the command's intent, or content: command.Command.Hash
		Number number.Command `json:"number"` // command that took effect
		Cycle  string         `json:"cycle"`  // in which it did
		Date   date.Date      `json:"date"`   // on which it did
	}
	// Cursor is how far a numbered source has been taken in.
	Cursor struct {
		_  struct{} `cbor:",toarray"`
		At uint64   `json:"at"` // positions below are done
	}
	// Head is the end of a lane: the batches so far, and the hash chain over them.
	Head struct {
		_     struct{}   `cbor:",toarray"`
		Seq   uint64     `json:"seq"`
		Chain codec.Hash `json:"chain"` // SHA-256(chain before ‖ SHA-256 of the batch)
	}
)

// Next is the head after a batch, by the batch's digest. The zero head is that of a
// lane that was never used. base is what the party's lanes had come to when it began
// its peer: all of them go on behind it.
func (h Head) Next(base uint64, digest [sha256.Size]byte) Head {
	before := h.Chain
	if len(before) == 0 {
		before = make([]byte, sha256.Size)
	}
	chain := sha256.Sum256(append(append(make([]byte, 0, 2*sha256.Size), before...), digest[:]...))
	return Head{Seq: max(h.Seq, base) + 1, Chain: chain[:]}
}

// The rows that no subject has for itself.
var (
	consortiums = as[party.Consortium]("c", "consortium", "", founded())
	cycles      = as[settlement.Cycle]("y", "cycle", "", founded(), changes(operator, command.AdvanceDate),
		changes(anyone, command.CutOff))
	parties = as[party.Party]("p", "party", "PARTY", founded(), makes(operator, command.RegisterParty),
		changes(operator, command.AmendParty, command.SetParty, command.ApproveSupplier),
		changes(inKey("PARTY"), all()...), keepingBy(keepsParty))
	positions       = as[settlement.Positions]("o", "positions", "CYCLE/PARTY/LANE", writes(itsLane, owes...))
	hiddenPositions = as[settlement.HiddenPositions]("ov", "hidden", "CYCLE/PARTY/LANE", writes(itsLane, owesHidden...))
	requests        = as[Request]("q", "request", "PARTY/REQUEST", makes(asked, all()...))
	sources         = as[Cursor]("s", "source", "PARTY/SOURCE", writes(itsSource, all()...))
)

// keepsParty says whether a party's first command is the batch's, if it had none before,
// and its roles and caps are others only by the operator's word.
func keepsParty(s *Seal, b, a party.Party) bool {
	same := b.Roles == a.Roles && b.Had == a.Had && b.Liability == a.Liability && b.Debit == a.Debit
	first := b.Since.IsZero() && a.Since.Party == s.Party && a.Since.Lane == s.Lane && a.Since.Seq == s.Seq
	return b.ID == a.ID && (b.Since == a.Since || first) && (same || s.operator) &&
		(b.Peer == a.Peer && b.Base == a.Base || s.Has(command.BeginPeer))
}

// owesHidden are the commands that make parties owe each other hidden amounts, owes
// those that make them owe anything.
var (
	owesHidden = []command.Kind{command.PlaceOrder, command.AcceptOrder, command.DeliverOrder, command.RefundReturn,
		command.TimeOutReturn, command.CarryStatement}
	owes = append([]command.Kind{
		command.Capture, command.Refund, command.Convert, command.WriteOff, command.ReverseWriteOff,
		command.ExpireEntitlement,
		command.OpenHidden, command.Prefund, command.AgreeSplit, command.RuleDispute, command.WithdrawDispute,
		command.CarryPayment, command.LapseDispute, command.TakeBack,
	}, owesHidden...)
)

// Consortium is the key of what the network was founded with.
func Consortium() Key[party.Consortium] { return consortiums.at() }

// Cycle is the key of the open cycle.
func Cycle() Key[settlement.Cycle] { return cycles.at() }

// Party is the key of a party.
func Party(id string) Key[party.Party] { return parties.at(id) }

// Positions is the key of what a lane's commands make the parties owe each other.
func Positions(cycle, party string, lane uint8) Key[settlement.Positions] {
	return positions.at(cycle, party, hexadecimal(uint64(lane), 2))
}

// HiddenPositions is the key of what a lane's commands make the parties owe each other in
// hidden amounts.
func HiddenPositions(cycle, party string, lane uint8) Key[settlement.HiddenPositions] {
	return hiddenPositions.at(cycle, party, hexadecimal(uint64(lane), 2))
}

// NamedRequest is the key of a party's request.
func NamedRequest(party, id string) Key[Request] { return requests.at(party, id) }

// Source is the key of the cursor of a party's numbered source.
func Source(party, source string) Key[Cursor] { return sources.at(party, source) }

// SealOf names the chaincode, and so the namespace, of a party's lane heads: its
// own if it runs a peer, whose endorsement is then needed.
func SealOf(party string, peer bool) string {
	if peer {
		return "tallyseal-" + party
	}
	return "tallyseal"
}

// LaneHead is the key of a lane's head, in the namespace that SealOf names.
func LaneHead(party string, lane uint8) Key[Head] {
	return Key[Head](party + "/" + hexadecimal(uint64(lane), 2))
}

// Digits is what the keys of rows begin with that a command names, behind their prefix.
func Digits(n number.Command) string { return string(appendSortable(nil, n)) }

// appendSortable writes a number so that a lane's rows lie side by side in their
// order: a store that sorts its keys then appends instead of inserting.
func appendSortable(to []byte, n number.Command) []byte {
	to = append(append(to, n.Party...), '/')
	to = appendHex(to, uint64(n.Lane), 2)
	to = appendHex(to, n.Seq, 10)
	return appendHex(to, uint64(n.Index), 3)
}

func appendHex(to []byte, v uint64, width int) []byte {
	const digits = "0123456789abcdef"
	for at := 4 * (width - 1); at >= 0; at -= 4 {
		to = append(to, digits[v>>at&15])
	}
	return to
}

func hexadecimal(v uint64, width int) string { return string(appendHex(nil, v, width)) }

// parseSortable reads a number as appendSortable writes it, and the digits of its
// place among several.
func parseSortable(id string, more int) (number.Command, int, error) {
	party, digits, _ := strings.Cut(id, "/")
	if len(digits) != 15+more || strings.ToLower(digits) != digits {
		return number.Command{}, 0, fmt.Errorf("row: number of %d digits", len(digits))
	}
	var parts [4]uint64
	at := 0
	for i, width := range []int{2, 10, 3, more} {
		if width == 0 {
			continue
		}
		v, err := strconv.ParseUint(digits[at:at+width], 16, 64)
		if err != nil {
			return number.Command{}, 0, fmt.Errorf("row: %w", err)
		}
		parts[i], at = v, at+width
	}
	return number.Command{Party: party, Lane: uint8(parts[0]), Seq: parts[1], Index: uint16(parts[2])}, int(
		parts[3]), nil
}
