package share

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
)

// writer writes so many rows as its argument says.
type writer struct{}

func (writer) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (writer) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	rows, _ := strconv.Atoi(stub.GetStringArgs()[0])
	for i := range rows {
		_ = stub.PutState("k"+strconv.Itoa(i), []byte("x"))
	}
	return shim.Success(nil)
}

// office is one endorser with shares of 1,000 rows a second, and its clock.
type office struct {
	t   *testing.T
	net *ledgersim.Network
	now time.Time
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, now: time.Unix(1_800_000_000, 0)}
	o.net = ledgersim.New(ledgersim.Config{
		Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "M"}, {MSP: "S"}, {MSP: "A"}},
	})
	o.net.Deploy("w", Of(writer{}, 1000, func() time.Time { return o.now }), ledgersim.OutOf(1, "G"))
	return o
}

// ask says whether the endorser did so many rows for a party.
func (o *office) ask(party string, rows int) bool {
	o.t.Helper()
	_, err := o.net.Evaluate(o.net.Identity(party, "client"), "G", "w", ledgersim.Args(strconv.Itoa(rows))...)
	if err != nil && !strings.Contains(err.Error(), string(fault.Overloaded)) {
		o.t.Fatal(err)
	}
	return err == nil
}

// during counts the rows that are done for a party that asks without a pause, for so
// long, while others ask for a little ten times a second.
func (o *office) during(d time.Duration, greedy string, rows int, others ...string) (done int) {
	const step = 2 * time.Millisecond
	for i := range int(d / step) {
		o.now = o.now.Add(step)
		if o.ask(greedy, rows) {
			done += max(1, rows)
		}
		for _, other := range others {
			if i%50 == 0 && !o.ask(other, 5) {
				o.t.Fatalf("%s is refused beside %s", other, greedy)
			}
		}
	}
	return done
}

func TestAPartyHasItsShare(t *testing.T) {
	const long = 10 * time.Second
	for _, c := range []struct {
		name     string
		greedy   string
		rows     int
		others   []string
		min, max int
	}{
		{"alone it has what is free", "M", 100, nil, 30_000, 43_000},
		{"beside another its share", "M", 500, []string{"S"}, 7_500, 12_000},
		{"no more beside many", "M", 500, []string{"S", "A", "G"}, 7_500, 12_000},
		{"large batches get no more than small ones", "M", 5000, []string{"S"}, 7_500, 16_000},
		{"calls cost, whatever they write", "M", 0, []string{"S"}, 750, 1200},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			if got := o.during(long, c.greedy, c.rows, c.others...); got < c.min || got > c.max {
				t.Errorf("%d rows in %s, want %d to %d", got, long, c.min, c.max)
			}
		})
	}
}

func TestAShareComesBack(t *testing.T) {
	o := newOffice(t)
	o.ask("S", 1)
	if !o.ask("M", 3000) || o.ask("M", 1) {
		t.Fatal("what was done is not counted")
	}
	o.now = o.now.Add(1900 * time.Millisecond)
	if o.ask("S", 1); o.ask("M", 1) {
		t.Error("free before its time")
	}
	o.now = o.now.Add(time.Second)
	if o.ask("S", 1); !o.ask("M", 1) {
		t.Error("not free after it")
	}
}

// Who asks questions takes nothing from those who write.
func TestQuestionsAreNoWork(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	s := Of(writer{}, 1000, func() time.Time { return now })
	s.take(caller{"S", false}, perQuestion)
	if got := s.rateOf(caller{"M", true}, now); got != alone*1000 {
		t.Errorf("beside questions: %v a second", got)
	}
	if got := s.rateOf(caller{"M", false}, now); got != 1000 {
		t.Errorf("questions beside questions: %v a second", got)
	}
	s.take(caller{"S", true}, perBatch)
	if got := s.rateOf(caller{"M", true}, now); got != 1000 {
		t.Errorf("beside work: %v a second", got)
	}
	if got := s.rateOf(caller{"M", true}, now.Add(recent)); got != alone*1000 {
		t.Errorf("beside work that is over: %v a second", got)
	}
}

func estimate(size int) float64 {
	cost, _ := estimateOf([][]byte{make([]byte, size)})
	return cost
}

// Estimates keep many calls at once from all being let in before the first is counted.
func TestManyAtOnceAreEstimated(t *testing.T) {
	o := newOffice(t)
	s := Of(writer{}, 1000, func() time.Time { return o.now })
	if s.take(caller{"S", true}, 1); !s.take(caller{"M", true}, estimate(64_000)) || s.take(caller{"M", true}, 1) {
		t.Error("two large batches are under way, or none")
	}
	s, let := Of(writer{}, 1000, func() time.Time { return o.now }), 0
	s.take(caller{"S", true}, 1)
	for range 20 {
		if s.take(caller{"M", true}, estimate(100)) {
			let++
		}
	}
	if let != 3 {
		t.Errorf("%d small batches are under way", let)
	}
}

func TestCallersAreForgotten(t *testing.T) {
	s := Of(writer{}, 1000, time.Now)
	for i := range 3 * most {
		s.take(caller{strconv.Itoa(i), true}, 1)
	}
	if len(s.parties) > most {
		t.Errorf("%d callers are remembered", len(s.parties))
	}
}
