package contract

import (
	"fmt"
	"reflect"

	"tallystick/chaincode/command"
	"tallystick/chaincode/row"
	"tallystick/chaincode/touch"
)

// verb is what the ledger does for one kind of request.
type verb struct {
	request reflect.Type
	kind    command.Kind
	may     may
	do      func(*call, command.Request) error
}

// verbs is the table of them, by the type of request. It never changes.
var verbs = tabulate(partyVerbs, dateVerbs, pointsVerbs, memberVerbs, benefitVerbs, campaignVerbs, quotaVerbs, goodsVerbs, orderVerbs, cycleVerbs, modelVerbs,
	nettingVerbs, paymentVerbs, disputeVerbs)

func tabulate(subjects ...[]verb) map[reflect.Type]verb {
	table := map[reflect.Type]verb{}
	for _, subject := range subjects {
		for _, v := range subject {
			table[v.request] = v
		}
	}
	return table
}

// does ties a type of request to its verb.
func does[R command.Request](do func(*call, R) error) verb {
	var none R
	kind := command.KindOf(none)
	asks, told := mays[kind]
	if !told {
		panic(fmt.Sprintf("contract: nobody may send %s", kind)) // the tables are constant
	}
	return verb{request: reflect.TypeFor[R](), kind: kind, may: asks, do: func(c *call, req command.Request) error { return do(c, req.(R)) }}
}

// do hands a well-formed request to its verb, if the caller may send such a one.
func (c *call) do(req command.Request) error {
	v, ok := verbs[reflect.TypeOf(req)]
	if !ok {
		return fmt.Errorf("contract: no verb for a %T", req)
	}
	if err := v.may.allow(c.caller, v.kind); err != nil {
		return err
	}
	return v.do(c, req)
}

// reads lists the keys that commands will read first. What the caller may not send reads nothing.
func (r *run) reads(commands []command.Command, requests []command.Request) []string {
	var touched touch.Touch
	at := touch.At{Caller: r.caller.ID, Cycle: r.cycle.ID, Lane: r.lane}
	for i, req := range requests {
		if id := commands[i].Name(); id != "" {
			touched.Reads = append(touched.Reads, string(row.NamedRequest(r.caller.ID, id)))
		}
		if v, known := verbs[reflect.TypeOf(req)]; known && v.may.allow(r.caller, v.kind) == nil {
			touched.Add(at, req)
		}
	}
	return touched.Reads
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
