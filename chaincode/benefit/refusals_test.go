package benefit

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// change returns a changed copy.
func change[T any](v T, f func(*T)) T { f(&v); return v }

func TestDefineRequestCheck(t *testing.T) {
	good := DefineRequest{
		Benefit: "ride", En: "Ride", Zh: "接机", Kind: Service, Price: 100, Points: []Cost{{Programme: "DP", Amount: 1},
			{Programme: "GP", Amount: 9}},
		Uses: 1, Days: 30, Quota: 10, PerMember: 1, Window: 366, Grantors: []string{"D", "G"}, Scene: "travel",
		Fee: amount.Rate{Num: 99, Den: 100}, Lapse: Keep,
	}
	for _, c := range []struct {
		name  string
		spoil func(*DefineRequest)
		code  fault.Code
	}{
		{"as it is", func(*DefineRequest) {}, ""},
		{"a last day instead", func(r *DefineRequest) { r.Days, r.Until = 0, 20700 }, ""},
		{"free, no fee, 500 uses", func(r *DefineRequest) { r.Points, r.Fee.Num, r.Uses = nil, 0, 500 }, ""},
		{"no price, no quota, no limit", func(r *DefineRequest) { r.Price, r.Quota, r.PerMember = 0, 0, 0 }, ""},
		{"no id", func(r *DefineRequest) { r.Benefit = "" }, fault.BadRequest},
		{"no scene", func(r *DefineRequest) { r.Scene = "" }, fault.BadRequest},
		{"no name", func(r *DefineRequest) { r.Zh = "" }, fault.BadRequest},
		{"no kind", func(r *DefineRequest) { r.Kind = 0 }, fault.BadRequest},
		{"an unknown kind", func(r *DefineRequest) { r.Kind = 5 }, fault.BadRequest},
		{"no lapse", func(r *DefineRequest) { r.Lapse = 0 }, fault.BadRequest},
		{"an unknown lapse", func(r *DefineRequest) { r.Lapse = 3 }, fault.BadRequest},
		{"no use", func(r *DefineRequest) { r.Uses = 0 }, fault.BadRequest},
		{"501 uses", func(r *DefineRequest) { r.Uses = 501 }, fault.BadRequest},
		{"both ends", func(r *DefineRequest) { r.Until = 20700 }, fault.BadRequest},
		{"no end", func(r *DefineRequest) { r.Days = 0 }, fault.BadRequest},
		{"days before", func(r *DefineRequest) { r.Days = -1 }, fault.BadRequest},
		{"days without end", func(r *DefineRequest) { r.Days = MaxDays + 1 }, fault.BadRequest},
		{"an absurd last day", func(r *DefineRequest) { r.Days, r.Until = 0, 1 }, fault.BadRequest},
		{"a window of 367 days", func(r *DefineRequest) { r.Window = 367 }, fault.BadRequest},
		{"a negative window", func(r *DefineRequest) { r.Window = -1 }, fault.BadRequest},
		{"a negative price", func(r *DefineRequest) { r.Price = -1 }, fault.BadRequest},
		{"a price above the most", func(r *DefineRequest) { r.Price = amount.Max + 1 }, fault.Limit},
		{"a negative quota", func(r *DefineRequest) { r.Quota = -1 }, fault.BadRequest},
		{"all of it as fee", func(r *DefineRequest) { r.Fee.Num = 100 }, fault.BadRequest},
		{"a fee of nothing's share", func(r *DefineRequest) { r.Fee.Den = 0 }, fault.BadRequest},
		{"points of no programme", func(r *DefineRequest) { r.Points = []Cost{{Amount: 1}} }, fault.BadRequest},
		{"no points of a programme", func(r *DefineRequest) { r.Points = []Cost{{Programme: "GP"}} }, fault.BadRequest},
		{"programmes unsorted", func(r *DefineRequest) {
			r.Points = []Cost{{Programme: "GP", Amount: 1}, {Programme: "DP", Amount: 1}}
		}, fault.BadRequest},
		{"a programme twice", func(r *DefineRequest) {
			r.Points = []Cost{{Programme: "GP", Amount: 1}, {Programme: "GP", Amount: 1}}
		}, fault.BadRequest},
		{"points above the most in all", func(r *DefineRequest) {
			r.Points = []Cost{{Programme: "DP", Amount: 1}, {Programme: "GP", Amount: amount.Max}}
		}, fault.Limit},
		{"nine programmes", func(r *DefineRequest) { r.Points = make([]Cost, 9) }, fault.BadRequest},
		{"grantors unsorted", func(r *DefineRequest) { r.Grantors = []string{"G", "D"} }, fault.BadRequest},
		{"a grantor twice", func(r *DefineRequest) { r.Grantors = []string{"D", "D"} }, fault.BadRequest},
		{"33 grantors", func(r *DefineRequest) { r.Grantors = make([]string, 33) }, fault.BadRequest},
		{"tiers of no programme", func(r *DefineRequest) { r.Audience = audience.Audience{Tiers: []string{"gold"}} },
			fault.BadRequest},
	} {
		if err := change(good, c.spoil).Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestRequestChecks(t *testing.T) {
	id, hash := entitlementID, make([]byte, 32)
	buy := BuyRequest{Benefit: "ride", Member: "li", Pieces: []spend.Take{{Lot: lotA, Amount: 1}}}
	for name, c := range map[string]struct {
		req  interface{ Check() error }
		code fault.Code
	}{
		"amend":             {AmendRequest{Benefit: "ride", Quota: 5, Grantors: []string{"D"}}, ""},
		"amend, no benefit": {AmendRequest{}, fault.BadRequest},
		"amend, negative":   {AmendRequest{Benefit: "ride", Quota: -5}, fault.BadRequest},
		"grant": {GrantRequest{Benefit: "ride", Grants: []Grant{{Member: "li", Witness: "F", Reference: "r"}}},
			""},
		"grant to nobody": {GrantRequest{Benefit: "ride"}, fault.BadRequest},
		"grant to 101":    {GrantRequest{Benefit: "ride", Grants: make([]Grant, 101)}, fault.BadRequest},
		"grant, odd witness": {GrantRequest{Benefit: "ride", Grants: []Grant{{Member: "li", Witness: "a b"}}},
			fault.BadRequest},
		"grant, short commitment": {
			GrantRequest{Benefit: "ride", Grants: []Grant{{Member: "li", Commitment: make([]byte, 15)}}},
			fault.BadRequest,
		},
		"buy":                {buy, ""},
		"buy without pieces": {change(buy, func(r *BuyRequest) { r.Pieces = nil }), fault.BadRequest},
		"buy with 65 pieces": {change(buy, func(r *BuyRequest) { r.Pieces = make([]spend.Take, 65) }),
			fault.BadRequest},
		"buy with a lot twice": {change(buy, func(r *BuyRequest) { r.Pieces = append(r.Pieces, r.Pieces[0]) }),
			fault.BadRequest},
		"buy with nothing of a lot": {change(buy, func(r *BuyRequest) { r.Pieces = []spend.Take{{Lot: lotA}} }),
			fault.BadRequest},
		"buy with too much": {change(buy, func(r *BuyRequest) {
			r.Pieces = []spend.Take{{Lot: lotA, Amount: amount.Max}, {Lot: lotB, Amount: 1}}
		}), fault.Limit},
		"buy, odd authorisation": {change(buy,
			func(r *BuyRequest) { r.Authorisation = number.Command{Party: "G", Lane: 99, Seq: 1} }), fault.BadRequest},
		"buy, short code":       {change(buy, func(r *BuyRequest) { r.Code = make([]byte, 3) }), fault.BadRequest},
		"activate":              {ActivateRequest{Entitlement: id, Evidence: hash}, ""},
		"activate, no evidence": {ActivateRequest{Entitlement: id}, fault.BadRequest},
		"reserve":               {ReserveRequest{Entitlement: id, Until: 9}, ""},
		"reserve till never":    {ReserveRequest{Entitlement: id}, fault.BadRequest},
		"unreserve nothing":     {UnreserveRequest{}, fault.BadRequest},
		"write off":             {WriteOffRequest{Entitlement: id, Code: codes[0], Outlet: "o"}, ""},
		"write off, short code": {WriteOffRequest{Entitlement: id, Code: codes[0][:8]}, fault.BadRequest},
		"write off, odd outlet": {WriteOffRequest{Entitlement: id, Outlet: "a/b"}, fault.BadRequest},
		"reverse":               {ReverseRequest{WriteOff: writeOffID, Reason: "x"}, ""},
		"reverse, no reason":    {ReverseRequest{WriteOff: writeOffID}, fault.BadRequest},
		"expire nothing":        {ExpireRequest{}, fault.BadRequest},
		"revoke":                {RevokeRequest{Entitlement: id, Reason: "x"}, ""},
		"revoke, no reason":     {RevokeRequest{Entitlement: id}, fault.BadRequest},
		"transfer":              {TransferRequest{Entitlement: id, To: "wang"}, ""},
		"transfer to nobody":    {TransferRequest{Entitlement: id}, fault.BadRequest},
		"new code":              {NewCodeRequest{Entitlement: id, Commitment: first}, ""},
		"new code, none":        {NewCodeRequest{Entitlement: id}, fault.BadRequest},
		"new code, short":       {NewCodeRequest{Entitlement: id, Commitment: first[:4]}, fault.BadRequest},
	} {
		if err := c.req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGrantRefusals holds the order of refusals: each case breaks its rule and
// those after it, and the earlier rule answers.
func TestGrantRefusals(t *testing.T) {
	open, free := ride(), change(ride(), func(m *Model) { m.Points = nil })
	ended := func(m *Model) { m.Days, m.Until = 0, 20599 }
	grant := GrantRequest{Benefit: "ride", Gift: true, Grants: []Grant{{Member: "li", Commitment: first}}}
	bare := change(grant, func(r *GrantRequest) { r.Grants = []Grant{{Member: "li"}} })
	sold := change(bare, func(r *GrantRequest) { r.Gift = false })
	for _, c := range []struct {
		name   string
		model  Model
		req    GrantRequest
		caller string
		code   fault.Code
	}{
		{"the provider's gift", open, grant, "M", ""},
		{"a grantor's gift", open, grant, "D", ""},
		{"a free one", free, change(grant, func(r *GrantRequest) { r.Gift = false }), "D", ""},
		{"on the last day", change(free, func(m *Model) { m.Days, m.Until = 0, 20600 }), grant, "M", ""},
		{"forbidden before closed", change(open, func(m *Model) { m.Open = false; ended(m) }), sold, "G",
			fault.Forbidden},
		{"closed before not free", change(open, func(m *Model) { m.Open = false; ended(m) }), sold, "D",
			fault.WrongState},
		{"not free before ended", change(open, ended), sold, "D", fault.WrongState},
		{"closed, though free", change(free, func(m *Model) { m.Open = false; ended(m) }), bare, "D", fault.WrongState},
		{"ended before no commitment", change(open, ended), bare, "D", fault.Expired},
		{"no commitment", open, bare, "D", fault.BadRequest},
		{"a commitment too many", change(open, func(m *Model) { m.Code = false }), grant, "D", fault.BadRequest},
		{"the longest", change(free, func(m *Model) { m.Days = MaxDays }), grant, "M", ""},
	} {
		made, err := GrantAll(c.model, c.req, by(c.caller))
		if fault.CodeOf(err) != c.code ||
			err == nil && (len(made) != 1 || made[0].State != Active || made[0].By != c.caller || made[0].Uses != 3) {
			t.Errorf("%s: %+v, %v", c.name, made, err)
		}
	}
	late := by("M")
	late.Date = 84000
	if _, err := GrantAll(free, grant, late); fault.CodeOf(err) != fault.Limit {
		t.Errorf("an end after the calendar's: %v", err)
	}
	waiting := change(grant,
		func(r *GrantRequest) { r.Grants = []Grant{{Member: "li", Commitment: first, Witness: "F"}} })
	if made, err := GrantAll(open, waiting, by("M")); err != nil || made[0].State != Granted ||
		made[0].Witness != "F" || made[0].Until != 20630 {
		t.Errorf("with a witness: %+v, %v", made, err)
	}
}

func TestBuyRefusals(t *testing.T) {
	free := func(m *Model) { m.Points = nil }
	closed := func(m *Model) { m.Open = false }
	ended := func(m *Model) { m.Days, m.Until = 0, 20599 }
	for _, c := range []struct {
		name   string
		model  Model
		first  code.Commitment
		caller string
		code   fault.Code
	}{
		{"by the provider", ride(), first, "M", ""},
		{"by a grantor, before closed", change(ride(), closed), nil, "D", fault.Forbidden},
		{"closed before ended", change(change(ride(), closed), ended), nil, "M", fault.WrongState},
		{"free before ended", change(change(ride(), free), ended), nil, "M", fault.WrongState},
		{"ended before no commitment", change(ride(), ended), nil, "M", fault.Expired},
		{"no commitment", ride(), nil, "M", fault.BadRequest},
	} {
		e, err := Buy(c.model, BuyRequest{Benefit: "ride", Member: "li", Commitment: c.first}, by(c.caller))
		if fault.CodeOf(err) != c.code || err == nil && e.State != Active {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCheckCost(t *testing.T) {
	m := change(ride(), func(m *Model) {
		m.Points = []Cost{{Programme: "DP", Amount: 10}, {Programme: "GP", Amount: 100}}
	})
	pay := func(amounts ...amount.Units) (list []spend.Take) {
		for i, a := range amounts {
			list = append(list, spend.Take{Lot: lotA.Command.Row(i), Amount: a})
		}
		return list
	}
	for _, c := range []struct {
		name       string
		pieces     []spend.Take
		programmes []string
		code       fault.Code
	}{
		{"exactly", pay(60, 10, 40), []string{"GP", "DP", "GP"}, ""},
		{"one too few", pay(60, 10, 39), []string{"GP", "DP", "GP"}, fault.BadRequest},
		{"one too many", pay(60, 11, 40), []string{"GP", "DP", "GP"}, fault.BadRequest},
		{"a programme missing", pay(100), []string{"GP"}, fault.BadRequest},
		{"a programme too many", pay(100, 10, 1), []string{"GP", "DP", "MP"}, fault.BadRequest},
	} {
		if err := m.CheckCost(c.pieces, c.programmes); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestVerbRefusals holds who may, and every pair of neighbours in each verb's
// order of refusals.
func TestVerbRefusals(t *testing.T) {
	yesterday := func(e *Entitlement) { e.Until = 20599 }
	old := func(s State) Entitlement { return change(in(s), yesterday) }
	use := func(e Entitlement, m Model, c code.Code) func(At) error {
		return func(at At) error {
			_, _, err := Use(m, e, WriteOffRequest{Entitlement: entitlementID, Code: c}, terms, at)
			return err
		}
	}
	reserve := func(e Entitlement, until int64) func(At) error {
		return func(at At) error {
			_, err := Reserve(ride(), e, ReserveRequest{Entitlement: entitlementID, Until: until}, at)
			return err
		}
	}
	activate := func(e Entitlement) func(At) error {
		return func(at At) error {
			_, err := Activate(e, ActivateRequest{Entitlement: entitlementID, Evidence: make([]byte, 32)}, at)
			return err
		}
	}
	unreserve := func(e Entitlement) func(At) error {
		return func(at At) error {
			_, err := Unreserve(e, UnreserveRequest{Entitlement: entitlementID}, at)
			return err
		}
	}
	reverse := func(w WriteOff) func(At) error {
		return func(at At) error {
			_, _, _, _, err := Reverse(ride(), w, in(Consumed), ReverseRequest{WriteOff: writeOffID, Reason: "x"}, "c",
				at)
			return err
		}
	}
	revoke := func(e Entitlement) func(At) error {
		return func(at At) error {
			_, _, err := Revoke(ride(), e, RevokeRequest{Entitlement: entitlementID, Reason: "x"}, at)
			return err
		}
	}
	transfer := func(e Entitlement, m Model, to string, c code.Commitment) func(At) error {
		return func(at At) error {
			_, err := Transfer(m, e, Owner{ID: e.Member, Home: "H"}, to,
				TransferRequest{Entitlement: entitlementID, To: to, Commitment: c}, at)
			return err
		}
	}
	renew := func(e Entitlement, m Model) func(At) error {
		return func(at At) error {
			_, err := NewCode(m, e, Owner{Home: "H"}, NewCodeRequest{Entitlement: entitlementID, Commitment: first}, at)
			return err
		}
	}
	noCode := change(ride(), func(m *Model) { m.Code = false })
	fixed := change(ride(), func(m *Model) { m.Transferable = false })
	elsewhere := change(in(Reserved), func(e *Entitlement) { e.Holder = "S1" })
	for _, c := range []struct {
		name   string
		do     func(At) error
		caller string
		code   fault.Code
	}{
		{"activate by the witness", activate(in(Granted)), "F", ""},
		{"activate by another, before state", activate(old(Active)), "M", fault.Forbidden},
		{"activate in a state before expired", activate(old(Active)), "F", fault.WrongState},
		{"activate late", activate(old(Granted)), "F", fault.Expired},
		{"reserve by the provider", reserve(in(Active), 1001), "M", ""},
		{"reserve for 7 days", reserve(in(Active), 1000+MaxReserveSecs), "M", ""},
		{"reserve by the granter, before state", reserve(old(Consumed), 1), "D", fault.Forbidden},
		{"reserve in a state before expired", reserve(old(Consumed), 1), "M", fault.WrongState},
		{"reserve late", reserve(old(Active), 1000+MaxReserveSecs+1), "M", fault.Expired},
		{"reserve until now", reserve(in(Active), 1000), "M", fault.Expired},
		{"reserve for longer", reserve(in(Active), 1000+MaxReserveSecs+1), "M", fault.Limit},
		{"unreserve by the holder", unreserve(in(Reserved)), "M", ""},
		{"unreserve by another", unreserve(in(Reserved)), "D", fault.Forbidden},
		{"unreserve what isn't, by another", unreserve(in(Active)), "D", fault.WrongState},
		{"unreserve after its end, by another",
			unreserve(change(in(Reserved), func(e *Entitlement) { e.ReservedUntil = 1000 })), "D", ""},
		{"write off", use(in(Active), ride(), codes[1]), "M", ""},
		{"write off without a code", use(in(Active), noCode, nil), "M", ""},
		{"write off by the granter, before state", use(old(Consumed), ride(), codes[0]), "D", fault.Forbidden},
		{"write off in a state before expired", use(old(Consumed), ride(), codes[0]), "M", fault.WrongState},
		{"write off what another reserved", use(elsewhere, ride(), codes[1]), "M", fault.WrongState},
		{"write off late before a wrong code", use(old(Active), ride(), codes[0]), "M", fault.Expired},
		{"write off with the code of before", use(in(Active), ride(), codes[0]), "M", fault.WrongCode},
		{"write off with the code of after", use(in(Active), ride(), codes[2]), "M", fault.WrongCode},
		{"write off with no code", use(in(Active), ride(), nil), "M", fault.WrongCode},
		{"write off with a code too many", use(in(Active), noCode, codes[1]), "M", fault.WrongCode},
		{"reverse on the window's last day", reverse(WriteOff{State: Done, Use: 1, Date: 20593}), "M", ""},
		{"reverse by another, before state", reverse(WriteOff{State: Annulled, Use: 1, Date: 1}), "D", fault.Forbidden},
		{"reverse twice, before expired", reverse(WriteOff{State: Annulled, Use: 1, Date: 1}), "M", fault.WrongState},
		{"reverse a lapse", reverse(WriteOff{State: Done, Date: 20600}), "M", fault.WrongState},
		{"reverse late", reverse(WriteOff{State: Done, Use: 1, Date: 20592}), "M", fault.Expired},
		{"revoke by the granter", revoke(in(Active)), "D", ""},
		{"revoke by another, before state", revoke(in(Consumed)), "G", fault.Forbidden},
		{"revoke what has ended", revoke(in(Consumed)), "D", fault.WrongState},
		{"transfer", transfer(in(Active), ride(), "wang", first), "H", ""},
		{"transfer by another, before state", transfer(old(Consumed), fixed, "li", nil), "M", fault.Forbidden},
		{"transfer what can't be, before state", transfer(old(Consumed), fixed, "li", nil), "H", fault.WrongState},
		{"transfer in a state before expired", transfer(old(Reserved), ride(), "li", nil), "H", fault.WrongState},
		{"transfer late before to oneself", transfer(old(Active), ride(), "li", nil), "H", fault.Expired},
		{"transfer to oneself", transfer(in(Active), ride(), "li", first), "H", fault.BadRequest},
		{"transfer without a commitment", transfer(in(Active), ride(), "wang", nil), "H", fault.BadRequest},
		{"a new code by the home", renew(in(Active), ride()), "H", ""},
		{"a new code by the granter", renew(in(Active), ride()), "D", ""},
		{"a new code by the provider, before state", renew(old(Reserved), noCode), "M", fault.Forbidden},
		{"a new code where none is needed, before state", renew(old(Reserved), noCode), "H", fault.WrongState},
		{"a new code in a state before expired", renew(old(Reserved), ride()), "H", fault.WrongState},
		{"a new code late", renew(old(Active), ride()), "H", fault.Expired},
	} {
		if err := c.do(by(c.caller)); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCounts(t *testing.T) {
	twice := Model{ID: "ride", PerMember: 2, Stackable: true}
	single := Model{ID: "ride"}
	count, err := Count{}.One(twice)
	if err != nil {
		t.Fatal(err)
	}
	if count, err = count.One(twice); err != nil || count != (Count{Granted: 2, Live: 2}) {
		t.Fatalf("%+v, %v", count, err)
	}
	if _, err := count.End().One(twice); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a third, though one has ended: %v", err)
	}
	if _, err := count.PassOn().One(twice); err != nil {
		t.Errorf("one was passed on: %v", err)
	}
	one, _ := Count{}.One(single)
	if _, err := one.One(single); fault.CodeOf(err) != fault.Limit {
		t.Errorf("two at once: %v", err)
	}
	if _, err := one.End().One(single); err != nil {
		t.Errorf("one after the other: %v", err)
	}
	if twice.Counts() != true || single.Counts() != true || (Model{Stackable: true}).Counts() {
		t.Error("which models count")
	}
}
