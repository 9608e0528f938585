package ledgersim_test

import (
	"fmt"

	"tallystick/chaincode/ledgersim"
)

func Example() {
	n := ledgersim.New(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{
		{MSP: "GroupMSP", Peer: true}, {MSP: "BankMSP", Peer: true}, {MSP: "ShopMSP"}}})
	n.Deploy("probe", ledgersim.Probe{}, ledgersim.OutOf(2, "GroupMSP", "BankMSP"))
	till := n.Identity("ShopMSP", "till-1")

	first, _ := n.Endorse(n.Propose(till, "probe", ledgersim.Args("get stock; put stock 9")...), "GroupMSP", "BankMSP")
	second, _ := n.Endorse(n.Propose(till, "probe", ledgersim.Args("get stock; put stock 8")...), "GroupMSP", "BankMSP")
	n.Submit(second)
	n.Submit(first)
	block, _ := n.Cut(0)
	for _, tx := range block.Txs {
		fmt.Println(string(tx.Args[0]), tx.Code)
	}
	n.Deliver("BankMSP", n.Height())
	fmt.Printf("bank %s, group %q\n", n.Get("BankMSP", "probe", "stock"), n.Get("GroupMSP", "probe", "stock"))
	// Output:
	// get stock; put stock 8 VALID
	// get stock; put stock 9 MVCC_READ_CONFLICT
	// bank 8, group ""
}
