package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tallystick/chaincode/code"
)

// What suppliers charge sellers, in fen: private between the two, and so in files.
const (
	oilKitSupply = "268"
	wiperSupply  = "7.80"
)

// catalogue has two suppliers join, offer their goods to a seller each, and the
// sellers put them into their storefronts.
func catalogue(ctx context.Context, s *stage) error {
	s.chapter("", "商品资源化: two suppliers join by themselves; their goods become resources that points buy")
	early := s.tally(ctx, "S1", nil, "good", "set", "care", "oilkit", "--en", "Oil kit", "--zh", "机油套装", "--category",
		"oil", "--unit", "piece", "--tax-class", "t13", "--delivery", "counter")
	refused, err := codeOf(early)
	if err != nil {
		return err
	}
	s.figure("a good of a supplier that hasn't applied", "NOT_FOUND", refused)
	licence := filepath.Join(s.scratch, "licence.txt")
	if err := os.WriteFile(licence, []byte("营业执照 business licence\n"), 0o600); err != nil {
		return err
	}
	for _, c := range [][]string{
		{"S1", "supplier", "apply", "care", "--en", "Car care", "--zh", "养护", "--category", "oil", "--evidence",
			licence},
		{"S2", "supplier", "apply", "parts", "--en", "Parts", "--zh", "配件", "--category", "wiper", "--evidence",
			licence},
		{"G", "supplier", "approve", "care", "--category", "oil", "--fee", "0.01"},
		{"G", "supplier", "approve", "parts", "--category", "wiper", "--fee", "0.01"},
		{"S1", "good", "set", "care", "oilkit", "--en", "Oil kit", "--zh", "机油套装", "--category", "oil", "--unit",
			"piece", "--tax-class", "t13", "--gtin", "6901234567892", "--delivery", "counter"},
		{"S2", "good", "set", "parts", "wiper", "--en", "Wiper", "--zh", "雨刷", "--category", "wiper", "--unit", "piece",
			"--tax-class", "t13", "--delivery", "shipped"},
		{"S1", "good", "restock", "care", "oilkit", "D", "--quantity", "8"},
		{"S2", "good", "restock", "parts", "wiper", "G", "--quantity", "3"},
		{"D", "storefront", "set", "--en", "Dealer shop", "--zh", "经销商商城", "--tender", "DP:0.01", "--tender",
			"FP:0.008", "--tender", "GP:0.01"},
		{"G", "storefront", "set", "--en", "Group shop", "--zh", "集团商城", "--tender", "DP:0.01", "--tender", "GP:0.01"},
	} {
		if err := s.tally(ctx, c[0], nil, c[1:]...); err != nil {
			return err
		}
	}
	if err := s.supply(ctx, "S1", "care", "oilkit", "D", oilKitSupply); err != nil {
		return err
	}
	if err := s.supply(ctx, "S2", "parts", "wiper", "G", wiperSupply); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "storefront", "sell", "parts", "wiper", "--price", "9", "--scene",
		"retail"); err != nil {
		return err
	}
	return s.pricesFor(ctx)
}

// supply has a supplier offer a seller a price that only the two get to know: the
// ledger has its commitment.
func (s *stage) supply(ctx context.Context, party, supplier, sku, seller, yuan string) error {
	price, terms := filepath.Join(s.scratch, supplier+".price"), filepath.Join(s.scratch, supplier+".terms")
	if err := os.WriteFile(price, []byte(yuan), 0o600); err != nil {
		return err
	}
	if err := s.tally(ctx, party, nil, "terms", "offer", supplier, sku, seller, "--value", price); err != nil {
		return err
	}
	if err := s.tally(ctx, party, nil, "terms", "export", seller, "--out", terms); err != nil {
		return err
	}
	return s.tally(ctx, seller, nil, "terms", "accept", terms)
}

// pricesFor lists the oil kit at a price for everybody and another for those whom a
// label lets in, and looks at the storefront with two pairs of eyes.
func (s *stage) pricesFor(ctx context.Context) error {
	prices := filepath.Join(s.scratch, "prices.json")
	rules := `[{"audience":{"labels":["D:fleet"]},"price":279},{"price":298}]`
	if err := os.WriteFile(prices, []byte(rules), 0o600); err != nil {
		return err
	}
	if err := s.tally(ctx, "D", nil, "storefront", "sell", "care", "oilkit", "--prices", prices, "--scene",
		"care"); err != nil {
		return err
	}
	if err := s.tally(ctx, "D", nil, "member", "label", "wang", "fleet"); err != nil {
		return err
	}
	for _, of := range []struct {
		member string
		fen    int64
	}{{"zhang", 29800}, {"wang", 27900}} {
		var shown struct {
			Rows []struct {
				Fen int64 `json:"fen"`
			} `json:"rows"`
		}
		if err := s.tally(ctx, "D", &shown, "storefront", "browse", "D", "--member", of.member); err != nil {
			return err
		}
		s.figure("the oil kit for "+of.member+", fen", fmt.Sprint(show(of.fen)), priceOf(shown.Rows))
	}
	return nil
}

func priceOf(rows []struct {
	Fen int64 `json:"fen"`
}) string {
	if len(rows) != 1 {
		return fmt.Sprintf("%d goods", len(rows))
	}
	return show(rows[0].Fen)
}

// supplied is what a party owes another for supply, and the fees on it, as one of
// the two sees it.
type supplied struct {
	Hidden []struct {
		Debtor   string `json:"debtor"`
		Creditor string `json:"creditor"`
		Opened   bool   `json:"opened"`
		Fen      string `json:"fen"`
		Fees     []struct {
			Debtor   string `json:"debtor"`
			Creditor string `json:"creditor"`
			Fen      int64  `json:"fen"`
		} `json:"fees"`
	} `json:"hidden"`
}

// supply is what a debtor owes a creditor, in fen; "hidden" for who isn't to know,
// "none" for nothing.
func (o supplied) supply(debtor, creditor string) string {
	for _, h := range o.Hidden {
		switch {
		case h.Debtor != debtor || h.Creditor != creditor:
		case h.Opened:
			return show(h.Fen)
		default:
			return "hidden"
		}
	}
	return "none"
}

func (o supplied) fee(debtor, creditor string) (sum int64) {
	for _, h := range o.Hidden {
		for _, f := range h.Fees {
			if f.Debtor == debtor && f.Creditor == creditor {
				sum += f.Fen
			}
		}
	}
	return sum
}

func (s *stage) supplies(ctx context.Context, as string) (o supplied, err error) {
	return o, s.tally(ctx, as, &o, "query", "owes")
}

func step8(ctx context.Context, s *stage) error {
	s.chapter("8", "R1: Zhang buys an oil kit at D's storefront, 29,800: points of three issuers and cash")
	before, err := s.owes(ctx)
	if err != nil {
		return err
	}
	place := []string{"order", "place", "--member", "zhang", "--item", "care/oilkit", "--take", "DP:1860", "--take",
		"FP:8400", "--take", "GP:20000",
		"--cash-reference", "pos-77-4711", "--accept", "--needs-code"}
	short, err := codeOf(s.tally(ctx, "D", nil, append(place, "--cash", "12.19")...))
	if err != nil {
		return err
	}
	s.figure("a fen too little in cash", "BAD_REQUEST", short)
	var placed struct {
		Number string   `json:"number"`
		Codes  []string `json:"codes"`
	}
	if err := s.tally(ctx, "D", &placed, append(place, "--cash", "12.20")...); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "D", "zhang")
	if err != nil {
		return err
	}
	s.figure("1,860 DP + 8,400 FP + 20,000 GP are held; left", 0, w.available("DP")+w.available("FP")+w.available("GP"))
	wrong, err := codeOf(s.tally(ctx, "S1", nil, "order", "deliver", placed.Number, "1", "--code",
		code.Code(make([]byte, code.Size)).String()))
	if err != nil {
		return err
	}
	s.figure("handed over against a wrong code", "WRONG_CODE", wrong)
	if err := s.tally(ctx, "S1", nil, "order", "deliver", placed.Number, "1", "--code", placed.Codes[0]); err != nil {
		return err
	}
	after, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("F owes D, fen", 6720, after.fen("F", "D")-before.fen("F", "D"))
	s.figure("G owes D, fen", 20000, after.fen("G", "D")-before.fen("G", "D"))
	return s.supplyOfR1(ctx)
}

// supplyOfR1 shows what D owes S1 to those who may know and to one who may not.
func (s *stage) supplyOfR1(ctx context.Context) error {
	dealer, err := s.supplies(ctx, "D")
	if err != nil {
		return err
	}
	supplier, err := s.supplies(ctx, "S1")
	if err != nil {
		return err
	}
	bank, err := s.supplies(ctx, "F")
	if err != nil {
		return err
	}
	s.figure("D owes S1 for supply, fen, as D sees it", "26,800", dealer.supply("D", "S1"))
	s.figure("as S1 sees it", "26,800", supplier.supply("D", "S1"))
	s.figure("as F sees it", "hidden", bank.supply("D", "S1"))
	s.figure("S1 owes G its fee of 1 %, fen", 268, supplier.fee("S1", "G"))
	s.figure("D's margin, fen", 3000, 29800-26800)
	return nil
}

func step10(ctx context.Context, s *stage) error {
	s.chapter("10",
		"R3: Wang buys 2 wipers at G's storefront; step 12: the order is sent 5 times, the client is killed midway")
	a, err := s.authorised(ctx, "D", "wang", "G", "DP:1800")
	if err != nil {
		return err
	}
	before, err := s.owes(ctx)
	if err != nil {
		return err
	}
	placed, err := s.fiveTimes(ctx, "order", "place", "--member", "wang", "--item", "parts/wiper:2", "--take",
		"DP:1800", "--accept",
		"--request", "wipers-1", "--authorisation", a.Number, "--code", a.Code)
	if err != nil {
		return err
	}
	if err := s.tally(ctx, "S2", nil, "order", "ship", placed, "1", "--carrier", "SF", "--waybill",
		"SF1234567890"); err != nil {
		return err
	}
	waybill := filepath.Join(s.scratch, "waybill.txt")
	if err := os.WriteFile(waybill, []byte("签收单 proof of delivery\n"), 0o600); err != nil {
		return err
	}
	if err := s.tally(ctx, "S2", nil, "order", "deliver", placed, "1", "--evidence", waybill); err != nil {
		return err
	}
	after, err := s.owes(ctx)
	if err != nil {
		return err
	}
	supply, err := s.supplies(ctx, "S2")
	if err != nil {
		return err
	}
	s.figure("D owes G, fen", 1800, after.fen("D", "G")-before.fen("D", "G"))
	s.figure("G owes S2 for supply, fen", "1,560", supply.supply("G", "S2"))
	s.figure("S2 owes G its fee, fen", 16, supply.fee("S2", "G"))
	return step11(ctx, s, placed)
}

// fiveTimes sends a command under one request id: the first client is killed once
// the ledger knows the request, four more answer.
func (s *stage) fiveTimes(ctx context.Context, args ...string) (number string, err error) {
	first := s.command(ctx, "G", args...)
	if err := first.Start(); err != nil {
		return "", err
	}
	seen := s.awaitRequest(ctx, "G", "wipers-1")
	late := first.Process.Kill()
	killed := first.Wait() // nil if it ended by itself before it could be killed
	if seen != nil {
		return "", seen
	}
	if late != nil || killed == nil {
		s.note("the first client's order was on the ledger, and it had ended, before it could be killed")
	} else {
		s.note("the first client was killed once its order was on the ledger: %v", killed)
	}
	same := map[string]bool{}
	for range 4 {
		var r receipt
		if err := s.tally(ctx, "G", &r, args...); err != nil {
			return "", err
		}
		same[r.Number], number = true, r.Number
	}
	s.figure("different receipts of the four that answered", 1, len(same))
	w, err := s.wallet(ctx, "D", "wang")
	if err != nil {
		return "", err
	}
	s.figure("one effect: 500 + 1,300 DP, so Wang has left", 700, w.available("DP"))
	stock, err := s.stock(ctx, "G", "parts", "wiper")
	if err != nil {
		return "", err
	}
	s.figure("of 3 wipers free", 1, stock)
	return number, nil
}

// stock is what a seller has free of a good.
func (s *stage) stock(ctx context.Context, seller, supplier, sku string) (int64, error) {
	var found struct {
		Rows []struct {
			Free int64 `json:"free"`
		} `json:"rows"`
	}
	if err := s.tally(ctx, seller, &found, "good", "stock", "--seller", seller, "--supplier", supplier, "--sku",
		sku); err != nil {
		return 0, err
	}
	if len(found.Rows) != 1 {
		return 0, fmt.Errorf("%d rows of stock of %s/%s at %s", len(found.Rows), supplier, sku, seller)
	}
	return found.Rows[0].Free, nil
}

func step11(ctx context.Context, s *stage, order string) error {
	s.chapter("11", "Wang returns one")
	before, err := s.owes(ctx)
	if err != nil {
		return err
	}
	var back receipt
	if err := s.tally(ctx, "D", &back, "order", "return", "request", order, "1", "1", "--quantity", "1", "--reason",
		"wrong_size"); err != nil {
		return err
	}
	if err := s.tally(ctx, "S2", nil, "order", "return", "receive", back.Number, "--restock"); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "order", "return", "refund", back.Number); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "D", "wang")
	if err != nil {
		return err
	}
	s.figure("900 DP go back to the lot they came from", "1,600 DP until 2027-05-31", w.find("DP", "2027-05-31"))
	s.figure("the lot that expires first stays spent", "none", w.find("DP", "2026-11-30"))
	after, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("G owes D, fen", 900, after.fen("G", "D")-before.fen("G", "D"))
	supply, err := s.supplies(ctx, "S2")
	if err != nil {
		return err
	}
	s.figure("S2 owes G for supply, fen", 780, supply.supply("S2", "G"))
	s.figure("G owes S2 the fee on it, fen", 8, supply.fee("G", "S2"))
	return nil
}

func step13(ctx context.Context, s *stage) error {
	s.chapter("13", "An order is never accepted: it times out, stock and points return")
	before, err := s.wallet(ctx, "D", "wang")
	if err != nil {
		return err
	}
	free, err := s.stock(ctx, "G", "parts", "wiper")
	if err != nil {
		return err
	}
	a, err := s.authorised(ctx, "D", "wang", "G", "DP:900")
	if err != nil {
		return err
	}
	const short = 4 * time.Second
	var order receipt
	if err := s.tally(ctx, "G", &order, "order", "place", "--member", "wang", "--item", "parts/wiper", "--take",
		"DP:900", "--for", short.String(),
		"--authorisation", a.Number, "--code", a.Code); err != nil {
		return err
	}
	deadline := time.Now().Add(short)
	held, err := s.stock(ctx, "G", "parts", "wiper")
	if err != nil {
		return err
	}
	s.figure("reserved", 1, free-held)
	early, err := codeOf(s.tally(ctx, "F", nil, "order", "timeout", order.Number))
	if err != nil {
		return err
	}
	s.figure("ended before its time", "WRONG_STATE", early)
	select {
	case <-time.After(time.Until(deadline) + time.Second): // the deadline is the condition
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := s.tally(ctx, "F", nil, "order", "timeout", order.Number); err != nil {
		return err
	}
	w, err := s.wallet(ctx, "D", "wang")
	if err != nil {
		return err
	}
	s.figure("DP after anybody's time-out", before.available("DP"), w.available("DP"))
	back, err := s.stock(ctx, "G", "parts", "wiper")
	if err != nil {
		return err
	}
	s.figure("wipers free again", free, back)
	return nil
}
