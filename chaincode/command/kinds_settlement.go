package command

import "tallystick/chaincode/settlement"

// The kinds of clearing and settlement, 160–189. Advancing the date is a party's, 2.
const (
	CutOff          Kind = 160
	Compute         Kind = 161
	OpenHidden      Kind = 162
	SignStatement   Kind = 163
	CarryStatement  Kind = 164
	Finalise        Kind = 165
	Instruct        Kind = 166
	Advise          Kind = 167
	Bounce          Kind = 168
	Prefund         Kind = 169
	ProposeModel    Kind = 170
	AgreeModel      Kind = 171
	LeaveModel      Kind = 172
	SetPolicy       Kind = 173
	AcceptPolicy    Kind = 174
	RaiseDispute    Kind = 175
	AnswerDispute   Kind = 176
	AcceptDispute   Kind = 177
	RejectDispute   Kind = 178
	SplitDispute    Kind = 179
	AgreeSplit      Kind = 180
	EscalateDispute Kind = 181
	RuleDispute     Kind = 182
	WithdrawDispute Kind = 183
	ConfirmDate     Kind = 184
	ClaimStatement  Kind = 185
	Deposit         Kind = 186
	CarryPayment    Kind = 187
	LapseDispute    Kind = 188
	TakeBack        Kind = 189
)

var settlementSpecs = []spec{
	specOf[settlement.CutOffRequest](CutOff, "cycle:CutOff"),
	specOf[settlement.ComputeRequest](Compute, "cycle:Compute"),
	specOf[settlement.FinaliseRequest](Finalise, "cycle:Finalise"),
	specOf[settlement.SetPolicyRequest](SetPolicy, "cycle:SetPolicy"),
	specOf[settlement.AcceptPolicyRequest](AcceptPolicy, "cycle:AcceptPolicy"),
	specOf[settlement.ConfirmDateRequest](ConfirmDate, "cycle:Confirm"),
	specOf[settlement.OpenRequest](OpenHidden, "statement:Open"),
	specOf[settlement.SignRequest](SignStatement, "statement:Sign"),
	specOf[settlement.CarryRequest](CarryStatement, "statement:Carry"),
	specOf[settlement.ClaimRequest](ClaimStatement, "statement:Claim"),
	specOf[settlement.DepositRequest](Deposit, "payment:Deposit"),
	specOf[settlement.CarryPaymentRequest](CarryPayment, "payment:Carry"),
	specOf[settlement.LapseRequest](LapseDispute, "dispute:Lapse"),
	specOf[settlement.InstructRequest](Instruct, "payment:Instruct"),
	specOf[settlement.AdviseRequest](Advise, "payment:Advise"),
	specOf[settlement.TakeBackRequest](TakeBack, "payment:TakeBack"),
	specOf[settlement.BounceRequest](Bounce, "payment:Bounce"),
	specOf[settlement.PrefundRequest](Prefund, "payment:Prefund"),
	specOf[settlement.ProposeRequest](ProposeModel, "model:Propose"),
	specOf[settlement.AgreeRequest](AgreeModel, "model:Agree"),
	specOf[settlement.LeaveRequest](LeaveModel, "model:Leave"),
	specOf[settlement.RaiseRequest](RaiseDispute, "dispute:Raise"),
	specOf[settlement.AnswerRequest](AnswerDispute, "dispute:Answer"),
	specOf[settlement.AcceptRequest](AcceptDispute, "dispute:Accept"),
	specOf[settlement.RejectRequest](RejectDispute, "dispute:Reject"),
	specOf[settlement.SplitRequest](SplitDispute, "dispute:Split"),
	specOf[settlement.AgreeSplitRequest](AgreeSplit, "dispute:Agree"),
	specOf[settlement.EscalateRequest](EscalateDispute, "dispute:Escalate"),
	specOf[settlement.RuleRequest](RuleDispute, "dispute:Rule"),
	specOf[settlement.WithdrawRequest](WithdrawDispute, "dispute:Withdraw"),
}
