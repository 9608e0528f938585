// Package settle has what a node does to clear and settle: cycles, models, statements, disputes, payments.
package settle

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []node.Operation {
	return []node.Operation{
		PaymentAdvise,
		CycleAdvance, CycleConfirm, CycleCutOff, CycleCompute, CycleClose, CycleFinalise, CycleFinaliseCarry,
		CyclePolicy, CyclePolicySet, CycleAccept, CycleShow, CycleList,
		DisputeAccept, DisputeAgree, DisputeAnswer, DisputeEscalate, DisputeLapse, DisputeRaise, DisputeReject,
		DisputeRule, DisputeSplit, DisputeWithdraw, DisputeList, DisputeShow,
		PaymentInstructFile,
		ModelPropose, ModelAgree, ModelLeave, ModelList, ModelShow, ModelSelect, ModelView, ModelViewOwner,
		QueryOwes,
		PaymentBounce, PaymentCarry, PaymentDeposit, PaymentPrefund, PaymentInstruct, PaymentReceive,
		PaymentTakeBack, PaymentList, PaymentShow,
		StatementClaim, StatementList, StatementShow, StatementCheck, StatementSign,
		StatementExport, StatementDiff, StatementVerify,
		StatementOpen,
	}
}
