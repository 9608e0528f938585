package statement

// causes are the ledger's commands because of which somebody owes somebody, and what people
// call them. One that isn't here is called by its name.
var causes = []struct {
	name string
	word phrase
}{
	{"points:OpenProgramme", phrase{"Programme opened", "开立积分计划"}}, {"points:Issue", phrase{"Points issued", "积分发放"}},
	{"points:Activate", phrase{"Points activated", "积分激活"}}, {"points:Hold", phrase{"Points held", "积分冻结待用"}},
	{"points:Capture", phrase{"Points captured", "积分扣款"}}, {"points:Release", phrase{"Hold released", "积分释放"}},
	{"points:TimeOut", phrase{"Hold timed out", "积分待用超时"}}, {"points:Transfer", phrase{"Points transferred", "积分转赠"}},
	{"points:Freeze", phrase{"Points frozen", "积分冻结"}}, {"points:Unfreeze", phrase{"Points unfrozen", "积分解冻"}},
	{"points:SetRules", phrase{"Programme's rules set", "设定计划规则"}},
	{"points:SetRule", phrase{"Earning rule set", "设定积分规则"}},
	{"points:Pledge", phrase{"Redemption pledged", "承诺受理积分"}}, {"points:Award", phrase{"Points awarded", "消费赠分"}},
	{"points:Cancel", phrase{"Award cancelled", "撤销赠分"}}, {"points:Refund", phrase{"Redemption refunded", "兑付退回"}},
	{"points:Offer", phrase{"Trade offered", "积分挂单"}}, {"points:Take", phrase{"Trade taken", "积分成交"}},
	{"points:EndTrade", phrase{"Trade ended", "积分撤单"}}, {"points:PublishRate", phrase{"Rate published", "发布换算率"}},
	{"points:AgreeRate", phrase{"Rate agreed", "确认换算率"}},
	{"points:Convert", phrase{"Points converted by a member", "会员积分换算"}},
	{"points:Expire", phrase{"Points expired", "积分到期"}}, {"points:Revoke", phrase{"Points revoked", "积分收回"}},
	{"points:Adjust", phrase{"Points adjusted", "积分调账"}}, {"points:Appeal", phrase{"Adjustment appealed", "调账申诉"}},
	{"points:Dismiss", phrase{"Appeal dismissed", "驳回申诉"}}, {"points:Relieve", phrase{"Liability relieved", "负债免除"}},
	{"points:SetProgramme", phrase{"Programme's state set", "变更计划状态"}},
	{"benefit:Define", phrase{"Benefit defined", "设立权益"}}, {"benefit:Amend", phrase{"Benefit amended", "变更权益"}},
	{"benefit:Grant", phrase{"Benefit granted", "权益发放"}}, {"benefit:Buy", phrase{"Benefit bought", "权益购买"}},
	{"benefit:Activate", phrase{"Benefit activated", "权益激活"}}, {"benefit:Reserve", phrase{"Benefit reserved", "权益预约"}},
	{"benefit:Unreserve", phrase{"Reservation given up", "取消预约"}},
	{"benefit:WriteOff", phrase{"Benefit written off", "权益核销"}},
	{"benefit:Reverse", phrase{"Write-off reversed", "核销冲回"}}, {"benefit:Expire", phrase{"Benefit expired", "权益到期"}},
	{"benefit:Revoke", phrase{"Benefit revoked", "权益收回"}}, {"benefit:Transfer", phrase{"Benefit transferred", "权益转赠"}},
	{"benefit:NewCode", phrase{"Benefit's code renewed", "更换权益码"}},
	{"campaign:Propose", phrase{"Campaign proposed", "提出活动"}}, {"campaign:Agree", phrase{"Campaign agreed", "确认活动"}},
	{"campaign:Leave", phrase{"Campaign left", "退出活动"}}, {"campaign:End", phrase{"Campaign ended", "结束活动"}},
	{"campaign:Award", phrase{"Campaign awarded", "活动奖励"}},
	{"goods:Apply", phrase{"Supplier applied", "供应商申请"}}, {"goods:Approve", phrase{"Supplier approved", "供应商准入"}},
	{"goods:Refuse", phrase{"Supplier refused", "驳回供应商"}}, {"goods:Withdraw", phrase{"Supplier withdrawn", "供应商退出"}},
	{"goods:Set", phrase{"Good set", "商品登记"}}, {"goods:OfferTerms", phrase{"Terms offered", "供货报价"}},
	{"goods:Restock", phrase{"Stock filled up", "库存补充"}}, {"goods:WithdrawStock", phrase{"Stock taken back", "库存撤回"}},
	{"storefront:Set", phrase{"Storefront set", "设立店面"}}, {"storefront:SetOutlet", phrase{"Outlet set", "设立网点"}},
	{"storefront:List", phrase{"Good listed", "商品上架"}},
	{"member:Enrol", phrase{"Member enrolled", "会员入会"}}, {"member:Link", phrase{"Account linked", "账号关联"}},
	{"member:Unlink", phrase{"Account unlinked", "解除关联"}}, {"member:Invite", phrase{"Member invited", "邀请会员"}},
	{"member:CancelInvitation", phrase{"Invitation cancelled", "取消邀请"}},
	{"member:Merge", phrase{"Members merged", "会员合并"}},
	{"member:SetKey", phrase{"Member's key set", "设定会员密钥"}}, {"member:Consent", phrase{"Consent given", "会员同意"}},
	{"member:Share", phrase{"Data shared", "数据共享"}}, {"member:WithdrawConsent", phrase{"Consent withdrawn", "撤回同意"}},
	{"member:Erase", phrase{"Member erased", "会员注销"}}, {"member:Label", phrase{"Member labelled", "会员标签"}},
	{"member:Authorise", phrase{"Use authorised", "授权使用"}},
	{"member:RevokeAuthorisation", phrase{"Authorisation revoked", "撤销授权"}},
	{"offer:Publish", phrase{"Offer published", "发布优惠"}}, {"offer:Withdraw", phrase{"Offer withdrawn", "撤回优惠"}},
	{"order:Place", phrase{"Order placed", "下单"}}, {"order:Accept", phrase{"Order accepted", "接单"}},
	{"order:Reject", phrase{"Order rejected", "拒单"}}, {"order:Cancel", phrase{"Order cancelled", "取消订单"}},
	{"order:TimeOut", phrase{"Order timed out", "订单超时"}}, {"order:Ship", phrase{"Order shipped", "发货"}},
	{"order:Deliver", phrase{"Order delivered", "交付"}}, {"order:Complete", phrase{"Order completed", "订单完成"}},
	{"order:RequestReturn", phrase{"Return requested", "申请退货"}},
	{"order:ReceiveReturn", phrase{"Return received", "收到退货"}},
	{"order:RefuseReturn", phrase{"Return refused", "拒绝退货"}}, {"order:Refund", phrase{"Order refunded", "订单退款"}},
	{"order:TimeOutReturn", phrase{"Return timed out", "退货超时"}}, {"order:PayBack", phrase{"Cash paid back", "退还现金"}},
	{"party:Register", phrase{"Party registered", "成员登记"}}, {"party:Amend", phrase{"Party amended", "成员变更"}},
	{"party:Set", phrase{"Party's state set", "变更成员状态"}}, {"party:BeginPeer", phrase{"Peer begun", "启用节点"}},
	{"quota:Surrender", phrase{"Quota surrendered", "交还额度"}},
	{"cycle:Advance", phrase{"Business date advanced", "推进业务日期"}}, {"cycle:CutOff", phrase{"Cycle cut off", "周期截止"}},
	{"cycle:Compute", phrase{"Cycle computed", "周期计算"}}, {"cycle:Finalise", phrase{"Cycle finalised", "周期确定"}},
	{"cycle:SetPolicy", phrase{"Policy proposed", "提出结算政策"}},
	{"cycle:AcceptPolicy", phrase{"Policy accepted", "接受结算政策"}},
	{"cycle:Confirm", phrase{"Cycle confirmed", "周期确认"}},
	{"statement:Open", phrase{"Hidden supply opened", "披露供货款"}}, {"statement:Sign", phrase{"Statement signed", "签署账单"}},
	{"statement:Carry", phrase{"Pair carried over", "双方结转"}}, {"statement:Claim", phrase{"Sums claimed", "主张账款"}},
	{"payment:Deposit", phrase{"Money deposited", "保证金存入"}}, {"payment:Carry", phrase{"Payment carried over", "付款结转"}},
	{"payment:Instruct", phrase{"Bank instructed", "付款指令"}}, {"payment:Advise", phrase{"Receipt advised", "到账通知"}},
	{"payment:TakeBack", phrase{"Receipt taken back", "到账撤回"}},
	{"payment:Bounce", phrase{"Payment bounced", "付款退回"}}, {"payment:Prefund", phrase{"Debt prefunded", "预存款"}},
	{"model:Propose", phrase{"Model proposed", "提出结算模型"}}, {"model:Agree", phrase{"Model agreed", "确认结算模型"}},
	{"model:Leave", phrase{"Model left", "退出结算模型"}},
	{"dispute:Raise", phrase{"Dispute raised", "提出争议"}}, {"dispute:Answer", phrase{"Dispute answered", "答复争议"}},
	{"dispute:Accept", phrase{"Dispute accepted", "接受争议"}}, {"dispute:Reject", phrase{"Dispute rejected", "驳回争议"}},
	{"dispute:Split", phrase{"Split proposed", "提出分担"}}, {"dispute:Agree", phrase{"Split agreed", "同意分担"}},
	{"dispute:Escalate", phrase{"Dispute escalated", "争议升级"}}, {"dispute:Rule", phrase{"Dispute ruled", "争议裁决"}},
	{"dispute:Withdraw", phrase{"Dispute withdrawn", "撤回争议"}}, {"dispute:Lapse", phrase{"Dispute lapsed", "争议失效"}},
}

// scenes are those that parties often agree on, and their Chinese names. A scene is a word of the
// parties' own: one that isn't here, and any in English, is called by it.
var scenes = []struct{ id, zh string }{
	{"retail", "零售"}, {"service", "服务"}, {"care", "养护"}, {"repair", "维修"}, {"parts", "配件"}, {"sales", "销售"},
	{"travel", "出行"},
	{"parking", "停车"}, {"charging", "充电"}, {"fuel", "加油"}, {"carwash", "洗车"}, {"rental", "租赁"}, {"rescue", "救援"},
	{"insurance", "保险"},
	{"finance", "金融"}, {"dining", "餐饮"}, {"hotel", "酒店"}, {"airport", "机场"}, {"mall", "商城"}, {"online", "线上"},
	{"offline", "线下"},
	{"delivery", "配送"}, {"gift", "礼品"}, {"lapse", "到期未用"},
}

// cause is what a command is called. Words begin with capitals or are Chinese, commands never do.
func (l Language) cause(name string) string {
	for _, c := range causes {
		if c.name == name {
			return l.of(c.word)
		}
	}
	return name
}

// causeOf reads what cause writes.
func (l Language) causeOf(word string) string {
	for _, c := range causes {
		if l.of(c.word) == word {
			return c.name
		}
	}
	return word
}

// scene is what a scene is called.
func (l Language) scene(id string) string {
	for _, s := range scenes {
		if l == Chinese && s.id == id {
			return s.zh
		}
	}
	return id
}

// sceneOf reads what scene writes: an id has no Chinese letters.
func (l Language) sceneOf(word string) string {
	for _, s := range scenes {
		if l == Chinese && s.zh == word {
			return s.id
		}
	}
	return word
}
