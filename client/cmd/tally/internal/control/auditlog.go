package control

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/control"
)

// AuditLog is the group of the log of who asked for what.
func AuditLog(a *cli.App) *cobra.Command {
	return cli.Group("audit-log", "Who asked your node for what, in a chain of hashes (审计日志)",
		listLog(a), verifyLog(a), verifyLogFile(a))
}

func listLog(a *cli.App) *cobra.Command {
	var req control.LogRequest
	var out string
	cmd := cli.Verb(a, "list", `  tally --as D audit-log list --who abcdefgh
  tally --as D audit-log list --behind 1000 --out log-2.jsonl`, control.AuditLogList, cli.Words(&req),
		func(_ context.Context, _ *cli.Node, list node.List[access.Line]) error {
			if out != "" {
				var lines strings.Builder
				for _, l := range list.Rows {
					lines.WriteString(l.Line + "\n")
				}
				if err := cli.WriteWhole(out, []byte(lines.String())); err != nil {
					return err
				}
			}
			return a.Print(list, func(t table.Writer) {
				t.AppendHeader(table.Row{"n", "at", "what", "who", "person", "operation", "request", "moves",
					"refused"})
				for _, l := range list.Rows {
					e := l.Entry
					t.AppendRow(table.Row{e.N, e.At, e.What, e.Who, e.Person, e.Operation, e.Request, count(e.Fen),
						e.Code})
				}
			})
		})
	cmd.Long = `List who asked your node for what, oldest first. With --out the entries are written to a file
too, a line for each as it was written: the field prev of each is the SHA-256 of the line before
it, so whoever has the file can verify it, with this program or with sha256sum.`
	cli.Whole(cmd, &req.After, "behind", 0, "entries behind the one of this number")
	cli.Word(cmd, &req.Who, "who", "asked by this key, person or machine only")
	cli.Word(cmd, &req.Operation, "operation", "of this operation only")
	cli.Word(cmd, &req.Request, "id", "of the request of this id only")
	cli.Whole(cmd, &req.Most, "limit", 0, "entries at most; 0 for 1000")
	cli.Word(cmd, &out, "out", "file to write the lines to")
	return cmd
}

// headFlags are those of a head that somebody noted.
func headFlags(cmd *cobra.Command, req *control.VerifyLogRequest) {
	cli.Whole(cmd, &req.N, "noted", 0, "number of the last entry when somebody noted it")
	cli.Word(cmd, &req.Hash, "noted-hash", "and its hash")
}

func verifyLog(a *cli.App) *cobra.Command {
	var req control.VerifyLogRequest
	cmd := cli.Verb(a, "verify", "  tally --as D audit-log verify --noted 4711 --noted-hash 9f86…", control.AuditLogVerify,
		cli.Words(&req), verified(a))
	cmd.Long = `Say whether the log was changed: every entry that was is named. Note the head that this tells, and
name it the next time: a log that was cut off, or written anew from some entry on, is whole in itself.`
	headFlags(cmd, &req)
	return cmd
}

func verifyLogFile(a *cli.App) *cobra.Command {
	var req control.VerifyLogFileRequest
	cmd := cli.Verb(a, "verify-file FILE", "  tally --as D audit-log verify-file log.jsonl", control.AuditLogVerifyFile,
		func(args []string) (control.VerifyLogFileRequest, error) { return req, a.SendFile(args[0]) }, verified(a))
	headFlags(cmd, &req.VerifyLogRequest)
	return cmd
}

// verified shows what was found, and fails if that is a fault.
func verified(a *cli.App) func(context.Context, *cli.Node, access.Verified) error {
	return func(_ context.Context, _ *cli.Node, v access.Verified) error {
		if err := a.Print(v, func(t table.Writer) {
			t.AppendRows([]table.Row{{"entries", v.Entries}, {"head", v.Head.N}, {"its hash", v.Head.Hash}})
			for _, f := range v.Faults {
				t.AppendRow(table.Row{fmt.Sprintf("entry %d", f.N), f.What})
			}
		}); err != nil {
			return err
		}
		if len(v.Faults) > 0 {
			return fault.New(fault.Conflict, "the log was changed at entry %d", v.Faults[0].N)
		}
		return nil
	}
}
