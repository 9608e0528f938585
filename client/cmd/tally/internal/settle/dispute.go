package settle

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/settle"
)

// Disputes is the group of disputes.
func Disputes(a *cli.App) *cobra.Command {
	cmd := cli.Group("dispute", "Disputes about lines of a statement; the rest is settled in time (争议)")
	cli.Under(cmd, "Raise (提出)", raiseDispute(a), withdrawDispute(a), agreeSplit(a))
	cli.Under(cmd, "Answer (答复)", answerDispute(a), acceptDispute(a), rejectDispute(a), splitDispute(a))
	cli.Under(cmd, "Rule (裁决)", escalateDispute(a), ruleDispute(a), lapseDispute(a))
	cli.Under(cmd, "See (查看)", showDispute(a), listDisputes(a))
	cmd.Long = `Raising a dispute carves its lines out of the statement (剥离). What is decided is owed
as an adjustment in the cycle that is open then; the lines themselves never change.
Documents stay with the parties: only their SHA-256 goes to the ledger.

  RAISED ─ ANSWERED ─ ACCEPTED, REJECTED or SPLIT ─ CLOSED
  RAISED and not answered in time, ANSWERED, REJECTED, SPLIT ─ ESCALATED ─ RULED
  before its end ─ WITHDRAWN; after 60 days in which nothing was done ─ LAPSED`
	return cmd
}

func raiseDispute(a *cli.App) *cobra.Command {
	var req settlement.RaiseRequest
	cmd := cli.Sends(a, "raise",
		`  tally --as D dispute raise --cycle 2026-11 --with M --line M.0.42.0.0 --reason not_delivered --evidence letter.pdf`, settle.DisputeRaise,
		cli.Words(&req))
	cli.Word(cmd, &req.Cycle, "cycle", "closed cycle of the statement")
	cli.Word(cmd, &req.With, "with", "the other party")
	cli.Many(cmd, &req.Lines, "line", "line of the statement, such as D.3.42.17.0", number.ParseRow)
	cli.Reason(cmd, &req.Reason, "not_delivered")
	cli.Evidence(cmd, &req.Evidence)
	cli.Require(cmd, "cycle", "with", "line")
	return cmd
}

func answerDispute(a *cli.App) *cobra.Command {
	var req settlement.AnswerRequest
	cmd := cli.Sends(a, "answer DISPUTE", "  tally --as M dispute answer D.0.9.0 --evidence letter.pdf",
		settle.DisputeAnswer, cli.Parsed(&req, &req.Dispute, number.ParseCommand))
	cli.Evidence(cmd, &req.Answer)
	return cmd
}

func acceptDispute(a *cli.App) *cobra.Command {
	var req settlement.AcceptRequest
	return cli.Sends(a, "accept DISPUTE", "  tally --as M dispute accept D.0.9.0", settle.DisputeAccept,
		cli.Parsed(&req, &req.Dispute, number.ParseCommand))
}

func rejectDispute(a *cli.App) *cobra.Command {
	var req settlement.RejectRequest
	cmd := cli.Sends(a, "reject DISPUTE", "  tally --as M dispute reject D.0.9.0 --evidence letter.pdf",
		settle.DisputeReject, cli.Parsed(&req, &req.Dispute, number.ParseCommand))
	cli.Evidence(cmd, &req.Answer)
	return cmd
}

func splitDispute(a *cli.App) *cobra.Command {
	var req settlement.SplitRequest
	cmd := cli.Sends(a, "split DISPUTE", "  tally --as M dispute split D.0.9.0 --part D:M:10.00", settle.DisputeSplit,
		cli.Parsed(&req, &req.Dispute, number.ParseCommand))
	partsFlag(cmd, &req.Parts, "what one of the two is to owe the other")
	cli.Require(cmd, "part")
	return cmd
}

func partsFlag(cmd *cobra.Command, to *[]settlement.Allocation, usage string) {
	cli.Many(cmd, to, "part", usage, parseAllocation)
}

// parseAllocation reads DEBTOR:CREDITOR:YUAN.
func parseAllocation(text string) (settlement.Allocation, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return settlement.Allocation{}, fault.New(fault.BadRequest, "%.80q: want DEBTOR:CREDITOR:YUAN", text)
	}
	fen, err := cli.ParseYuan(parts[2])
	return settlement.Allocation{Debtor: parts[0], Creditor: parts[1], Fen: fen}, err
}

func agreeSplit(a *cli.App) *cobra.Command {
	var req settlement.AgreeSplitRequest
	return cli.Sends(a, "agree DISPUTE", "  tally --as D dispute agree D.0.9.0", settle.DisputeAgree,
		cli.Parsed(&req, &req.Dispute, number.ParseCommand))
}

func escalateDispute(a *cli.App) *cobra.Command {
	var req settlement.EscalateRequest
	return cli.Sends(a, "escalate DISPUTE", "  tally --as D dispute escalate D.0.9.0", settle.DisputeEscalate,
		cli.Parsed(&req, &req.Dispute, number.ParseCommand))
}

func ruleDispute(a *cli.App) *cobra.Command {
	var req settlement.RuleRequest
	cmd := cli.Sends(a, "rule DISPUTE",
		"  tally --as G dispute rule D.0.9.0 --part D:M:10.00 --part G:M:2.00 --evidence letter.pdf",
		settle.DisputeRule, cli.Parsed(&req, &req.Dispute, number.ParseCommand))
	cmd.Long = `Decide what is owed instead of the disputed lines, maybe nothing: by one of the two to the
other, or by yourself to one of them, in all no more than was disputed.`
	partsFlag(cmd, &req.Parts, "what is to be owed; nothing if you name none")
	cli.Evidence(cmd, &req.Grounds)
	return cmd
}

func lapseDispute(a *cli.App) *cobra.Command {
	var req settlement.LapseRequest
	return cli.Sends(a, "lapse DISPUTE", "  tally --as M dispute lapse D.0.9.0", settle.DisputeLapse,
		cli.Parsed(&req, &req.Dispute, number.ParseCommand))
}

func withdrawDispute(a *cli.App) *cobra.Command {
	var req settlement.WithdrawRequest
	return cli.Sends(a, "withdraw DISPUTE", "  tally --as D dispute withdraw D.0.9.0", settle.DisputeWithdraw,
		cli.Parsed(&req, &req.Dispute, number.ParseCommand))
}

func showDispute(a *cli.App) *cobra.Command {
	var req settle.ShowDisputeRequest
	return cli.Verb(a, "show DISPUTE", "  tally --as M dispute show D.0.9.0", settle.DisputeShow,
		cli.Parsed(&req, &req.Dispute, number.ParseCommand),
		cli.InTables(a, disputeTable, disputedTable, decidedTable))
}

func disputeTable(t table.Writer, d settle.ShownDispute, _ cli.Scales) { t.AppendRows(disputeRows(d)) }

func disputeRows(d settle.ShownDispute) []table.Row {
	rows := []table.Row{{"dispute", d.Number}, {"of cycle", d.Cycle}, {"raised by", d.By}, {"against", d.Against},
		{"reason", d.Reason}, {"evidence", d.Evidence},
		{"state", d.State}, {"since", d.Since}}
	if d.State == settlement.Raised {
		rows = append(rows, table.Row{"answer by", d.AnswerBy})
	}
	if len(d.Answer) > 0 {
		rows = append(rows, table.Row{"answer", d.Answer})
	}
	if len(d.Grounds) > 0 {
		rows = append(rows, table.Row{"grounds of the ruling", d.Grounds})
	}
	if !d.Last.IsZero() && d.Last != d.Number {
		rows = append(rows, table.Row{"by", d.Last}) // what it made owed bears its number
	}
	return rows
}

func disputedTable(t table.Writer, d settle.ShownDispute, s cli.Scales) {
	t.AppendHeader(table.Row{"line", "owes", "whom", "programme", "points", "¥"})
	cli.Right(t, 5, 6)
	t.SuppressEmptyColumns()
	for _, l := range d.Lines {
		t.AppendRow(table.Row{l.Line, l.Debtor, l.Creditor, l.Programme,
			s.OrNone(l.Programme, l.Points), cli.Yuan(l.Fen)})
	}
	t.AppendFooter(table.Row{"in dispute", "", "", "", "", cli.Yuan(d.Fen)})
}

// decidedTable shows what was offered, agreed to or ruled.
func decidedTable(t table.Writer, d settle.ShownDispute, _ cli.Scales) {
	if len(d.Decided) == 0 {
		return
	}
	what := "decided: owes"
	if d.State == settlement.Split {
		what = "offered: owes"
	}
	t.AppendHeader(table.Row{what, "whom", "¥"})
	cli.Right(t, 3)
	for _, p := range d.Decided {
		t.AppendRow(table.Row{p.Debtor, p.Creditor, cli.Yuan(p.Fen)})
	}
}

func listDisputes(a *cli.App) *cobra.Command {
	var req settle.DisputeListRequest
	cmd := cli.Lists(a, "list", "  tally --as D dispute list --cycle 2026-11 --state RAISED", settle.DisputeList,
		cli.Columns[settlement.Dispute]{
			Header: table.Row{"dispute", "cycle", "by", "against", "lines", "¥", "reason",
				"state", "since", "answer by"},
			Right: []int{5, 6},
			Cells: func(n index.Entry[settlement.Dispute], _ cli.Scales) table.Row {
				d := n.Row
				return table.Row{n.ID, d.Cycle, d.By, d.Against, len(d.Lines), cli.Yuan(d.Sum()), d.Reason,
					d.State, d.Since, answerBy(d)}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Cycle, "cycle", "of this cycle's statements only")
	cli.Word(cmd, &req.By, "by", "raised by this party only")
	cli.InState(cmd, &req.States, "only those in this state", "RAISED", "ANSWERED", "ACCEPTED", "REJECTED", "SPLIT",
		"CLOSED", "ESCALATED", "RULED", "WITHDRAWN")
	return cmd
}

// answerBy is the last day to answer, while an answer is waited for.
func answerBy(d settlement.Dispute) string {
	if d.State != settlement.Raised {
		return ""
	}
	return d.AnswerBy.String()
}
