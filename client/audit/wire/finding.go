package wire

import (
	"fmt"
	"strings"
)

// Layer is one of the things that the auditor verifies, each on its own.
type Layer int

// Layers, from the bytes up.
const (
	Framing Layer = iota + 1
	Orderers
	Configuration
	Creators
	Endorsements
	Versions
	Rules
	Lanes
	Invariants
	Outside
)

// Meaning says of a layer what it proves.
type Meaning struct {
	Layer     Layer  `json:"layer"`
	Name      string `json:"name"`
	Zh        string `json:"zh"`
	En        string `json:"en"`
	Proves    string `json:"proves"`
	ProvesZh  string `json:"proves_zh"`
	DoesNot   string `json:"does_not"`
	DoesNotZh string `json:"does_not_zh"`
}

// Layers lists all layers, in the order in which they are verified.
var Layers = []Meaning{
	{Layer: Framing, Name: "framing", Zh: "区块格式与哈希链", En: "framing and header chain",
		Proves:    "every block is whole, holds the transactions that its header names, and follows on the one before",
		ProvesZh:  "每个区块均可完整读取，其交易与区块头一致，且与上一区块相连",
		DoesNot:   "who made the blocks",
		DoesNotZh: "区块由谁产生"},
	{Layer: Orderers, Name: "orderers", Zh: "排序节点签名", En: "orderers' signatures",
		Proves:    "a quorum of the consenters of that height signed each block",
		ProvesZh:  "每个区块均有当时共识节点的法定数量签名",
		DoesNot:   "that a quorum doesn't collude, nor anything of the peer's own metadata",
		DoesNotZh: "法定数量的节点没有串通；节点自行写入的元数据"},
	{Layer: Configuration, Name: "configuration", Zh: "配置变更", En: "changes of the configuration",
		Proves:    "each change of the channel was signed by those whom its policy asked for",
		ProvesZh:  "每次通道配置变更均由其策略要求的各方签署",
		DoesNot:   "that block 0 is the right one: compare its hash with another party's",
		DoesNotZh: "创世区块是否正确：请与其他参与方核对其哈希"},
	{Layer: Creators, Name: "creators", Zh: "交易发起人", En: "who sent each transaction",
		Proves:    "each transaction was signed with a certificate of its organisation, not revoked at that height",
		ProvesZh:  "每笔交易均由其组织签发且当时未吊销的证书签名",
		DoesNot:   "who held the key",
		DoesNotZh: "密钥由何人持有"},
	{Layer: Endorsements, Name: "endorsements", Zh: "背书策略", En: "endorsement policies",
		Proves:    "as many peers signed each valid transaction as its chaincodes' policies ask for",
		ProvesZh:  "每笔有效交易的背书签名满足相关链码的策略",
		DoesNot:   "that the endorsers ran the rules: the layer rules does",
		DoesNotZh: "背书节点是否执行了规则：由“规则重放”层证明"},
	{Layer: Versions, Name: "versions", Zh: "版本与校验标记", En: "versions, flags, commit hash",
		Proves:    "what each transaction read was current, and the peer's flags and commit hash are those that follow",
		ProvesZh:  "每笔交易读取的均为最新版本，且节点的校验标记与提交哈希由此推出",
		DoesNot:   "that what was written is right",
		DoesNotZh: "写入的内容是否正确"},
	{Layer: Rules, Name: "rules", Zh: "规则重放", En: "the rules, run again",
		Proves:    "each command, run again over the state before it, gives every write, the answer and the event",
		ProvesZh:  "每条命令在其之前的状态上重新执行，得到完全相同的写入、应答与事件",
		DoesNot:   "commands with private input, of which blocks hold the hash only: they are counted",
		DoesNotZh: "含私密输入（区块中仅有其哈希）的命令：单独计数"},
	{Layer: Lanes, Name: "lanes", Zh: "通道序号与封存", En: "lanes and sealed batches",
		Proves:    "each transaction that writes rows moves one head of its party's by one, and the head seals its batch",
		ProvesZh:  "每笔写入记录的交易只将其参与方的一个通道序号前移一位，并封存该批命令",
		DoesNot:   "that the batch's commands were allowed: the layer rules does",
		DoesNotZh: "批中的命令是否被允许：由“规则重放”层证明"},
	{Layer: Invariants, Name: "invariants", Zh: "恒等关系", En: "invariants",
		Proves:    "points, positions, stock and caps add up",
		ProvesZh:  "积分、头寸、库存与限额相互勾稽",
		DoesNot:   "sums that are hidden in commitments, beyond their own equations",
		DoesNotZh: "承诺中隐藏的金额（仅验证其等式）"},
	{Layer: Outside, Name: "outside", Zh: "链外数据", En: "what was said outside",
		Proves:    "an index, a statement, a journal, a proof says what the ledger says",
		ProvesZh:  "索引、对账单、分录、证明与账本一致",
		DoesNot:   "what wasn't given to it",
		DoesNotZh: "未提供的资料"},
}

// Of is what a layer proves.
func (l Layer) Of() Meaning {
	if l < Framing || l > Outside {
		return Meaning{Layer: l, Name: fmt.Sprintf("layer %d", int(l))}
	}
	return Layers[l-1]
}

// String is the layer's name.
func (l Layer) String() string { return l.Of().Name }

// MarshalText is the layer's name.
func (l Layer) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Finding is a difference between what there is and what there should be.
type Finding struct {
	Layer    Layer    `json:"layer"`
	Block    uint64   `json:"block"`
	Tx       int      `json:"tx"`                // in its block, from 0; NoTx if it is of the block
	TxID     string   `json:"tx_id,omitempty"`   // of the transaction
	Party    string   `json:"party,omitempty"`   // that sent it
	File     string   `json:"file,omitempty"`    // that the block is in
	Offset   int64    `json:"offset,omitempty"`  // of the block in the file
	Space    string   `json:"space,omitempty"`   // namespace, with $collection behind it if it is private
	Key      string   `json:"key,omitempty"`     // in hexadecimal if it is a hash
	Expected string   `json:"expected"`          // for people
	Found    string   `json:"found"`             // for people
	Why      string   `json:"why"`               // in plain words, with what to do if anything
	Signers  []string `json:"signers,omitempty"` // parties whose keys signed what was found, sorted
}

// NoTx is the place of a finding that is of a block and of none of its transactions.
const NoTx = -1

// Finding begins a finding that is of the block.
func (b *Block) Finding(layer Layer, why string) Finding {
	return Finding{Layer: layer, Block: b.Number, Tx: NoTx, File: b.File, Offset: b.Offset, Why: why}
}

// FindingIn begins a finding that is of a transaction of the block.
func (b *Block) FindingIn(layer Layer, tx *Tx, why string) Finding {
	f := b.Finding(layer, why)
	f.Tx, f.TxID, f.Party, f.Signers = tx.Index, tx.ID, tx.Creator.MSP, tx.Endorsers()
	return f
}

// String is the finding for people, on one line.
func (f Finding) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s: block %d", f.Layer, f.Block)
	if f.Tx != NoTx {
		fmt.Fprintf(&s, ", transaction %d (%s of %s)", f.Tx, f.TxID, f.Party)
	}
	if f.Key != "" {
		fmt.Fprintf(&s, ", %s %q", f.Space, f.Key)
	}
	fmt.Fprintf(&s, ": %s", f.Why)
	if f.Expected != "" || f.Found != "" {
		fmt.Fprintf(&s, ": found %s, expected %s", f.Found, f.Expected)
	}
	if len(f.Signers) > 0 {
		fmt.Fprintf(&s, "; signed by %s", strings.Join(f.Signers, ", "))
	}
	if f.File != "" {
		fmt.Fprintf(&s, " [%s at %d]", f.File, f.Offset)
	}
	return s.String()
}
