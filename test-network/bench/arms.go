package main

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// load keeps the network busy until stop is closed, then lets everything under
// way end, and returns. It tells the meter of every command that took effect.
type load func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error

// arm is one way to use the ledger.
type arm struct {
	Key   string
	Title string
	Ours  bool
	load  load
	// named says that the arm runs only when it is asked for by name: it can stop the
	// orderers, and with them the arms behind it.
	named bool
}

// The arms' keys.
const (
	armOne      = "a"
	armFresh    = "b"
	armRewrite  = "c"
	armAccounts = "d-1000"
	armMerchant = "d-merchant"
	armIssue8   = "e-8"
	armIssue16  = "e-16"
	armSpread   = "f-spread"
	armOneShop  = "f-one"
	armTransfer = "g"
	armLone     = "h-1"
	arm64       = "h-64"
	arm2000     = "h-2000"
	arm256      = "p-256"
	armHTTP     = "p-http"
	armBatches  = "p-batch"
	armVisit    = "i"
	armConvert  = "k"
	armWriteOff = "l"
	armShops    = "m-spread"
	armOneGood  = "m-one"
	armImport   = "n"
	armAttack   = "o-attack"
	armFreezes  = "o-freezes"
	armModels   = "o-models"
	armJunk     = "o-junk"
	armSmall    = "o-junk-small"
)

// arms lists all of them. A batch is the most commands of one transaction.
func arms(batch int) []arm {
	return []arm{
		{armOne, "control: one fresh key a transaction", false, one, false},
		{armFresh, "control: 1,000 fresh 64-byte keys a transaction", false, fresh, false},
		{armRewrite, "control: 500 keys read and rewritten a transaction", false, rewrite, false},
		{armAccounts, "control: account balances, 1,000 accounts", false, pay(false), false},
		{armMerchant, "control: account balances, everyone pays one", false, pay(true), false},
		{armIssue8, "issue in batches, 8 lanes", true, issue(8, batch), false},
		{armIssue16, "issue in batches, 16 lanes", true, issue(lanesAll, batch), false},
		{armSpread, "hold + capture, 4 acceptors of 4 lanes", true,
			redeem(atHomeThere, acceptors, lanesAll/len(acceptors), batch), false},
		{armOneShop, "hold + capture, everyone at one of 16 lanes", true,
			redeem(atHomeThere, acceptors[:1], lanesAll, batch), false},
		{armTransfer, "transfers among 1,000 members", true, transfer(batch), false},
		{armLone, "issue, 1 caller, a command a call", true, callers(1), false},
		{arm64, "issue, 64 callers, a command a call", true, callers(64), false},
		{arm2000, "issue, 2,000 callers, a command a call", true, callers(2000), false},
		{arm256, "issue, 256 callers, a command a call", true, callers(256), false},
		{armHTTP, "issue, 256 clients of the node over HTTPS, a command a request", true, overHTTP(256), false},
		{armBatches, "issue, 16 clients of the node over HTTPS, 500 commands a request", true,
			batchesOverHTTP(lanesAll, batch), false},
		{armVisit, "authorised hold + capture of 3 programmes, 4 acceptors of 4 lanes", true,
			redeem(visiting, acceptors, lanesAll/len(acceptors), batch), false},
		{armConvert, "conversions, members at home with the issuer, 16 lanes", true, convert("GP", batch), false},
		{armWriteOff, "write-offs by code, 4 providers of 4 lanes", true, writeOff(batch), false},
		{armShops, "orders placed + delivered of 1,000 goods, 4 sellers of 4 lanes", true,
			sell(anything, acceptors, lanesAll/len(acceptors), batch), false},
		{armOneGood, "orders placed + delivered, everyone of one good of one seller in 16 lanes", true,
			sell(theOne, acceptors[:1], lanesAll, batch), false},
		{armImport, "goods imported: set, terms, stock, listing; 12 lanes of the supplier, 4 of the seller", true,
			importGoods(batch), false},
		{armAttack, "h-64, beside an attacker's largest batches in three lanes", true,
			beside(callers(64), largestBatches), false},
		{armFreezes, "f-spread, beside a party that freezes and unfreezes its own members in three lanes", true,
			beside(redeem(atHomeThere, acceptors, lanesAll/len(acceptors), batch), freezes), false},
		{armModels, "f-spread, beside a party that agrees to a model and leaves it in three lanes", true,
			beside(redeem(atHomeThere, acceptors, lanesAll/len(acceptors), batch), models), false},
		{armJunk, "h-64, beside a member's envelopes of a megabyte that nobody endorsed, to all orderers", true,
			beside(callers(64), junk(1<<20)), true},
		{armSmall, "h-64, beside a member's envelopes of a kilobyte that nobody endorsed, to all orderers", true,
			beside(callers(64), junk(1000)), true},
	}
}

// workers runs n of them, each again and again until stop is closed.
func workers(n int, stop <-chan struct{}, work func(k int) error) error {
	var group errgroup.Group
	for k := range n {
		group.Go(func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				if err := work(k); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}
