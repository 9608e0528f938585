package settle

import (
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
)

// Moves says what this package's operations move: see [node.Move].
func Moves() []node.Move {
	return []node.Move{
		node.Moving(PaymentDeposit, func(r settlement.DepositRequest) node.MovedOf {
			return node.Is(node.Moved{Fen: r.Fen})
		}, nil),
		node.Moving(PaymentPrefund, func(r settlement.PrefundRequest) node.MovedOf {
			return node.Is(node.Moved{Fen: r.Fen})
		}, nil),
		node.Moving(PaymentInstruct, func(r settlement.InstructRequest) node.MovedOf {
			return node.Is(node.Moved{Fen: r.Fen})
		}, nil),
		node.Moving(PaymentReceive, func(r ReceivePaymentRequest) node.MovedOf {
			return node.Is(node.Moved{Fen: r.Fen})
		}, nil),
		node.Moving(PaymentTakeBack, func(r TakeBackPaymentRequest) node.MovedOf {
			return node.Is(node.Moved{Fen: r.Fen})
		}, nil),
	}
}
