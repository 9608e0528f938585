package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
)

// forgedRow is a row that the forger writes. No value: it is deleted.
type forgedRow struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

// victim is what step 35 overwrites: a lot, its member, and its programme, which
// nothing else in the story has.
type victim struct {
	lot                     number.Row
	consent                 number.Command // of the member, that G may spend its points
	lotRow, memberRow, plan forgedRow      // as D's node has them
}

// step35: G and F, two of three peers, serve a program that writes what it is told.
func step35(ctx context.Context, s *stage) error {
	s.chapter("35", "G and F, a majority of the peers, overwrite a lot of D's, a member's home and a programme's price")
	v, err := s.victim(ctx)
	if err != nil {
		return err
	}
	before, err := s.honest(ctx)
	if err != nil {
		return err
	}
	forged, err := s.overwritten(ctx, v)
	if err != nil {
		return err
	}
	s.note("the true programs are back, but Fabric has the forged rows")
	if err := s.allName(ctx, v, forged); err != nil {
		return err
	}
	code, err := codeOf(s.tally(ctx, "D", nil, "points", "redeem", "--member", "wei", "--take", "LP:5"))
	if err != nil {
		return err
	}
	s.figure("D's till passes over the lot", "INSUFFICIENT", code)
	redeemed, err := s.redeemForged(ctx, v)
	if err != nil {
		return err
	}
	after, err := s.honest(ctx)
	if err != nil {
		return err
	}
	for _, party := range honestNodes {
		s.figure("all that "+party+"'s node says of it, before and after", before[party], after[party])
	}
	s.note(
		"what G would redeem of true points at the forged price would count, and be traced: so all of it is written back before the cycle ends")
	return s.mended(ctx, v, redeemed)
}

// honestNodes are whose figures the forgery must not change.
var honestNodes = []string{"D", "M", "A"}

// victim has D open a programme, enrol a member, and issue it 10 points that G may spend.
func (s *stage) victim(ctx context.Context) (v victim, err error) {
	if err := s.tally(ctx, "D", nil, "programme", "open", "LP", "--en", "Loyal points", "--zh", "忠诚积分", "--point-price",
		"0.01"); err != nil {
		return v, err
	}
	if err := s.tally(ctx, "D", nil, "member", "enrol", "wei"); err != nil {
		return v, err
	}
	lot, err := s.issue(ctx, "D", "LP", "wei:10:2027-12-31")
	if err != nil {
		return v, err
	}
	var consent receipt
	if err := s.tally(ctx, "D", &consent, "member", "authorise", "wei", "G", "--allow", "LP:1000"); err != nil {
		return v, err
	}
	if v.lot, err = number.ParseRow(lot + ".0"); err != nil {
		return v, err
	}
	if v.consent, err = number.ParseCommand(consent.Number); err != nil {
		return v, err
	}
	return v, s.remembered(ctx, &v)
}

// remembered reads the three rows as D's read model has them.
func (s *stage) remembered(ctx context.Context, v *victim) error {
	d, err := s.lanesOf(ctx, "D", "24")
	if err != nil {
		return err
	}
	defer d.Close()
	ix, err := index.Open(filepath.Join(s.scratch, "forged.db"))
	if err != nil {
		return err
	}
	defer ix.Close()
	if err := d.Sync(ctx, ix); err != nil {
		return err
	}
	now, err := ix.At(ctx, 0)
	if err != nil {
		return err
	}
	defer now.Close()
	wallet, err := now.Wallet("wei")
	if err != nil {
		return err
	}
	programmes, err := now.Programmes()
	if err != nil {
		return err
	}
	wei, err := now.Member("wei")
	if err != nil {
		return err
	}
	plan := programmes[slices.IndexFunc(programmes, func(p points.Programme) bool { return p.ID == "LP" })]
	v.lotRow = forgedRow{string(row.Lot(v.lot)), row.Encode(wallet.Lots[0].Lot)}
	v.memberRow = forgedRow{string(row.Member("wei")), row.Encode(wei)}
	v.plan = forgedRow{string(row.Programme("LP")), row.Encode(plan)}
	return nil
}

// overwritten has G and F forge the three rows: two beside nothing, one beside a batch of
// G's own. It answers which transaction wrote which key.
func (s *stage) overwritten(ctx context.Context, v victim) (map[string]string, error) {
	lot, wei, plan, err := v.rows()
	if err != nil {
		return nil, err
	}
	lot.Issued, wei.Home, plan.Price = 1_000_000_000, "G", amount.Rate{Num: 99, Den: 1}
	written := map[string]string{}
	err = s.lying(ctx, "forger", func() error {
		tx, err := s.forge(ctx, "the lot and the member, beside nothing", "forge", nil,
			forgedRow{v.lotRow.Key, row.Encode(lot)}, forgedRow{v.memberRow.Key, row.Encode(wei)})
		if err != nil {
			return err
		}
		written[v.lotRow.Key], written[v.memberRow.Key] = tx, tx
		_, batch, err := s.batchOfG(ctx, member.EnrolRequest{Member: "of-g"})
		if err != nil {
			return err
		}
		written[v.plan.Key], err = s.forge(ctx, "the price, beside a batch of G's own", "batch:Run", batch,
			forgedRow{v.plan.Key, row.Encode(plan)})
		return err
	})
	return written, err
}

// rows reads the rows of the victim.
func (v victim) rows() (lot points.Lot, m member.Member, plan points.Programme, err error) {
	if lot, err = row.Decode[points.Lot](v.lotRow.Value); err != nil {
		return lot, m, plan, err
	}
	if m, err = row.Decode[member.Member](v.memberRow.Value); err != nil {
		return lot, m, plan, err
	}
	plan, err = row.Decode[points.Programme](v.plan.Value)
	return lot, m, plan, err
}

// forge tells the forger what to write, calls it as G, and shows what Fabric makes of it.
func (s *stage) forge(ctx context.Context, what, function string, batch []byte,
	rows ...forgedRow) (tx string, err error) {
	told, err := json.Marshal(rows)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(s.scratch, "forged.json"), told, 0o600); err != nil {
		return "", err
	}
	tx, said, err := s.aroundTally(ctx, function, batch)
	if err != nil {
		return "", err
	}
	s.figure("Fabric says of "+what, "VALID", said)
	return tx, nil
}

// batchOfG is the next batch of G's lane 31, and its number.
func (s *stage) batchOfG(ctx context.Context, requests ...command.Request) (number.Command, []byte, error) {
	g, err := s.lanesOf(ctx, "G", "31")
	if err != nil {
		return number.Command{}, nil, err
	}
	defer g.Close()
	head, err := g.Query().Head(ctx, "G", 31)
	if err != nil {
		return number.Command{}, nil, err
	}
	who, err := g.Query().Party(ctx, "G")
	if err != nil {
		return number.Command{}, nil, err
	}
	b := command.Batch{Lane: 31, Seq: max(head.Seq, who.Base) + 1}
	for _, r := range requests {
		b.Commands = append(b.Commands, command.New("", r))
	}
	return number.Command{Party: "G", Lane: b.Lane, Seq: b.Seq}, codec.Encode(b), nil
}

// unsealed is what a node names, and what came of it.
type unsealed struct {
	Unsealed []index.Stray `json:"rows"`
	Traces   []index.Trace `json:"traces"`
}

// allName holds that each honest node names transaction, keys and signers.
func (s *stage) allName(ctx context.Context, v victim, forged map[string]string) error {
	want := strings.Join([]string{v.plan.Key, v.lotRow.Key, v.memberRow.Key}, " ")
	for _, party := range honestNodes {
		var found unsealed
		if err := s.tally(ctx, party, &found, "query", "unsealed"); err != nil {
			return err
		}
		var named []string
		for _, one := range found.Unsealed {
			if one.Tx == forged[one.Key] && one.Party == "G" && strings.Join(one.Signers, " ") == "F G" {
				named = append(named, one.Key)
			}
			if party == honestNodes[0] {
				s.note("%s by %s, endorsed by %s: %s", one.Key, one.Party, strings.Join(one.Signers, " "), one.Reason)
			}
		}
		slices.Sort(named)
		s.figure(party+"'s node names transaction, signers and keys", want, strings.Join(named, " "))
	}
	named, err := s.auditedKeys(ctx, forged)
	if err != nil {
		return err
	}
	s.figure("so does the auditor, from blocks alone", want, named)
	return nil
}

// redeemForged has G redeem 500 points of the 10, honestly endorsed, and answers the transaction.
func (s *stage) redeemForged(ctx context.Context, v victim) (tx string, err error) {
	hold, _, err := s.batchOfG(ctx)
	if err != nil {
		return "", err
	}
	_, batch, err := s.batchOfG(ctx, points.HoldRequest{Member: "wei", Pieces: []spend.Take{{Lot: v.lot, Amount: 500}},
		Deadline: time.Now().Add(time.Hour).Unix(), Authorisation: v.consent},
		points.CaptureRequest{Hold: hold, Amount: 500})
	if err != nil {
		return "", err
	}
	tx, said, err := s.aroundTally(ctx, "batch:Run", batch)
	if err != nil {
		return "", err
	}
	s.figure("Fabric says of 500 points that G redeems of it", "VALID", said)
	var found unsealed
	if err := s.tally(ctx, "D", &found, "query", "unsealed"); err != nil {
		return "", err
	}
	traced := "nothing"
	for _, one := range found.Traces {
		if one.Tx == tx && one.Key == v.lotRow.Key {
			traced = fmt.Sprintf("%s took %d: %s", one.Party, one.Points, strings.Join(one.Commands, ", "))
		}
	}
	s.figure("what came of it, as D's node traces it", "G took 500: points:Hold, points:Capture", traced)
	return tx, nil
}

// honest is a fingerprint of what each honest node says of wallet, member, programmes,
// outstanding points and debts.
func (s *stage) honest(ctx context.Context) (map[string]string, error) {
	says := map[string]string{}
	for _, party := range honestNodes {
		sum := sha256.New()
		for _, question := range [][]string{{"points", "wallet", "wei"}, {"member", "show", "wei"},
			{"programme", "list"}, {"query", "owes"}} {
			var answer any
			if err := s.tally(ctx, party, &answer, question...); err != nil {
				return nil, err
			}
			if object, is := answer.(map[string]any); is {
				delete(object, "height")
			}
			text, err := json.Marshal(answer)
			if err != nil {
				return nil, err
			}
			sum.Write(text)
		}
		says[party] = fmt.Sprintf("%.8x", sum.Sum(nil))
	}
	return says, nil
}

// mended has G and F write back what D's node has, and delete what the redemption made:
// this too is named, and changes no figure. Then the points are spent as before.
func (s *stage) mended(ctx context.Context, v victim, redeemed string) error {
	rows := []forgedRow{v.lotRow, v.memberRow, v.plan}
	var found unsealed
	if err := s.tally(ctx, "D", &found, "query", "unsealed"); err != nil {
		return err
	}
	for _, one := range found.Unsealed {
		if one.Tx == redeemed && one.Key != v.lotRow.Key {
			rows = append(rows, forgedRow{Key: one.Key})
		}
	}
	if err := s.lying(ctx, "forger", func() error {
		_, err := s.forge(ctx, "writing all of it back", "forge", nil, rows...)
		return err
	}); err != nil {
		return err
	}
	if err := s.tally(ctx, "D", nil, "points", "redeem", "--member", "wei", "--take", "LP:4"); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "M", "wei")
	if err != nil {
		return err
	}
	s.figure("once it is written back, D's till takes 4 of the 10: left", 6, w.available("LP"))
	return nil
}
