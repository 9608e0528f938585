package contract

import (
	"fmt"
	"reflect"

	"tallystick/chaincode/command"
	"tallystick/chaincode/row"
)

// verb is what the ledger does for one kind of request.
type verb struct {
	request reflect.Type
	kind    command.Kind
	may     may
	do      func(*call, command.Request) error
	// reads lists the keys that the verb will read first, so that one call fetches
	// those of a whole batch. It need not be complete: what is missing is read
	// when it is needed. nil for none.
	reads func(*run, command.Request) []string
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

// reading is does, for verbs that know beforehand what they will read.
func reading[R command.Request](do func(*call, R) error, reads func(*run, R) []string) verb {
	v := does(do)
	v.reads = func(r *run, req command.Request) []string { return reads(r, req.(R)) }
	return v
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
	var keys []string
	for i, req := range requests {
		if id := commands[i].Name(); id != "" {
			keys = append(keys, string(row.NamedRequest(r.caller.ID, id)))
		}
		if v := verbs[reflect.TypeOf(req)]; v.reads != nil && v.may.allow(r.caller, v.kind) == nil {
			keys = append(keys, v.reads(r, req)...)
		}
	}
	return keys
}
