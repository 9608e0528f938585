package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/bounds"
	"tallystick/client/gateway"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// wish is what a member authorises.
type wish struct {
	caps   []part
	length time.Duration
}

func (w *wish) flags(a *app, cmd *cobra.Command) {
	a.partsFlag(cmd, &w.caps, "allow", "programme:points that may be spent")
	span(cmd, &w.length, "for", aDay, "how long, from now, up to 366d")
}

// request makes the authorisation, its caps sorted.
func (w *wish) request(id, acceptor string) member.AuthoriseRequest {
	caps := make([]member.Limit, len(w.caps))
	for i, c := range w.caps {
		caps[i] = member.Limit{Programme: c.programme, Amount: c.units}
	}
	slices.SortFunc(caps, func(a, b member.Limit) int { return cmp.Compare(a.Programme, b.Programme) })
	return member.AuthoriseRequest{Member: id, Acceptor: acceptor, Caps: caps, Until: after(w.length)}
}

func authorise(a *app) *cobra.Command {
	var w wish
	var oneTime bool
	var signed string
	cmd := leaf("authorise [MEMBER] [ACCEPTOR]", "Let an acceptor spend so many of a member's points: at the member's wish, or with its signature (积分认证)",
		`  tally --as G member authorise zhang D --allow GP:200.00 --for 15m
  tally --as G member authorise zhang D --allow GP:5.00 --needs-code
  tally --as D member authorise --signed zhang.json`,
		func(ctx context.Context, args []string) error {
			if signed != "" {
				if len(args) > 0 || oneTime || len(w.caps) > 0 {
					return fault.New(fault.BadRequest, "--signed says it all: leave the rest out")
				}
				req, err := readStatement(signed)
				if err != nil {
					return err
				}
				return send(ctx, a, node.MemberAuthorise, req)
			}
			if len(args) != 2 {
				return fault.New(fault.BadRequest, "want MEMBER ACCEPTOR, or --signed FILE")
			}
			req := w.request(args[0], args[1])
			if err := req.Check(); err != nil {
				return err
			}
			return a.authorise(ctx, func() member.AuthoriseRequest { return w.request(args[0], args[1]) }, oneTime)
		})
	cmd.Long = `Record that a member lets one acceptor spend so many of its points. The member's home
does it at the member's wish; with --needs-code it waits for a code, which is told here:
give it to the member, who says it at the counter. The acceptor itself does it with a
statement that the member has signed (tally member sign).`
	w.flags(a, cmd)
	cmd.Flags().BoolVar(&oneTime, "needs-code", false, "it waits for a one-time code (一次性码)")
	word(cmd, &signed, "signed", "file that the member has signed")
	return cmd
}

func (a *app) authorise(ctx context.Context, ask func() member.AuthoriseRequest, oneTime bool) error {
	return a.withVault(ctx, func(ctx context.Context, g *node.Node, v *vault.Vault) error {
		req := ask()
		if oneTime {
			return a.tells(ctx, g, v, promise{"member:Authorise", "authorisation", req.Member, func(c code.Commitment) (command.Request, int64, error) {
				req.Commitment = c
				return req, req.Until, nil
			}, keptAuthorisation})
		}
		r, err := g.Once(ctx, &a.call, func() (command.Request, error) { return req, nil })
		if err != nil {
			return err
		}
		return a.printReceipt("member:Authorise", r)
	})
}

func keptAuthorisation(ctx context.Context, q gateway.Query, n number.Command) (code.Commitment, int64, error) {
	one, err := q.Authorisation(ctx, n)
	return one.Commitment, one.Until, err
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

func sign(a *app) *cobra.Command {
	var w wish
	var key ed25519.PrivateKey
	var ledger string
	known := scales{}
	cmd := leaf("sign MEMBER ACCEPTOR", "Sign, as the member and without a network, that an acceptor may spend so much (会员签名)",
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
			req, err := signed(w.request(args[0], args[1]), ledger, key)
			if err != nil {
				return err
			}
			return a.asJSON(req)
		})
	cmd.Long = `Sign that an acceptor may spend so many of your points until then. It prints JSON,
which the acceptor presents once: tally member authorise --signed FILE. Your
public key must be on the ledger (tally member key).`
	one(cmd, &key, "key-file", "file", "private key, as tally member key --generate made it", readPrivateKey)
	word(cmd, &ledger, "ledger", "name that the alliance was founded with, so that it counts nowhere else")
	w.flags(a, cmd)
	scaleOf(cmd, known)
	require(cmd, "key-file", "ledger", "allow", "scale-of")
	return cmd
}

// inScale gives the caps their units where there is no network to ask.
func (w *wish) inScale(known scales) error {
	for i, c := range w.caps {
		if _, told := known[c.programme]; !told {
			return fault.New(fault.BadRequest, "say how many digits points of %.64s have: --scale-of %.64s:2", c.programme, c.programme)
		}
		if err := w.caps[i].inScale(known); err != nil {
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

func revokeAuthorisation(a *app) *cobra.Command {
	var req member.RevokeAuthorisationRequest
	cmd := sends(a, "revoke AUTHORISATION",
		"  tally --as G member revoke G.0.31.0 --reason member_asked", node.MemberRevoke,
		func(args []string) (_ member.RevokeAuthorisationRequest, err error) {
			req.Authorisation, err = number.ParseCommand(args[0])
			return req, err
		})
	reason(cmd, &req.Reason, "member_asked")
	return cmd
}

func authorisations(a *app) *cobra.Command {
	var req node.MemberAuthorisationsRequest
	var state string
	cmd := lists(a, "authorisations", "  tally --as D member authorisations --acceptor D --state OPEN", node.MemberAuthorisations, columns[member.Authorisation]{
		header: table.Row{"authorisation", "member", "acceptor", "left", "state", "until", "by"},
		cells: func(n index.Noun[member.Authorisation], s scales) table.Row {
			return table.Row{n.ID, n.Row.Member, n.Row.Acceptor, capsText(n.Row.Caps, s), n.Row.State, untilText(n.Row.Until), n.Row.By}
		},
	}, func([]string) node.MemberAuthorisationsRequest {
		req.States = states(state)
		return req
	})
	word(cmd, &req.Member, "member", "of this member only")
	word(cmd, &req.Acceptor, "acceptor", "for this acceptor only")
	word(cmd, &state, "state", "WAITING, OPEN or REVOKED")
	complete(cmd, "state", "WAITING", "OPEN", "REVOKED")
	return cmd
}

func capsText(caps []member.Cap, s scales) string {
	var parts []string
	for _, c := range caps {
		parts = append(parts, fmt.Sprintf("%s of %s %s", s.show(c.Programme, c.Amount-c.Used), s.show(c.Programme, c.Amount), c.Programme))
	}
	return strings.Join(parts, ", ")
}
