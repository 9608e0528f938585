package row

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/settlement"
)

// The rows of clearing and settlement:
//
//	sb/DATE                 the book of a business date: what was agreed about settling
//	sm/N                    a version of a settlement model, without whom it binds
//	sn/PARTY                what a party gave notice of
//	pr                      roster: the parties that were ever registered
//	ob/NUMBER               obligations of one batch: named by the batch's first command
//	cy/CYCLE                a closed cycle
//	cp/CYCLE/A/B            a pair's statement
//	cn/CYCLE                netting
//	cm/CYCLE/N              payment
//	ca/PARTY/REFERENCE      what a bank's reference was counted for
//	cd/NUMBER               dispute
//	cf/CYCLE/DEBTOR/CREDITOR  what was prefunded
//	ce/CYCLE/DEBTOR/HOLDER/REFERENCE  a deposit that its depositor announced
var (
	books   = byDate[settlement.Book]("sb", "book", founded(), writes(operator, command.AdvanceDate))
	models  = as[settlement.Model]("sm", "model", "N", writes(operator, command.AdvanceDate))
	notices = as[settlement.Notice]("sn", "notice", "PARTY",
		writes(inKey("PARTY"), command.ProposeModel, command.AgreeModel, command.LeaveModel, command.SetPolicy,
			command.AcceptPolicy, command.ConfirmDate))
	roster = as[party.Roster]("pr", "roster", "", founded(),
		changes(operator, command.RegisterParty, command.SetParty))
	obligations = byCommand[settlement.Obligations]("ob", "obligations", makes(itsBatch, owes...))
	closes      = as[settlement.Close]("cy", "close", "CYCLE", makes(anyone, command.CutOff),
		changes(anyone, command.Compute, command.Finalise, command.Instruct, command.Advise, command.Bounce,
			command.CarryPayment, command.TakeBack),
		keeping(func(b, a settlement.Close) bool { return b.ID == a.ID && b.Next == a.Next }))
	pairs = as[settlement.Pair]("cp", "pair", "CYCLE/A/B", makes(anyone, command.Compute),
		changes(anyone, command.Finalise, command.CarryStatement, command.OpenHidden),
		changes(owner(func(p settlement.Pair) string { return p.A }, func(p settlement.Pair) string { return p.B }),
			command.SignStatement, command.RaiseDispute, command.ClaimStatement),
		keeping(func(b, a settlement.Pair) bool { return b.Cycle == a.Cycle && b.A == a.A && b.B == a.B }))
	nettings = as[settlement.Netting]("cn", "netting", "CYCLE", makes(anyone, command.Finalise))
	payments = as[settlement.Payment]("cm", "payment", "CYCLE/N", makes(anyone, command.Finalise),
		changes(owner(func(p settlement.Payment) string { return p.Creditor }), command.Advise, command.TakeBack),
		changes(anyone, command.CarryPayment),
		changes(owner(func(p settlement.Payment) string { return p.Debtor }), command.Instruct, command.Bounce),
		keeping(func(b, a settlement.Payment) bool {
			return b.Cycle == a.Cycle && b.N == a.N && b.Debtor == a.Debtor && b.Creditor == a.Creditor &&
				b.Fen == a.Fen
		}))
	references = as[settlement.Used]("ca", "reference", "PARTY/REFERENCE",
		makes(inKey("PARTY"), command.Advise, command.Prefund, command.TakeBack),
		changes(inKey("PARTY"), command.TakeBack),
		keeping(func(b, a settlement.Used) bool {
			return b.By == a.By && b.Payment == a.Payment && b.Fen == a.Fen && b.Back < a.Back
		}))
	disputes = byCommand[settlement.Dispute]("cd", "dispute", makes(itsCommand, command.RaiseDispute),
		changes(anyone, command.EscalateDispute, command.RuleDispute, command.LapseDispute),
		changes(owner(func(d settlement.Dispute) string { return d.Against }), command.AnswerDispute,
			command.AcceptDispute, command.RejectDispute, command.SplitDispute),
		changes(owner(func(d settlement.Dispute) string { return d.By }), command.AgreeSplit, command.WithdrawDispute),
		keeping(func(b, a settlement.Dispute) bool {
			return b.Cycle == a.Cycle && b.By == a.By && b.Against == a.Against && len(b.Lines) == len(a.Lines)
		}))
	prefunded = as[settlement.Prefunded]("cf", "prefunded", "CYCLE/DEBTOR/CREDITOR",
		writes(inKey("CREDITOR"), command.Prefund))
	deposits = as[settlement.Announced]("ce", "deposit", "CYCLE/DEBTOR/HOLDER/REFERENCE",
		makes(inKey("DEBTOR"), command.Deposit))
)

// Book is the key of what was agreed about settling on a business date.
func Book(day date.Date) Key[settlement.Book] {
	return books.at(hexadecimal(uint64(day), 8))
}

// SettlementModel is the key of a version of a settlement model, by its number.
func SettlementModel(n uint32) Key[settlement.Model] {
	return models.at(hexadecimal(uint64(n), 8))
}

// Notice is the key of what a party gave notice of.
func Notice(party string) Key[settlement.Notice] { return notices.at(party) }

// Roster is the key of the list of parties.
func Roster() Key[party.Roster] { return roster.at() }

// Obligations is the key of what a batch makes the parties owe each other.
func Obligations(party string, lane uint8, seq uint64) Key[settlement.Obligations] {
	return obligations.by(number.Command{Party: party, Lane: lane, Seq: seq})
}

// ObligationsOf is the key of the batch that made a line.
func ObligationsOf(line number.Row) Key[settlement.Obligations] {
	return Obligations(line.Command.Party, line.Command.Lane, line.Command.Seq)
}

// Close is the key of a closed cycle.
func Close(cycle string) Key[settlement.Close] { return closes.at(cycle) }

// Pair is the key of the statement of two parties, in whatever order.
func Pair(cycle, a, b string) Key[settlement.Pair] {
	pair := settlement.PairOf(a, b)
	return pairs.at(cycle, pair[0], pair[1])
}

// Netting is the key of a cycle's netting.
func Netting(cycle string) Key[settlement.Netting] { return nettings.at(cycle) }

// Payment is the key of a payment.
func Payment(cycle string, n uint32) Key[settlement.Payment] {
	return payments.at(cycle, hexadecimal(uint64(n), 8))
}

// Used is the key of what a bank's reference was counted for at a party.
func Used(party, reference string) Key[settlement.Used] {
	return references.at(party, reference)
}

// Dispute is the key of a dispute.
func Dispute(n number.Command) Key[settlement.Dispute] {
	return disputes.by(n)
}

// Prefunded is the key of what a debtor deposited with a creditor in a cycle.
func Prefunded(cycle, debtor, creditor string) Key[settlement.Prefunded] {
	return prefunded.at(cycle, debtor, creditor)
}

// Announced is the key of a deposit that a debtor announced to its holder in a cycle.
func Announced(cycle, debtor, holder, reference string) Key[settlement.Announced] {
	return deposits.at(cycle, debtor, holder, reference)
}
