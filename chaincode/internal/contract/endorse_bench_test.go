package contract

import (
	"encoding/binary"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// BenchmarkEndorse endorses a full batch at one peer, again and again, without
// committing it: what the chaincode costs, by kind of command. B/command is what
// the batch and its read and write sets take.
//
//	go test ./chaincode/internal/contract -bench Endorse -run '^$'
func BenchmarkEndorse(b *testing.B) {
	w := founded(b, 2)
	for _, arm := range benchArms(b, w) {
		p := arm.proposal(w)
		b.Run(arm.name, func(b *testing.B) {
			size := 0
			b.ReportAllocs()
			for b.Loop() {
				e, err := w.net.EndorseAt(p, "G")
				if err != nil {
					b.Fatal(err)
				}
				size = proto.Size(e.RWSet().Proto())
			}
			for _, arg := range p.Args {
				size += len(arg)
			}
			b.ReportMetric(float64(size)/command.MaxCommands, "B/command")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/command.MaxCommands/1000, "µs/command")
		})
	}
}

// benchArm is a full batch of commands of one kind by D.
type benchArm struct {
	name    string
	request func(i int) command.Request
}

func (a benchArm) proposal(w *world) *ledgersim.Proposal {
	batch := command.Batch{Lane: 1, Seq: w.heads["D"] + 1}
	for i := range command.MaxCommands {
		batch.Commands = append(batch.Commands, command.New("", a.request(i)))
	}
	return w.net.Propose(w.client("D"), seal.Outer, []byte("batch:Run"), codec.Encode(batch))
}

// benchArms makes what the batches need.
func benchArms(t fataler, w *world) []benchArm {
	customers := benchCustomers(t, w)
	at := func(i int) string { return customers[i%len(customers)] }
	lots := benchLots(t, w, at)
	piece := func(i int, amount amount.Units) []spend.Take { return []spend.Take{{Lot: lots[i], Amount: amount}} }
	hold := func(i int) command.Request {
		return points.HoldRequest{Member: at(i), Pieces: piece(i, 7), Deadline: worldNow().Unix() + 3600}
	}
	var requests []command.Request
	for i := range lots {
		requests = append(requests, hold(i))
	}
	holds := benchAll(t, w, requests...)
	granted, first := benchGrants(t, w, at)
	benchGoods(t, w)
	shop := openBenchShop(t, w)
	place := func(good func(i int) int) func(i int) command.Request {
		return func(i int) command.Request { return shop.order(good(i), at(i), piece(i, benchPrice)) }
	}
	each, one := place(func(i int) int { return i }), place(func(int) int { return 0 })
	requests = requests[:0]
	for i := range lots {
		requests = append(requests, each(i))
	}
	orders := benchAll(t, w, requests...)
	return []benchArm{
		{"issue", func(i int) command.Request { return benchIssue(at(i)) }},
		{"hold", hold},
		{"capture", func(i int) command.Request { return points.CaptureRequest{Hold: holds[i].Number, Amount: 7} }},
		{"transfer", func(i int) command.Request {
			return points.TransferRequest{From: at(i), To: "to-" + at(i), Pieces: piece(i, 7)}
		}},
		{"convert", func(i int) command.Request {
			return points.ConvertRequest{Member: at(i), To: "EP", Pieces: piece(i, 8)}
		}},
		{"write-off", func(i int) command.Request {
			return benefit.WriteOffRequest{Entitlement: granted[i], Code: first}
		}},
		{"set good", func(i int) command.Request { return benchGood(fmt.Sprint("new", i)) }},
		{"restock", func(i int) command.Request {
			return goods.RestockRequest{Supplier: "bench", SKU: fmt.Sprint(i), Seller: "D", Units: 10, Lanes: 1}
		}},
		{"list good", func(i int) command.Request {
			return goods.ListRequest{Supplier: "bench", SKU: fmt.Sprint(i), Scene: "retail",
				Prices: []goods.Price{{Fen: 100}}, Open: true}
		}},
		{"place", each},
		{"place-one", one},
		{"place-cash", func(i int) command.Request {
			req := shop.order(i, at(i), nil)
			req.Cash, req.Payment = benchPrice, fmt.Sprint("pos-", i)
			return req
		}},
		{"deliver", func(i int) command.Request {
			return goods.DeliverRequest{Order: orders[i].Number, Part: 1, Evidence: make(codec.Hash, 32)}
		}},
	}
}

// benchGood is a good of D's own.
func benchGood(sku string) goods.SetGoodRequest {
	return goods.SetGoodRequest{Supplier: "bench", SKU: sku, En: "Good " + sku, Zh: "商品" + sku, Category: "bench",
		Unit: "piece", Tax: "t13", Delivery: goods.Shipped, Open: true}
}

// benchGoods makes D's storefront and the goods that it sells.
func benchGoods(t fataler, w *world) {
	w.must(t, "D", goods.ApplyRequest{Supplier: "bench", En: "Bench", Zh: "测试", Licence: licence()})
	w.must(t, "G", goods.ApproveRequest{Supplier: "bench", Fee: amount.Rate{Den: 1}})
	requests := []command.Request{dealerFront(true)}
	for i := range command.MaxCommands - 1 {
		requests = append(requests, benchGood(fmt.Sprint(i)))
	}
	benchAll(t, w, requests...)
	benchAll(t, w, benchGood(fmt.Sprint(command.MaxCommands-1)))
}

func benchCustomers(t fataler, w *world) []string {
	var requests []command.Request
	var list []string
	for i := range 200 {
		list = append(list, fmt.Sprintf("m%03d", i))
		requests = append(requests, member.EnrolRequest{Member: list[i]}, member.EnrolRequest{Member: "to-" + list[i]})
	}
	for _, id := range []string{"DP", "EP"} {
		requests = append(requests, points.OpenProgrammeRequest{Programme: id, En: "Points", Zh: "积分",
			Price: amount.Rate{Num: 1, Den: 1}, Rules: movable})
	}
	requests = append(requests,
		points.PublishRateRequest{From: "DP", To: "EP", Rate: amount.Rate{Num: 1, Den: 2}, Since: day(firstDay),
			Until: day(firstDay) + 300})
	benchAll(t, w, requests...)
	return list
}

func benchAll(t fataler, w *world, requests ...command.Request) []command.Receipt {
	receipts, refusals := w.run(t, "D", requests...)
	for i, err := range refusals {
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	return receipts
}

func benchIssue(to string) command.Request {
	return points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: to, Amount: 100_000,
		Expires: day(firstDay) + 365}}}
}

func benchLots(t fataler, w *world, at func(int) string) (lots []number.Row) {
	var requests []command.Request
	for i := range command.MaxCommands {
		requests = append(requests, benchIssue(at(i)))
	}
	for _, r := range benchAll(t, w, requests...) {
		lots = append(lots, r.Number.Row(0))
	}
	return lots
}

func benchGrants(t fataler, w *world, at func(int) string) (granted []number.Row, first code.Code) {
	codes, commitment := code.Chain(make(code.Code, code.Size), 200)
	benchAll(t, w, benefit.DefineRequest{Benefit: "ride-D", En: "Ride", Zh: "接送机", Kind: benefit.Service,
		Price: 10_800, Uses: 200,
		Days: 365, Stackable: true, Scene: "ride", Fee: amount.Rate{Num: 1, Den: 100}, Code: true,
		Lapse: benefit.Refund})
	var requests []command.Request
	for range command.MaxCommands / 100 {
		req := benefit.GrantRequest{Benefit: "ride-D"}
		for i := range 100 {
			req.Grants = append(req.Grants, benefit.Grant{Member: at(i), Commitment: commitment})
		}
		requests = append(requests, req)
	}
	for _, r := range benchAll(t, w, requests...) {
		for i := range 100 {
			granted = append(granted, r.Number.Row(i))
		}
	}
	return granted, codes[0]
}

// benchPrice is what a unit of every good costs, in fen and in points.
const benchPrice = 7

// benchShop is D's storefront with goods of S1, which it has terms for.
type benchShop struct {
	lines []goods.Quoted // of one unit each
	front goods.SetStorefrontRequest
}

func openBenchShop(t fataler, w *world) benchShop {
	fee := amount.Rate{Num: 1, Den: 100}
	s := benchShop{front: goods.SetStorefrontRequest{En: "Shop", Zh: "商城",
		Tenders: []goods.Tender{{Programme: "DP", Value: amount.Rate{Num: 1, Den: 1}}}, Open: true}}
	w.must(t, "S1", goods.ApplyRequest{Supplier: "care", En: "Care", Zh: "养护", Licence: make(codec.Hash, 32)})
	w.must(t, "G", goods.ApproveRequest{Supplier: "care", Fee: fee})
	var makes, offers, lists []command.Request
	for i := range command.MaxCommands {
		salt := pedersen.Salt(binary.LittleEndian.AppendUint64(nil, uint64(i)+1))
		terms, err := pedersen.Opening{Value: pedersen.Whole(50_000),
			Salt: append(salt, make([]byte, pedersen.Size-8)...)}.Commit()
		if err != nil {
			t.Fatal(err)
		}
		line := goods.Quoted{Supplier: "care", Party: "S1", SKU: fmt.Sprintf("g%03d", i), Version: 1,
			Delivery: goods.Counter, Scene: "shop",
			Quantity: 1, Fen: benchPrice, Kind: goods.Supply + goods.TermsKind(i%2), Terms: terms, Fee: fee}
		s.lines = append(s.lines, line)
		makes = append(makes, goods.SetGoodRequest{Supplier: "care", SKU: line.SKU, En: "Oil change kit",
			Zh: "机油保养套装", Category: "care",
			Unit: "piece", Tax: "standard", Delivery: line.Delivery, Open: true})
		offers = append(offers, goods.OfferTermsRequest{Supplier: "care", SKU: line.SKU, Seller: "D",
			Kind: line.Kind, Commitment: terms})
		lists = append(lists, goods.ListRequest{Supplier: "care", SKU: line.SKU, Scene: line.Scene, Kind: line.Kind,
			Terms: terms, Prices: []goods.Price{{Fen: line.Fen}}, Open: true})
	}
	w.must(t, "S1", makes...)
	w.must(t, "S1", offers...)
	for i, l := range s.lines {
		makes[i] = goods.RestockRequest{Supplier: "care", SKU: l.SKU, Seller: "D", Units: 1_000_000, Lanes: 1}
	}
	w.must(t, "S1", makes...)
	w.must(t, "D", s.front)
	w.must(t, "D", lists...)
	return s
}

// order is a member's order of one unit.
func (s benchShop) order(good int, member string, pieces []spend.Take) goods.PlaceRequest {
	l := s.lines[good]
	quote := goods.Quote{Seller: "D", Member: member, Lines: []goods.Quoted{l}, Tenders: s.front.Tenders, Total: l.Fen,
		Service: [4]int32{0, 0, 0, 14}}
	return goods.PlaceRequest{Member: member, Lines: []goods.Wanted{{Supplier: l.Supplier, SKU: l.SKU, Quantity: 1}},
		Quote: quote.Hash(), Pieces: pieces, Accept: true}
}
