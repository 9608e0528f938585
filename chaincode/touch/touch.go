// Package touch says what each kind of command touches, as far as its request tells: which rows it reads first, on
// which of them commands of other lanes may meet it, and about how many rows it writes.
//
// The contract reads the rows of a whole batch in one call before it runs the first command. A gateway cuts batches by
// the weight, and doesn't send a command while another is in flight on one of its contended rows. Neither needs a
// complete answer: what wasn't read beforehand is read when it is needed, and what met nevertheless is sent again.
package touch

import (
	"reflect"

	"tallystick/chaincode/command"
	"tallystick/chaincode/row"
)

// Touch is what some commands touch.
type Touch struct {
	Reads []string // keys of rows that they read before anything else
	// Contended are the rows that they read and rewrite and that commands of other lanes may want too: of two
	// transactions in flight on one of them, one is lost. Rows that a lane has to itself are none of them. Most are
	// keys; see waits.
	Contended []string
	Weight    int  // rows that they write, about
	Alone     bool // one of them can end its whole transaction, so it gets one to itself
}

// MaxWeight is about how many rows the commands of one batch write, so that it stays below what a transaction may write
// (command.MaxRows). What a release gives back to is only on the ledger, so a batch can meet the bound; what didn't fit
// then is sent again.
const MaxWeight = command.MaxRows * 4 / 5

// At is who sends the commands, and where they run. Contended rows tell those of one caller apart without it.
type At struct {
	Caller, Cycle string
	Lane          uint8
}

// Add adds what a command touches.
func (t *Touch) Add(at At, req command.Request) {
	if touches, known := table[reflect.TypeOf(req)]; known {
		touches(t, at, req)
	}
}

// table is what each type of request touches: TestEveryKindTouches names those that were forgotten.
var table = tabulate(partyTouches, pointsTouches, memberTouches, benefitTouches, campaignTouches, quotaTouches,
	goodsTouches, orderTouches, cycleTouches, paymentTouches, disputeTouches)

type touches struct {
	request reflect.Type
	add     func(*Touch, At, command.Request)
}

func tabulate(subjects ...[]touches) map[reflect.Type]func(*Touch, At, command.Request) {
	all := map[reflect.Type]func(*Touch, At, command.Request){}
	for _, subject := range subjects {
		for _, one := range subject {
			all[one.request] = one.add
		}
	}
	return all
}

// of ties a type of request to what it touches.
func of[R command.Request](add func(*Touch, At, R)) touches {
	return touches{reflect.TypeFor[R](), func(t *Touch, at At, req command.Request) { add(t, at, req.(R)) }}
}

// plain is for commands that write about two rows and are so rare that nothing waits for them.
func plain[R command.Request]() touches { return of(func(t *Touch, _ At, _ R) { t.Weight += 2 }) }

// reads adds rows that are read.
func reads[T any](t *Touch, keys ...row.Key[T]) {
	for _, key := range keys {
		t.Reads = append(t.Reads, string(key))
	}
}

// rewrites adds a row that is read, and contended.
func rewrites[T any](t *Touch, key row.Key[T]) {
	reads(t, key)
	contends(t, key)
}

// contends adds a row that is contended, and read when it is needed.
func contends[T any](t *Touch, key row.Key[T]) { t.Contended = append(t.Contended, string(key)) }

// waits has commands that name the same wait for each other, where the request doesn't tell the row.
func (t *Touch) waits(what, id string) { t.Contended = append(t.Contended, what+" "+id) }
