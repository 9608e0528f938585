package index

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// marketing writes what campaigns are about, command by command of D's lane 3.
type marketing struct {
	*world
	seq uint64
}

func (s *marketing) next() number.Command {
	s.seq++
	return numbered("D", 3, s.seq, 0)
}

// do writes rows as one command.
func (s *marketing) do(rows func(number.Command) []entry) number.Command {
	n := s.next()
	s.write(append([]entry{sealed("D", 3, s.seq)}, rows(n)...)...)
	return n
}

// award gives points of joint to a member: D's lot and G's.
func (s *marketing) award(who string, dealers, groups amount.Units) (lots [2]number.Row) {
	n := s.do(func(n number.Command) []entry {
		mine, theirs := lot("DP", who, dealers, today+90), lot("DP", who, groups, today+90)
		mine.Origin, theirs.Origin, theirs.Funder = points.Issued, points.Issued, "G"
		return []entry{put(row.Lot(n.Row(0)), mine), put(row.Lot(n.Row(1)), theirs), put(row.Award(
			n.Row(0)), campaign.Award{
			Campaign: "joint", Member: who, Reference: "r", Date: today, Points: dealers + groups,
			Funders: []campaign.Borne{{Party: "D", Points: dealers, Fen: dealers, Lot: n.Row(0)},
				{Party: "G", Points: groups, Fen: groups, Lot: n.Row(1)}},
		})}
	})
	return [2]number.Row{n.Row(0), n.Row(1)}
}

// hold captures all pieces at an acceptor, and refunds some.
func (s *marketing) hold(who, acceptor string, day, refunded amount.Units, pieces ...spend.Piece) {
	s.do(func(n number.Command) []entry {
		line := spend.Line(pieces)
		return []entry{put(row.Hold(n), points.Hold{
			Acceptor: acceptor, Member: who, State: points.Captured, Deadline: 1, Captured: line.Sum(), Pieces: line,
			Captures: []points.Taken{{Number: n, Amount: line.Sum(), Refunded: refunded}},
			Placed:   today + date.Date(day),
		})}
	})
}

func piece(lot number.Row, funder string, units amount.Units) spend.Piece {
	return spend.Piece{Lot: lot, Programme: "DP", Funder: funder, Amount: units}
}

func newMarketing(t *testing.T) *marketing {
	s := &marketing{world: newWorld(t)}
	today := date.Date(today)
	s.write(
		put(row.Campaign("joint"), campaign.Campaign{
			ID: "joint", By: "D", State: campaign.Active,
			Terms: campaign.Terms{Budget: 1000, Gives: campaign.Gives{Programme: "DP", Bonus: 1}},
			Funders: []campaign.Funder{{Party: "D", Parts: 60, Agreed: true},
				{Party: "G", Parts: 40, Cap: 500, Agreed: true}},
		}),
		put(row.Campaign("rides"), campaign.Campaign{
			ID: "rides", By: "M", State: campaign.Ended,
			Terms:   campaign.Terms{Budget: 404, Gives: campaign.Gives{Benefit: "ride"}},
			Funders: []campaign.Funder{{Party: "D", Parts: 1, Agreed: true}, {Party: "M", Parts: 1, Agreed: true}},
		}),
		put(row.Benefit("ride"), benefit.Model{
			ID: "ride", Provider: "M", Price: 101, Uses: 2, Transferable: true, Until: today + 9,
		}),
		put(row.Member("ann"), member.Member{ID: "ann", Home: "D", State: member.Active}),
		put(row.Member("annie"), member.Member{ID: "annie", Home: "D", State: member.Merged, Into: "ann"}),
	)
	return s
}

func results(t *testing.T, s *marketing, id string) Results {
	t.Helper()
	got, err := now(t, s.index()).CampaignResults(id)
	if err != nil {
		t.Fatal(err)
	}
	got.Height = 0
	return got
}

func TestPointsOfACampaign(t *testing.T) {
	s := newMarketing(t)
	s.hold("ann", "M", 0, 0, piece(numbered("D", 3, 99, 0).Row(0), "D", 7)) // before the award, that day
	ann := s.award("ann", 60, 40)
	s.award("annie", 6, 4)
	bob := s.award("bob", 30, 20)
	passed := s.do(func(n number.Command) []entry {
		child, fresh := lot("DP", "cat", 20, today+90), lot("DP", "cat", 5, today+90)
		child.Origin, child.Parent, child.Funder = points.Transferred, ann[1], "G"
		fresh.Origin, fresh.Parent = points.Adjusted, ann[1] // new points, whatever they correct
		return []entry{put(row.Lot(n.Row(0)), child), put(row.Lot(n.Row(1)), fresh)}
	})
	s.hold("ann", "M", 1, 15, piece(ann[0], "D", 50),
		piece(numbered("D", 3, 98, 0).Row(0), "D", 10)) // keeps 45 of the first
	s.hold("annie", "G", 0, 0, piece(ann[1], "G", 9))                                     // that day, in a later block
	s.hold("bob", "D", 1, 0, piece(bob[0], "D", 30))                                      // at home
	s.hold("bob", "M", 1, 5, piece(bob[1], "G", 5))                                       // all refunded
	s.hold("cat", "M", 1, 0, piece(passed.Row(0), "G", 20), piece(passed.Row(1), "D", 5)) // never had an award
	want := Results{

		Campaign: "joint", By: "D", State: "ACTIVE", Programme: "DP", Budget: 1000, Left: 840, Awards: 3,
		Members: 2, Points: 160,
		Funders:  []Bearing{{"D", 60, 0, 96, 96, 75, 75}, {"G", 40, 500, 64, 64, 29, 29}},
		Redeemed: []Redeemed{{"D", 1, 30, 30}, {"G", 1, 9, 9}, {"M", 2, 65, 65}},
		Repurchase: Repurchase{Members: 1, Times: 2, Points: 54, Fen: 54, At: []Elsewhere{
			{Redeemed{"G", 1, 9, 9}, 1}, {Redeemed{"M", 1, 45, 45}, 1}}},
	}
	if diff := cmp.Diff(want, results(t, s, "joint")); diff != "" {
		t.Error(diff)
	}
}

func TestBenefitsOfACampaign(t *testing.T) {
	s := newMarketing(t)
	give := func(who string, holder string) number.Row {
		return s.do(func(n number.Command) []entry {
			return []entry{
				put(row.Entitlement(n.Row(0)), benefit.Entitlement{
					Benefit: "ride", Member: holder, State: benefit.Active, By: "M", Uses: 2,
					Funders: []benefit.Funder{{Party: "D", Parts: 1}, {Party: "M", Parts: 1}},
				}),
				put(row.Award(n.Row(0)), campaign.Award{
					Campaign: "rides", Member: who, Date: today, Entitlement: n.Row(0),
					Funders: []campaign.Borne{{Party: "M", Fen: 102}, {Party: "D", Fen: 100}},
				})}
		}).Row(0)
	}
	use := func(e number.Row, who string, state benefit.WriteOffState, k uint16) {
		s.do(func(n number.Command) []entry {
			return []entry{put(row.WriteOff(n), benefit.WriteOff{
				Entitlement: e, Benefit: "ride", Member: who, Provider: "M", Use: k, Value: 101, State: state,
				Date: today,
			})}
		})
	}
	ann, bob := give("ann", "ann"), give("bob", "cat")
	use(ann, "ann", benefit.Done, 1)
	use(ann, "ann", benefit.Annulled, 2)
	use(bob, "cat", benefit.Done, 1) // passed on
	other := s.do(func(n number.Command) []entry {
		return []entry{put(row.Entitlement(n.Row(0)), benefit.Entitlement{
			Benefit: "wash", Member: "ann", State: benefit.Active, By: "D", Uses: 1,
		})}
	})
	s.do(func(n number.Command) []entry {
		return []entry{put(row.WriteOff(n), benefit.WriteOff{
			Entitlement: other.Row(0), Benefit: "wash", Member: "ann", Provider: "D", Use: 1, Value: 30,
			State: benefit.Done, Date: today,
		})}
	})
	want := Results{

		Campaign: "rides", By: "M", State: "ENDED", Benefit: "ride", Budget: 404, Left: 0, Awards: 2, Members: 2,
		Given: 2, Used: 2,
		Funders:    []Bearing{{"M", 1, 0, 0, 204, 0, 102}, {"D", 1, 0, 0, 200, 0, 100}},
		Redeemed:   []Redeemed{{"M", 2, 0, 202}},
		Repurchase: Repurchase{Members: 1, Times: 1, Fen: 30, At: []Elsewhere{{Redeemed{"D", 1, 0, 30}, 1}}},
	}
	if diff := cmp.Diff(want, results(t, s, "rides")); diff != "" {
		t.Error(diff)
	}
	if _, err := now(t, s.index()).CampaignResults("none"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no campaign: %v", err)
	}
}

// A campaign and its awards are found as other entries are.
func TestCampaignsAreFound(t *testing.T) {
	s := newMarketing(t)
	s.award("ann", 6, 4)
	s.award("annie", 6, 4)
	ix := s.index()
	for name, c := range map[string]struct {
		filter Filter
		want   int
	}{"all": {Filter{}, 2}, "D's": {Filter{Party: "D"}, 1}, "ended": {Filter{States: []string{"ENDED"}}, 1}} {
		if list, err := All[campaign.Campaign](now(t, ix), c.filter); err != nil || len(list) != c.want {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	if list, err := All[campaign.Award](now(t, ix), Filter{Member: "ann", Topic: "joint"}); err != nil ||
		len(list) != 2 {
		t.Errorf("ann's awards: %v, %v", list, err)
	}
}

// Orders redeem and repurchase too: what was delivered and not returned.
func TestOrdersOfACampaign(t *testing.T) {
	s := newMarketing(t)
	ann := s.award("ann", 60, 40)
	order := func(state goods.State, returned uint32) {
		s.do(func(n number.Command) []entry {
			return []entry{put(row.Order(n), goods.Order{

				Seller: "G", Member: "ann", Date: today,
				Tenders: []goods.Tender{{Programme: "DP", Value: amount.Rate{Num: 1, Den: 1}}},
				Parts: []goods.Part{{
					Supplier: "S1", Party: "S1", State: state, Cash: 20,
					Pieces: spend.Line{piece(ann[0], "D", 25), piece(numbered("D", 3, 98, 0).Row(0), "D", 15)},
					Lines:  []goods.Line{{SKU: "oil", Quantity: 2, Fen: 30, Returned: returned}},
				}},
			})}
		})
	}
	order(goods.Delivered, 1)
	order(goods.Completed, 2) // all of it came back
	order(goods.Accepted, 0)
	got := results(t, s, "joint")
	if diff := cmp.Diff([]Redeemed{{"G", 1, 25, 25}}, got.Redeemed); diff != "" {
		t.Error(diff)
	}
	want := Repurchase{Members: 1, Times: 1, Points: 30, Fen: 30, At: []Elsewhere{{Redeemed{"G", 1, 30, 30}, 1}}}
	if diff := cmp.Diff(want, got.Repurchase); diff != "" {
		t.Error(diff)
	}
}
