package fault

// Meaning is one row of the table of refusals.
type Meaning struct {
	Code  Code   `json:"code"`
	HTTP  int    `json:"http"`  // status of the REST answer
	Exit  int    `json:"exit"`  // exit code of the command line
	Retry bool   `json:"retry"` // the same request can succeed later, without being changed
	En    string `json:"en"`    // what happened and what to do
	Zh    string `json:"zh"`
}

// Table lists every code once, in the order in which a command is checked where
// no command says otherwise.
var Table = []Meaning{
	{BadRequest, 400, 2, false, "the request is malformed; correct it", "请求格式有误，请改正"},
	{TimeWindow, 400, 10, true,
		"the transaction's clock is more than 60 s behind or 10 s ahead of the endorser's; set the clock",
		"交易时间超出允许范围，请校准时钟"},
	{Forbidden, 403, 3, false, "the caller may not do this; ask a party with the role", "无权执行，请由有此角色的参与方办理"},
	{LaneMoved, 409, 10, true, "the lane has moved on; the gateway tries again by itself", "通道序号已前进，网关会自动重试"},
	{SourceMoved, 409, 10, true, "the numbered source has moved on; read its cursor and go on from there",
		"编号来源已前进，请从当前游标继续"},
	{Conflict, 409, 4, false, "the request id stands for something else already, or the name is taken; choose another",
		"请求编号已用于其他请求，或名称已被占用"},
	{NeedsPerson, 409, 4, true,
		"something is left that no program can decide; look at what is shown, and say how it is", "有事项须人工核对并确认"},
	{NotFound, 404, 5, false, "what the request names does not exist", "所指对象不存在"},
	{WrongState, 409, 6, false, "the state does not allow this verb", "当前状态不允许此操作"},
	{Unauthorised, 403, 3, true, "the member hasn't authorised this; ask the member's home for an authorisation",
		"会员未授权，请先取得积分认证"},
	{WrongCode, 403, 3, true, "the one-time code is wrong; read it again", "一次性码不正确，请重新输入"},
	{Ineligible, 403, 3, true, "it isn't meant for this member or purchase: a tier, label, good or outlet is missing",
		"会员等级、标签、商品或门店不符合条件"},
	{PriceChanged, 409, 6, false, "what the order was quoted has changed; ask for a new quote", "报价已变化，请重新询价"},
	{Frozen, 409, 6, true, "the wallet is frozen; the party that froze it can lift it", "钱包已被风控冻结，请联系冻结方"},
	{Expired, 409, 6, false, "the deadline or expiry has passed", "已过期"},
	{WrongOrder, 409, 6, true,
		"lots must be taken earliest expiry first and drained in turn, campaigns in their stacking order; choose them again",
		"批次须按最早到期优先取用，活动须按叠加顺序列出，请重新选择"},
	{Insufficient, 409, 7, true, "there are fewer points than asked for", "积分不足"},
	{Limit, 409, 7, false, "an amount or count is above its limit", "超出限额"},
	{DailyCap, 409, 7, true, "the member's limit for the day is reached; try again tomorrow", "已达会员当日限额"},
	{Quota, 409, 7, true, "the quota is used up; its owner can raise it", "配额已用完"},
	{LiabilityCap, 409, 7, true, "the issuer may not owe members more; redeem, or ask the operator for a higher cap",
		"已达发行方负债上限"},
	{NetDebitCap, 409, 7, true, "a party may not owe more in this cycle; settle, or ask the operator for a higher cap",
		"已达净借记限额"},
	{OutOfStock, 409, 7, true, "there is less in stock than asked for", "库存不足"},
	{Linked, 409, 8, true, "a command linked with this one was refused, so neither took effect", "关联命令被拒，整组未生效"},
	{UnknownOutcome, 504, 11, true,
		"it is not known yet whether the transaction took effect; ask again with the same request id",
		"结果未知，请用同一请求编号查询"},
	{Overloaded, 429, 12, true, "too many requests are waiting; try again shortly", "请求过多，请稍后再试"},
	{Unavailable, 503, 12, true, "no peer or orderer answers; check the network", "网络不可用，请检查节点"},
	{Rejected, 422, 9, true,
		"lines were rejected or refused; see the list, mend them, and import again or with --retry-refused",
		"有数据行未被接受，请按清单修正后重新导入"},
	{Differs, 422, 13, false,
		"what was audited isn't what the rules give; see the findings, and take them up with those who signed it",
		"审计发现差异，请查看清单并与签名方核实"},
	{Stopped, 503, 130, true, "it was stopped; run it again, and it goes on where it stood", "已中止，重新运行即从中断处继续"},
	{Machine, 507, 14, true,
		"this machine can't: its disk, memory, or a file of the node; mend what the text says, and ask again with the same request id",
		"本机故障（磁盘、内存或节点文件），请按提示处理后重试"},
	{Internal, 500, 1, false, "a fault of the software; report it with the text", "软件内部错误，请报告"},
}

// Passing says whether a refusal isn't about the request: the next one would meet it,
// too, and the same one may not, later.
func (c Code) Passing() bool {
	switch c {
	case UnknownOutcome, Unavailable, Overloaded, Internal, Machine, TimeWindow, Stopped:
		return true
	}
	return false
}

// Of returns the table's row of a code; an unknown code reads as Internal.
func Of(code Code) Meaning {
	for _, m := range Table {
		if m.Code == code {
			return m
		}
	}
	return Of(Internal)
}
