package invariant

import (
	"fmt"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
)

// checkRights holds every entitlement against the uses that were made of it.
func checkRights(s *State, breach report) {
	made, uses := map[string]bool{}, map[string]int{}
	for id, w := range all[benefit.WriteOff](s, "write-off") {
		use := fmt.Sprintf("%s/%d", w.Entitlement, w.Use) // 0 for a lapse, which is no use
		if made[use] {
			breach("write-off "+id, "use %s was made twice", use)
		}
		if made[use] = true; w.Use > 0 {
			uses[w.Entitlement.String()]++
		}
	}
	for id, e := range all[benefit.Entitlement](s, "entitlement") {
		if e.Used > e.Uses || e.Reversed > e.Used || int(e.Used) != uses[id] {
			breach("entitlement "+id, "it was written off %d times: %+v", uses[id], e)
		}
	}
}

// checkCampaigns holds every campaign's awards against its limits, and against what was made by them: no purchase is
// awarded twice, budgets and caps are never passed and are what was drawn, shares sum, lots are there.
func checkCampaigns(s *State, breach report) {
	lots, campaigns := byID[points.Lot](s, "lot"), byID[campaign.Campaign](s, "campaign")
	became := merged(byID[member.Member](s, "member"))
	drawn, awarded, had := map[string]amount.Units{}, map[string]bool{}, map[string]uint32{}
	for id, a := range all[campaign.Award](s, "award") {
		of := campaigns[a.Campaign]
		if k := a.Campaign + "/" + a.Reference; awarded[k] {
			breach("award "+id, "purchase %s was awarded twice", k)
		} else {
			awarded[k] = true
		}
		had[a.Campaign+"/"+became(a.Member)]++
		sum, bearers := amount.Units(0), of.Bearers()
		for i, b := range a.Funders {
			sum += b.Points
			drawn[a.Campaign] += b.Fen
			drawn[a.Campaign+"."+b.Party] += b.Fen
			funder := b.Party
			if funder == of.By {
				funder = ""
			}
			lot := lots[b.Lot.String()]
			if i >= len(bearers) || b.Party != bearers[i].Party || b.Points != lot.Issued ||
				b.Points > 0 && (lot.Funder != funder || lot.Member != a.Member) {
				breach("award "+id, "it names %+v, which is %+v", b, lot)
			}
		}
		if sum != a.Points {
			breach("award "+id, "its %d points are shared as %d", a.Points, sum)
		}
	}
	counts := map[string]uint32{} // of a person, whatever pseudonyms it had
	for id, c := range all[campaign.Count](s, "award-count") {
		of, who, _ := strings.Cut(id, "/")
		counts[of+"/"+became(who)] += c.Awards
	}
	for key, n := range counts {
		if n != had[key] {
			breach("award-count "+key, "it is %d, of %d awards", n, had[key])
		}
	}
	leases := s.leases()
	for id, q := range all[quota.Quota](s, "quota") {
		of, is := strings.CutPrefix(id, string(quota.Campaign)+"/")
		if used := leases[id].Used; is && (used != drawn[of] || drawn[of] > q.Limit) {
			breach("quota "+id, "%+v; %d were drawn, %d awarded", q, used, drawn[of])
		}
	}
}

// merged says which member a pseudonym became, if it was merged into others. Forged rows may lead in a circle, of which
// it takes any one; each row is followed once, however many ask.
func merged(members map[string]member.Member) func(id string) string {
	ends := map[string]string{}
	return func(id string) string {
		var way []string
		at := id
		for {
			end, known := ends[at]
			if known {
				at = end
				break
			}
			ends[at] = at // whoever comes here again has gone in a circle
			way = append(way, at)
			if members[at].Into == "" {
				break
			}
			at = members[at].Into
		}
		for _, passed := range way {
			ends[passed] = at
		}
		return at
	}
}

// leases adds the lanes' leases of each quota up.
func (s *State) leases() map[string]quota.Lease {
	sums := map[string]quota.Lease{}
	for id, l := range all[quota.Lease](s, "lease") {
		parts := strings.SplitN(id, "/", 3)
		of := parts[0] + "/" + parts[1]
		sum := sums[of]
		sums[of] = quota.Lease{Granted: sum.Granted + l.Granted, Used: sum.Used + l.Used,
			Returned: sum.Returned + l.Returned}
	}
	return sums
}

// checkCaps holds every limit against what lanes were granted of it, and every member's cap against what was taken
// under it.
func checkCaps(s *State, breach report) {
	for id, l := range all[quota.Lease](s, "lease") {
		// What is captured after a cut-off isn't refused.
		if l.Spare() < 0 && !strings.HasPrefix(id, string(quota.Debit)+"/") {
			breach("lease "+id, "it is overdrawn: %+v", l)
		}
	}
	leases := s.leases()
	for id, q := range all[quota.Quota](s, "quota") {
		if q.Leased != leases[id].Granted {
			breach("quota "+id, "%d are leased, lanes were granted %d", q.Leased, leases[id].Granted)
		}
	}
	taken := s.authorised()
	for id, a := range all[member.Authorisation](s, "authorisation") {
		for _, c := range a.Caps {
			if n := taken[id+c.Programme]; c.Used < n || c.Used > c.Amount {
				breach("authorisation "+id, "its cap is %+v, what is under it took %d", c, n)
			}
		}
	}
}

// authorised is what holds, trades and orders took under each authorisation and kept, by its number and programme.
func (s *State) authorised() map[string]amount.Units {
	taken := map[string]amount.Units{}
	for _, h := range all[points.Hold](s, "hold") {
		kept := h.Sum()
		if !h.State.Holds() {
			kept = h.Captured
		}
		for _, m := range h.Pieces.Between(0, kept).ByProgramme() {
			taken[h.Authorisation.String()+m.Programme] += m.Amount
		}
	}
	for _, t := range all[points.Trade](s, "trade") {
		if (t.State == points.Offered || t.State == points.Swapped) && len(t.Pieces) > 0 {
			taken[t.Authorisation.String()+t.Pieces[0].Programme] += t.Pieces.Sum()
		}
	}
	for _, o := range all[goods.Order](s, "order") {
		for _, part := range o.Parts {
			if part.State.Holds() || part.State == goods.Delivered || part.State == goods.Completed {
				for _, m := range part.Pieces.ByProgramme() {
					taken[o.Authorisation.String()+m.Programme] += m.Amount
				}
			}
		}
	}
	return taken
}
