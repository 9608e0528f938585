package adversary

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

var lives = flag.Int("lives", 3, "how many lives TestExtremes lives")

// extremes are what every number is set to, where it fits.
var (
	extremes = []int64{0, 1, 2, -1, int64(amount.Max) - 1, int64(amount.Max), int64(amount.Max) + 1,
		math.MaxInt32, math.MaxInt64, math.MinInt64}
	unsignedExtremes = []uint64{0, 1, 2, 31, 99, 500, math.MaxUint8, math.MaxUint16, math.MaxUint32, uint64(amount.Max),
		math.MaxUint64}
)

// variants are a request with each of its numbers, one after the other, at each extreme.
func variants(req command.Request) (list []command.Request) {
	root := reflect.New(reflect.TypeOf(req)).Elem()
	root.Set(reflect.ValueOf(req))
	visitNumbers(root, func(at reflect.Value) {
		was := reflect.New(at.Type()).Elem()
		was.Set(at)
		note := func() { list = append(list, clone(root).(command.Request)) }
		switch at.Kind() {
		case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
			for _, n := range extremes {
				if !at.OverflowInt(n) {
					at.SetInt(n)
					note()
				}
			}
		default:
			for _, n := range unsignedExtremes {
				if !at.OverflowUint(n) {
					at.SetUint(n)
					note()
				}
			}
		}
		at.Set(was)
	})
	return list
}

// visitNumbers calls visit for every number in a value, of lists for those of the first and the last element.
func visitNumbers(v reflect.Value, visit func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				visitNumbers(v.Field(i), visit)
			}
		}
	case reflect.Slice:
		if v.Len() == 0 || v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		visitNumbers(v.Index(0), visit)
		if n := v.Len(); n > 1 {
			visitNumbers(v.Index(n-1), visit)
		}
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int, reflect.Uint8, reflect.Uint16,
		reflect.Uint32, reflect.Uint64, reflect.Uint:
		visit(v)
	}
}

// clone is a copy that shares no list with its original.
func clone(v reflect.Value) any {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	visitNumbers(copied, func(reflect.Value) {})
	return copied.Interface()
}

// attack is what stands between the commands of a parade: each with its numbers at their extremes.
type attack struct {
	*parade
	rng       *rand.Rand
	rarely    int  // one of so many times, what the ledger takes is done
	everybody bool // every party tries each, at both doors; else the one that it is for, and another
	tried     int
	taken     map[string]int // by command and party
}

// between tries the variants of the next command, and does some of those that the ledger takes.
func (a *attack) between(who string, req command.Request) {
	a.Helper()
	list := variants(req)
	if len(list) == 0 {
		return
	}
	for _, by := range parties {
		if !a.everybody && by != who && a.rng.IntN(len(parties)) > 0 {
			continue
		}
		taken := a.rehearse(by, list)
		if len(taken) > 0 && a.rng.IntN(a.rarely) == 0 {
			a.try(by, taken[a.rng.IntN(len(taken))])
		}
		if a.everybody || a.rng.IntN(4) == 0 {
			a.single(by, list[a.rng.IntN(len(list))])
		}
	}
}

// nothing is a command that is always refused: what is linked with it is taken back.
var nothing = points.TimeOutRequest{Hold: number.Command{Party: "nobody", Lane: 1, Seq: 1}}

// rehearse endorses each of the requests by itself and answers those that would take effect. Whatever they are, the
// transaction stands: no command brings down its neighbours.
func (a *attack) rehearse(who string, list []command.Request) (taken []command.Request) {
	a.Helper()
	const most = (number.MaxIndex + 1) / 2
	for part := range slices.Chunk(list, most) {
		batch := command.Batch{Lane: 30, Seq: a.net.Seq(who, 30) + 1}
		for _, req := range part {
			tried := command.New("", req)
			tried.Linked = true
			batch.Commands = append(batch.Commands, tried, command.New("", nothing))
		}
		env, err := a.net.Endorse(
			a.net.Propose(a.net.Identity(who, "client"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
			a.net.Endorsers(who)[0])
		if err != nil {
			a.Errorf("%s, some %T: %v", who, part[0], err)
			continue
		}
		for _, write := range env.RWSet().Namespace(seal.Outer).Writes {
			if write.Key != string(row.Party(who)) { // its first command begins a party
				a.Errorf("%s, some %T: what was taken back is written: %s", who, part[0], write.Key)
			}
		}
		var result command.Result
		if err := codec.Decode(env.Response().GetPayload(), &result); err != nil {
			a.Fatal(err)
		}
		for _, o := range result.Outcomes {
			if o.Index%2 == 0 && o.Code == fault.Linked {
				taken = append(taken, part[o.Index/2])
				a.taken[fmt.Sprint(command.KindOf(part[o.Index/2]), " by ", who)]++
			}
		}
		a.tried += len(part)
	}
	return taken
}

var digits = regexp.MustCompile(`-?\b[0-9]+\b`)

// single asks for a request alone, as JSON, once as it is and once with a number that is none.
func (a *attack) single(who string, req command.Request) {
	a.Helper()
	text, err := json.Marshal(req)
	if err != nil {
		a.Fatal(err)
	}
	odd := []string{"9223372036854775808", "1e400", "-0", "0.5", "18446744073709551616", `"1"`, "null",
		"1E1"}[a.rng.IntN(8)]
	for _, body := range []string{string(text), digits.ReplaceAllString(string(text), odd)} {
		p := a.net.Propose(a.net.Identity(who, "client"), seal.Outer,
			ledgersim.Args(command.KindOf(req).String(), "", body)...)
		if _, err := a.net.Endorse(p, a.net.Endorsers(who)[0]); err != nil {
			refusal, ok := fault.Parse(strings.TrimSpace(lastLine(err)))
			if !ok || refusal.Code == fault.Internal {
				a.Errorf("%s %s %s: %v", who, command.KindOf(req), body, err)
			}
		}
	}
}

// lastLine is the chaincode's message in what an endorser answers.
func lastLine(err error) string {
	if refusal, ok := err.(*ledgersim.Refusal); ok {
		return refusal.Message
	}
	return err.Error()
}

// Any party may set any number of any command to its extremes, at both doors. Whatever the ledger takes, no transaction
// fails by it, every row can be read, every cycle can be closed by somebody whom it doesn't concern, and nothing is
// left that can't be ended.
func TestExtremes(t *testing.T) {
	for seed := range uint64(*lives) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			liveExtremely(t, seed)
		})
	}
}

func liveExtremely(t *testing.T, seed uint64) {
	p := &parade{world: found(t), took: map[command.Kind]int{}, lax: true}
	a := &attack{
		parade: p, rng: rand.New(rand.NewPCG(seed, 1)), rarely: 1 + int(seed%12), everybody: *lives > 20 && seed < 20,
		taken: map[string]int{},
	}
	p.before = a.between
	p.march()
	p.before = nil
	p.closeAll()
	p.endAll()
	p.closeAll()
	t.Logf("%d tried, taken of %d kinds and parties; of %d kinds the command itself",
		a.tried, len(a.taken), len(p.took))
}
