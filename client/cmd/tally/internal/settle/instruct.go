package settle

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/client/accounts"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/iso20022"
	"tallystick/client/node"
	"tallystick/client/node/settle"
)

func instructPayments(a *cli.App) *cobra.Command {
	var req settle.InstructFileRequest
	var calendar, out string
	cmd := cli.Leaf("instruct",
		"Write your payments of a cycle for your bank, and note on the ledger that it was told (付款指令)",
		`  tally --as F payment instruct --cycle 2026-11 --accounts accounts.yaml --out pain001.xml
  tally --as F payment instruct --accounts accounts.yaml --out pain001.xml --execute 2026-12-07 --layout 001.03 --service-level URGP`,
		func(ctx context.Context, _ []string) error {
			ask := func() (_ settle.InstructFileRequest, err error) {
				req.Before = madeBefore(out)
				req.Calendar, err = cli.TextOf(calendar)
				return req, err
			}
			return cli.Perform(ctx, a, settle.PaymentInstructFile, ask,
				func(ctx context.Context, n *cli.Node, in settle.InstructFile) error {
					return instruct(ctx, a, n, in, out)
				})
		})
	cmd.Long = `Write what you are to pay as a pain.001 file that you alone can read, and note its message
id and SHA-256 on the ledger. Accounts are taken from a file of the node's (see tally
payment --help) and stand in the bank's file alone, never on the ledger.

The bank is asked to pay on --execute, or else on the last working day on which nothing is
late, and never before today. Working days are those of China; --calendar names a file of
your bank's, with lines such as: 2027-02-05..2027-02-11 off.

After a crash, or to have the file again, run it again: as long as nothing came in, the same
bytes are written. What a bank refused (tally payment bounce) is written anew, in a message
of its own, and so is, with --rest, what is left of payments of which a part came in: the rest
alone. Of more than 100 payments the first 100 are written; run it again with another file
for the others.`
	cycleFlag(cmd, &req.Cycle)
	cli.One(cmd, &req.Accounts, "accounts", "YAML file with the parties' accounts", accounts.Load)
	cli.Word(cmd, &out, "out", "pain.001 file to write")
	cli.Require(cmd, "accounts", "out")
	cli.Word(cmd, &calendar, "calendar",
		"file of days on which your bank works or rests; it replaces the years that it has")
	cli.Day(cmd, &req.Execute, "execute", "day on which the bank is to pay")
	cmd.Flags().BoolVar(&req.Rest, "rest", false, "what is left of payments of which a part came in, too")
	cli.Word(cmd, (*string)(&req.Form.Version), "layout", "version of pain.001: 001.09 (as a rule) or 001.03")
	cli.Word(cmd, &req.Form.ServiceLevel, "service-level", "code that your bank asks for, such as URGP or NURG")
	cli.Word(cmd, &req.Form.Category, "category-purpose", "code of the category of purpose, such as SUPP")
	cli.Word(cmd, &req.Form.Purpose, "purpose", "code of the purpose, such as GDSV")
	cli.Word(cmd, (*string)(&req.Form.Charges), "bearer",
		"who bears the banks' charges: DEBT (you, as a rule), SHAR, CRED, SLEV")
	cli.Complete(cmd, "bearer", "DEBT", "SHAR", "CRED", "SLEV")
	cmd.Flags().BoolVar(&req.Form.Batch, "batch", false, "your bank books one sum for all")
	return cmd
}

// madeBefore reads when the message in a file that is kept was made, and when the bank is to pay: nothing if there is
// none.
func madeBefore(path string) iso20022.Made {
	file, err := bounds.File(path, bounds.Evidence)
	if err != nil {
		return iso20022.Made{}
	}
	made, err := iso20022.ReadMade(bytes.NewReader(file))
	if err != nil {
		return iso20022.Made{}
	}
	return made
}

// instructed is what tally payment instruct answers.
type instructed struct {
	node.Receipt
	Settles string                `json:"settles"` // cycle
	Message string                `json:"message"`
	Hash    string                `json:"hash"`
	File    string                `json:"file"`
	Fen     amount.Units          `json:"fen"`
	Execute date.Date             `json:"execute"`
	Paid    []settle.NamedPayment `json:"payments"`
	Left    int                   `json:"left"` // that are due besides
}

// instruct keeps a message's file, and then notes it on the ledger.
func instruct(ctx context.Context, a *cli.App, n *cli.Node, in settle.InstructFile, path string) error {
	if err := cli.KeepFile(path, in.File); err != nil {
		return err
	}
	note := in.Note
	if a.Call.ID == "" {
		a.Call.ID = note.Message // asked again, the ledger answers as it did
	}
	answer := instructed{Settles: note.Cycle, Message: note.Message, Hash: note.Hash.String(),
		File: path, Fen: note.Fen,
		Execute: note.Execute, Left: in.Left}
	var err error
	if answer.Receipt, err = cli.Do(ctx, n, settle.PaymentInstruct, &a.Call, note); err != nil {
		return err
	}
	for _, payment := range note.Payments {
		now, err := cli.Ask(ctx, n, settle.PaymentShow, settle.ShowPaymentRequest{Cycle: note.Cycle, Payment: payment})
		if err != nil {
			return err
		}
		answer.Paid = append(answer.Paid, now)
	}
	return a.PrintParts(answer, func(t table.Writer) { instructedTable(t, answer) }, func(t table.Writer) {
		paymentsTable(t, answer.Paid)
	})
}

func instructedTable(t table.Writer, in instructed) {
	cli.ReceiptTable(t, "payment:Instruct", in.Receipt)
	t.AppendRows([]table.Row{{"settles", in.Settles}, {"file", in.File}, {"message", in.Message}, {"SHA-256", in.Hash},
		{"in all", cli.Yuan(in.Fen)}, {"to be paid on", in.Execute}})
	if in.Left > 0 {
		t.AppendRow(table.Row{"due besides", fmt.Sprintf("%d payments: run it again with another file", in.Left)})
	}
}
