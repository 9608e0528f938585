package members

import (
	"context"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations that ask what a member has, and what it is worth (钱包).
var (
	PointsWallet = node.Does(node.Describe("points.wallet", "GET", "/v1/members/{member}/wallet", node.See,
		"Show what a member has, earliest expiry first, what is held, and who has frozen it", "钱包",
		`{"member":"zhang"}`), wallet)
	PointsFreezes = node.Does(node.Describe("points.freezes", "GET", "/v1/freezes", node.See,
		"List who has frozen whose wallet, and the appeals", "冻结与申诉", `{"member":"zhang"}`), freezes)
	PointsLiability = node.Does(node.Describe("points.liability", "GET", "/v1/lots/{lot}/liability", node.Read,
		"What a lot that came with a sale is worth in the books", "合同负债, IFRS 15 / CAS 14",
		`{"lot":"G.0.3.0.0","sale":16800000,"share":"0.85"}`), liability)
)

// WalletRequest asks for a member's wallet.
type WalletRequest struct {
	Member string `json:"member"`
}

// Wallet is what a member has, and who has frozen it.
type Wallet struct {
	index.Wallet
	Freezes []index.Freeze `json:"freezes"`
}

func wallet(ctx context.Context, n *node.Node, _ *node.Call, req WalletRequest) (Wallet, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (w Wallet, err error) {
		if err := node.MemberThere(r, req.Member); err != nil {
			return w, err
		}
		if w.Wallet, err = r.Wallet(req.Member); err != nil {
			return w, err
		}
		w.Freezes, err = r.Freezes(req.Member)
		return w, err
	})
}

// FreezesRequest narrows the list.
type FreezesRequest struct {
	Member string `json:"member,omitempty"`
}

func freezes(ctx context.Context, n *node.Node, _ *node.Call, req FreezesRequest) (node.List[index.Freeze], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (list node.List[index.Freeze], err error) {
		if err := (node.Narrowed{Member: req.Member}).There(r); err != nil {
			return list, err
		}
		list.Height = r.Height()
		list.Rows, err = r.Freezes(req.Member)
		return list, err
	})
}

// LiabilityRequest asks for the contract liability of a lot. The sale's price stays in the node: nothing of it goes to
// the ledger.
type LiabilityRequest struct {
	Lot   number.Row      `json:"lot"`
	Sale  amount.Units    `json:"sale"`  // fen, of what the lot came with
	Share decimal.Decimal `json:"share"` // of the points that is expected to be redeemed, 0 to 1
}

// Check refuses a price that is none, and a share that isn't between 0 and 1.
func (r LiabilityRequest) Check() error {
	if e := r.Share.Exponent(); e > 0 || e < -40 { // to compare with it could mean to write out its digits
		return fault.New(fault.BadRequest, "share: want a number between 0 and 1")
	}
	_, err := points.ContractLiability(r.Sale, 0, amount.Rate{Num: 1, Den: 1}, r.Share)
	return err
}

// Liability is the part of a sale's price that is allocated to the points that came with it.
type Liability struct {
	Liability  amount.Units    `json:"liability"` // fen
	Lot        number.Row      `json:"lot"`
	Points     amount.Units    `json:"points"` // smallest units
	Price      string          `json:"price"`  // fen that a unit sells for, exact: "1" or "1/2"
	Programme  string          `json:"programme"`
	Redemption decimal.Decimal `json:"redemption"` // share that is expected to be redeemed
}

func liability(ctx context.Context, n *node.Node, _ *node.Call, req LiabilityRequest) (answer Liability, err error) {
	lots, err := n.Query().Lots(ctx, req.Lot)
	if err != nil {
		return answer, err
	}
	programme, err := n.Query().Programme(ctx, lots[0].Programme)
	if err != nil {
		return answer, err
	}
	fen, err := points.ContractLiability(req.Sale, lots[0].Issued, programme.Price, req.Share)
	return Liability{fen, req.Lot, lots[0].Issued, programme.Price.String(), programme.ID, req.Share}, err
}
