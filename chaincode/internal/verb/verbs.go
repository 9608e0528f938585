// Package verb has what the ledger does for each kind of command: a verb loads rows, has the packages of its subject
// decide, and writes. Who may send a kind is asked before, by run; what a verb refuses in which order stands at the
// request's type.
package verb

import (
	"fmt"
	"reflect"

	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/run"
)

// call is one command that a verb does.
type call struct {
	*run.Call
	lots int // that it has made of what came back after its last day
}

// Do does a command.
func Do(c *run.Call, req command.Request) error {
	do, ok := verbs[reflect.TypeOf(req)]
	if !ok {
		return fmt.Errorf("verb: none for a %T", req)
	}
	return do(&call{Call: c}, req)
}

// verb is what the ledger does for one type of request.
type verb struct {
	request reflect.Type
	do      func(*call, command.Request) error
}

// verbs is the table of them. It never changes.
var verbs = tabulate(partyVerbs, dateVerbs, pointsVerbs, memberVerbs, benefitVerbs, campaignVerbs,
	quotaVerbs, goodsVerbs,
	orderVerbs, cycleVerbs, modelVerbs, nettingVerbs, paymentVerbs, disputeVerbs)

func tabulate(subjects ...[]verb) map[reflect.Type]func(*call, command.Request) error {
	table := map[reflect.Type]func(*call, command.Request) error{}
	for _, subject := range subjects {
		for _, v := range subject {
			table[v.request] = v.do
		}
	}
	return table
}

// does ties a type of request to its verb.
func does[R command.Request](do func(*call, R) error) verb {
	return verb{reflect.TypeFor[R](), func(c *call, req command.Request) error { return do(c, req.(R)) }}
}

// goodsVerbs are those of suppliers, goods, stock and storefronts. Who may and what
// is refused in which order stands at the request's type.
var goodsVerbs = []verb{
	does((*call).applySupplier),
	does((*call).approveSupplier),
	does((*call).refuseSupplier),
	does((*call).withdrawSupplier),
	does((*call).setGood),
	does((*call).offerTerms),
	does((*call).restock),
	does((*call).withdrawStock),
	does((*call).setStorefront),
	does((*call).setOutlet),
	does((*call).listGood),
}

// memberVerbs are those of members and of what is shown to them. Who may and
// what is refused in which order stands at the request's type.
var memberVerbs = []verb{
	does((*call).enrol),
	does((*call).link),
	does((*call).unlink),
	does((*call).invite),
	does((*call).cancelInvitation),
	does((*call).mergeMembers),
	does((*call).setKey),
	does((*call).consent),
	does((*call).share),
	does((*call).withdrawConsent),
	does((*call).erase),
	does((*call).label),
	does((*call).authorise),
	does((*call).revokeAuthorisation),
	does((*call).publishOffer),
	does((*call).withdrawOffer),
}
