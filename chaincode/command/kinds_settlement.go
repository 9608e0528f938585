package command

import (
	"tallystick/chaincode/party"
	"tallystick/chaincode/settlement"
)

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
	specOf[settlement.CutOffRequest](CutOff, "cycle:CutOff", byOperator, "Cycle cut off", "周期截止").reaching(Sums),
	specOf[settlement.ComputeRequest](Compute, "cycle:Compute", toFinish, "Cycle computed", "周期计算").reaching(Closes),
	specOf[settlement.FinaliseRequest](Finalise, "cycle:Finalise", toFinish, "Cycle finalised", "周期确定").
		reaching(Closes),
	specOf[settlement.SetPolicyRequest](SetPolicy, "cycle:SetPolicy", byOperator, "Policy proposed", "提出结算政策"),
	specOf[settlement.AcceptPolicyRequest](AcceptPolicy, "cycle:AcceptPolicy", toFinish, "Policy accepted", "接受结算政策"),
	specOf[settlement.ConfirmDateRequest](ConfirmDate, "cycle:Confirm", byBusiness, "Cycle confirmed", "周期确认"),
	specOf[settlement.OpenRequest](OpenHidden, "statement:Open", toFinish, "Hidden supply opened", "披露供货款"),
	specOf[settlement.SignRequest](SignStatement, "statement:Sign", toFinish, "Statement signed", "签署账单"),
	specOf[settlement.CarryRequest](CarryStatement, "statement:Carry", toFinish, "Pair carried over", "双方结转").
		reaching(Sums),
	specOf[settlement.ClaimRequest](ClaimStatement, "statement:Claim", toFinish, "Sums claimed", "主张账款"),
	specOf[settlement.DepositRequest](Deposit, "payment:Deposit", byBusiness, "Money deposited", "保证金存入"),
	specOf[settlement.CarryPaymentRequest](CarryPayment, "payment:Carry", toFinish, "Payment carried over", "付款结转"),
	specOf[settlement.LapseRequest](LapseDispute, "dispute:Lapse", toFinish, "Dispute lapsed", "争议失效"),
	specOf[settlement.InstructRequest](Instruct, "payment:Instruct", toFinish, "Bank instructed", "付款指令"),
	specOf[settlement.AdviseRequest](Advise, "payment:Advise", toFinish, "Receipt advised", "到账通知"),
	specOf[settlement.TakeBackRequest](TakeBack, "payment:TakeBack", toFinish, "Receipt taken back", "到账撤回"),
	specOf[settlement.BounceRequest](Bounce, "payment:Bounce", toFinish, "Payment bounced", "付款退回"),
	specOf[settlement.PrefundRequest](Prefund, "payment:Prefund", byBusiness, "Debt prefunded", "预存款"),
	specOf[settlement.ProposeRequest](ProposeModel, "model:Propose", byBusiness, "Model proposed", "提出结算模型"),
	specOf[settlement.AgreeRequest](AgreeModel, "model:Agree", byBusiness, "Model agreed", "确认结算模型"),
	specOf[settlement.LeaveRequest](LeaveModel, "model:Leave", toFinish, "Model left", "退出结算模型"),
	specOf[settlement.RaiseRequest](RaiseDispute, "dispute:Raise", toFinish, "Dispute raised", "提出争议"),
	specOf[settlement.AnswerRequest](AnswerDispute, "dispute:Answer", toFinish, "Dispute answered", "答复争议"),
	specOf[settlement.AcceptRequest](AcceptDispute, "dispute:Accept", toFinish, "Dispute accepted", "接受争议"),
	specOf[settlement.RejectRequest](RejectDispute, "dispute:Reject", toFinish, "Dispute rejected", "驳回争议"),
	specOf[settlement.SplitRequest](SplitDispute, "dispute:Split", toFinish, "Split proposed", "提出分担"),
	specOf[settlement.AgreeSplitRequest](AgreeSplit, "dispute:Agree", toFinish, "Split agreed", "同意分担"),
	specOf[settlement.EscalateRequest](EscalateDispute, "dispute:Escalate", toFinish, "Dispute escalated", "争议升级"),
	specOf[settlement.RuleRequest](RuleDispute, "dispute:Rule", now(party.Operator|party.Auditor),
		"Dispute ruled", "争议裁决"),
	specOf[settlement.WithdrawRequest](WithdrawDispute, "dispute:Withdraw", toFinish, "Dispute withdrawn", "撤回争议"),
}
