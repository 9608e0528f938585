package members

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/members"
)

// wish is what a member authorises.
type wish struct {
	caps   []cli.Part
	length time.Duration
}

func (w *wish) flags(a *cli.App, cmd *cobra.Command) {
	a.PartsFlag(cmd, &w.caps, "allow", "programme:points that may be spent")
	cli.Span(cmd, &w.length, "for", cli.ADay, "how long, from now, up to 366d")
}

// request is the wish as it is asked for.
func (w *wish) request(id, acceptor string) members.AuthoriseRequest {
	req := members.AuthoriseRequest{Member: id, Acceptor: acceptor, For: cli.InSeconds(w.length)}
	for _, c := range w.caps {
		req.Allow = append(req.Allow, c.Named())
	}
	return req
}

func authorise(a *cli.App) *cobra.Command {
	var w wish
	var oneTime bool
	var signed string
	op := members.MemberAuthorise
	cmd := cli.Leaf("authorise [MEMBER] [ACCEPTOR]", op.En+" ("+op.Zh+")",
		`  tally --as G member authorise zhang D --allow GP:200.00 --for 15m
  tally --as G member authorise zhang D --allow GP:5.00 --needs-code
  tally --as D member authorise --signed zhang.json`, func(ctx context.Context, args []string) error {
			if signed != "" {
				if len(args) > 0 || oneTime || len(w.caps) > 0 {
					return fault.New(fault.BadRequest, "--signed says it all: leave the rest out")
				}
				req, err := readStatement(signed)
				if err != nil {
					return err
				}
				return cli.Send(ctx, a, members.MemberAuthoriseSigned, req)
			}
			if len(args) != 2 {
				return fault.New(fault.BadRequest, "want MEMBER ACCEPTOR, or --signed FILE")
			}
			ask := func() (members.AuthoriseRequest, error) { return w.request(args[0], args[1]), nil }
			if oneTime {
				return cli.Perform(ctx, a, members.MemberAuthoriseCode, ask, a.ToldOf("member:Authorise"))
			}
			return cli.Perform(ctx, a, op, ask, a.ReceiptOf("member:Authorise"))
		})
	cmd.Long = `Record that a member lets one acceptor spend so many of its points. The member's home
does it at the member's wish; with --needs-code it waits for a code, which is told here:
give it to the member, who says it at the counter. The acceptor itself does it with a
statement that the member has signed (tally member sign).`
	w.flags(a, cmd)
	cmd.Flags().BoolVar(&oneTime, "needs-code", false, "it waits for a one-time code (一次性码)")
	cli.Word(cmd, &signed, "signed", "file that the member has signed")
	return cmd
}

func readStatement(path string) (req member.AuthoriseRequest, err error) {
	data, err := bounds.File(path, bounds.Request)
	if err != nil {
		return req, err
	}
	if err := codec.DecodeJSON(data, &req); err != nil {
		return req, err
	}
	if !req.Signed() {
		return req, fault.New(fault.BadRequest, "%s is not signed", path)
	}
	return req, nil
}

func sign(a *cli.App) *cobra.Command {
	var w wish
	var key ed25519.PrivateKey
	var ledger string
	known := cli.Scales{}
	cmd := cli.Leaf("sign MEMBER ACCEPTOR",
		"Sign, as the member and without a network, that an acceptor may spend so much (会员签名)",
		"  tally member sign zhang D --key-file zhang.key --ledger alliance --allow GP:5.00 --scale-of GP:2 --for 15m",
		func(_ context.Context, args []string) error {
			if key == nil {
				return fault.New(fault.BadRequest, "say with which key: --key-file FILE")
			}
			if err := name.CheckID("--ledger", ledger); err != nil {
				return err
			}
			if err := w.inScale(known); err != nil {
				return err
			}
			req, err := signed(w.request(args[0], args[1]).Request(nil), ledger, key)
			if err != nil {
				return err
			}
			return a.AsJSON(req)
		})
	cmd.Long = `Sign that an acceptor may spend so many of your points until then. It prints JSON,
which the acceptor presents once: tally member authorise --signed FILE. Your
public key must be on the ledger (tally member key).`
	cli.One(cmd, &key, "key-file", "private key, as tally member key --generate made it", readPrivateKey)
	cli.Word(cmd, &ledger, "ledger", "name that the alliance was founded with, so that it counts nowhere else")
	w.flags(a, cmd)
	cli.ScaleOf(cmd, known)
	cli.Require(cmd, "key-file", "ledger", "allow", "scale-of")
	return cmd
}

// inScale gives the caps their units where there is no network to ask.
func (w *wish) inScale(known cli.Scales) error {
	for i, c := range w.caps {
		if _, told := known[c.Programme]; !told {
			return fault.New(fault.BadRequest, "say how many digits points of %.64s have: --scale-of %.64s:2",
				c.Programme, c.Programme)
		}
		if err := w.caps[i].InScale(known); err != nil {
			return err
		}
	}
	return nil
}

func signed(req member.AuthoriseRequest, ledger string, key ed25519.PrivateKey) (member.AuthoriseRequest, error) {
	req.Nonce = make(member.Nonce, member.NonceSize)
	rand.Read(req.Nonce) // it never fails
	req.Signature = ed25519.Sign(key, member.Statement(ledger, req))
	return req, req.Check()
}

func revokeAuthorisation(a *cli.App) *cobra.Command {
	var req member.RevokeAuthorisationRequest
	cmd := cli.Sends(a, "revoke AUTHORISATION", "  tally --as G member revoke G.0.31.0 --reason member_asked",
		members.MemberRevoke, cli.Parsed(&req, &req.Authorisation, number.ParseCommand))
	cli.Reason(cmd, &req.Reason, "member_asked")
	return cmd
}

func authorisations(a *cli.App) *cobra.Command {
	var req members.MemberAuthorisationsRequest
	cmd := cli.Lists(a, "authorisations", "  tally --as D member authorisations --acceptor D --state OPEN",
		members.MemberAuthorisations, cli.Columns[member.Authorisation]{
			Header: table.Row{"authorisation", "member", "acceptor", "left", "state", "until", "by"},
			Cells: func(n index.Entry[member.Authorisation], s cli.Scales) table.Row {
				return table.Row{n.ID, n.Row.Member, n.Row.Acceptor, capsText(n.Row.Caps, s), n.Row.State,
					cli.UntilText(n.Row.Until), n.Row.By}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Member, "member", "of this member only")
	cli.Word(cmd, &req.Acceptor, "acceptor", "for this acceptor only")
	cli.InState(cmd, &req.States, "WAITING, OPEN or REVOKED", "WAITING", "OPEN", "REVOKED")
	return cmd
}

func capsText(caps []member.Cap, s cli.Scales) string {
	var parts []string
	for _, c := range caps {
		parts = append(parts, fmt.Sprintf("%s of %s %s", s.Show(c.Programme, c.Amount-c.Used),
			s.Show(c.Programme, c.Amount), c.Programme))
	}
	return strings.Join(parts, ", ")
}
