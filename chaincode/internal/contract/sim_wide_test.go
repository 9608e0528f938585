package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// What makes one life unlike another.
type kindOfLife struct {
	price  amount.Rate // fen a point, of all programmes
	rich   bool        // grants come near the largest amount
	silent string      // the party that answers nothing, signs nothing, opens nothing; or ""
}

// lifeOf is the kind of a seed's life: one in four is of small numbers and willing parties.
func lifeOf(seed uint64) kindOfLife {
	if seed%4 == 0 {
		return kindOfLife{price: amount.Rate{Num: 1, Den: 2}}
	}
	rng := rand.New(rand.NewPCG(seed, 0x6c697665))
	return kindOfLife{
		price: pick(rng.IntN, []amount.Rate{{Num: 1, Den: 2}, {Num: 7, Den: 3}, {Num: 999_983, Den: 999_979},
			{Num: 3, Den: 1_000_000}, {Num: 25, Den: 1}}),
		rich:   rng.IntN(5) == 0,
		silent: pick(rng.IntN, []string{"", "", "", "D", "M"}),
	}
}

// widening is what lanes do beside the rest: rights that come and go, names that merge, rows at their limits.
const widening = " roles back merge merge invite invite many many holdmany holdmany "

// answers are the verbs that a silent party leaves out.
const answers = " sign open answer accept rejectd split agreed instruct advise bounce finalise carry "

// answering says whether the lane's party does such things.
func (v view) answering(verb string) bool {
	return v.lane.life.silent != v.lane.party || !strings.Contains(answers, " "+verb+" ")
}

func (v view) drawWide(verb string) command.Request {
	switch verb {
	case "roles", "back":
		if v.lane.party == "G" && v.odd(2) {
			return v.drawRoles(verb == "back")
		}
	case "invite":
		if id, ok := v.own(); ok {
			return member.InviteRequest{Member: id, For: v.one("G", "D", "M"), Commitment: code.Commit(lifeCode),
				Until: v.lane.net.Now().Unix() + 600}
		}
	case "merge":
		return v.drawMerge()
	case "many":
		return v.drawMany()
	case "holdmany":
		return v.drawHoldMany()
	}
	return nil
}

// lifeCode opens every invitation of a life.
var lifeCode = make(code.Code, code.Size)

// drawRoles takes roles away, or gives back what furnish gave.
func (v view) drawRoles(back bool) command.Request {
	req := party.AmendRequest{Party: v.one("D", "M"), Roles: party.Issuer | party.Acceptor}
	if req.Party == "D" {
		req.Debit, req.Liability = 150, 400
	}
	if !back && v.odd(3) {
		req.Roles = pick(v.dice, []party.Roles{party.Issuer, party.Acceptor, party.Finance})
	}
	return req
}

// own is a member that is at home at the lane's party.
func (v view) own() (string, bool) {
	id, _, ok := such(v, "member", func(m member.Member) bool {
		return m.Home == v.lane.party && m.State == member.Active
	})
	return id, ok
}

// drawMerge merges one of the party's own into whoever invited it.
func (v view) drawMerge() command.Request {
	id, inv, ok := such(v, "invitation", func(i member.Invitation) bool {
		return i.State == member.InvitationOpen && i.For == v.lane.party
	})
	from, own := v.own()
	if !ok || !own || !strings.HasPrefix(from, "new-") && !v.odd(12) {
		return nil // the members that others know merge seldom
	}
	n, _ := number.ParseCommand(id)
	return member.MergeRequest{From: from, Into: inv.Member, Invitation: n, Code: lifeCode}
}

// drawMany issues as many lots as one command may, of one point, or of as much as there can be.
func (v view) drawMany() command.Request {
	if v.lane.party == "D" || !v.odd(4) {
		return nil // D's liability is capped
	}
	g := points.Grant{Member: v.one("li", "wang"), Amount: 1}
	if v.lane.party != "M" {
		g.Expires = v.today().Date + 90
	}
	req := points.IssueRequest{Programme: v.lane.party + "P"}
	for range points.MaxLots {
		req.Grants = append(req.Grants, g)
	}
	if v.lane.life.rich {
		g.Amount = amount.Max/2 - amount.Units(v.dice(9))
		req.Grants = []points.Grant{g}
	}
	return req
}

// drawHoldMany holds of as many lots as one command may.
func (v view) drawHoldMany() command.Request {
	owner, programme, list := v.pieces(1, func(l points.Lot) bool { return l.Expires >= v.today().Date })
	if list == nil {
		return nil
	}
	for _, f := range v.rows["lot"] {
		l := f.Row.(points.Lot)
		n, _ := number.ParseRow(f.ID)
		if len(list) < points.MaxPieces && l.Member == owner && l.Programme == programme &&
			l.Available() > 0 && n != list[0].Lot {
			list = append(list, spend.Take{Lot: n, Amount: 1})
		}
	}
	return points.HoldRequest{Member: owner, Pieces: list, Deadline: v.lane.net.Now().Unix() + 60,
		Authorisation: v.proof(owner)}
}

// widen names one command in eight, asks again for one in twelve that had a name, and links one in ten with the next.
// An id stands for another content now and then.
func (c *laneClient) widen(batch *command.Batch, rng *rand.Rand) {
	for i := range batch.Commands {
		one := &batch.Commands[i]
		switch {
		case rng.IntN(8) == 0:
			one.Request = fmt.Sprintf("ask-%d-%d", c.lane, len(c.asked)+rng.IntN(2))
			c.asked = append(c.asked, *one)
		case rng.IntN(12) == 0 && len(c.asked) > 0:
			*one = pick(rng.IntN, c.asked)
		}
		one.Linked = i+1 < len(batch.Commands) && rng.IntN(10) == 0
	}
}

// passer is somebody at a peer's command line: one command at a time, as JSON, sometimes under a request id.
type passer struct{ laneClient }

// Act endorses a command and forgets it.
func (p *passer) Act(rng *rand.Rand) *ledgersim.Envelope {
	if p.wanted == 0 {
		return nil
	}
	p.wanted--
	v := p.look(rng.IntN)
	req := v.draw()
	body, err := json.Marshal(req)
	if err != nil {
		p.err = err
		return nil
	}
	request := ""
	if rng.IntN(2) == 0 {
		request = fmt.Sprintf("ask-%d", rng.IntN(12))
	}
	env, err := p.net.Endorse(p.net.Propose(p.id, seal.Outer,
		ledgersim.Args(command.KindOf(req).String(), request, string(body))...), p.endorsers(rng)...)
	var refusal *ledgersim.Refusal
	if err == nil || errors.Is(err, ledgersim.ErrMismatch) {
		return env
	}
	if errors.As(err, &refusal) {
		if parsed, ok := fault.Parse(refusal.Message); ok && parsed.Code != fault.Internal {
			return nil
		}
	}
	p.err = fmt.Errorf("%s %s: %w", command.KindOf(req), body, err)
	return nil
}
