package iso20022

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

const dueDay date.Date = 20792

// credit is a booked credit of 100 for "e" in time; tests change it.
func credit(changes ...func(*Advice)) Advice {
	a := Advice{Account: "42", EndToEndID: "e", BankReference: "B1", Fen: 100, Currency: "CNY", Credit: true,
		Status: Booked, Booked: dueDay, Value: dueDay}
	for _, change := range changes {
		change(&a)
	}
	return a
}

func expect(id string, fen amount.Units) Expected {
	return Expected{EndToEndID: id, Fen: fen, Due: dueDay}
}

func ref(text string) func(*Advice)    { return func(a *Advice) { a.BankReference = text } }
func fen(n amount.Units) func(*Advice) { return func(a *Advice) { a.Fen = n } }
func after(n date.Date) func(*Advice)  { return func(a *Advice) { a.Booked += n } }
func state(s Status) func(*Advice)     { return func(a *Advice) { a.Status = s } }
func named(id string) func(*Advice)    { return func(a *Advice) { a.EndToEndID = id } }
func at(entry int) func(*Advice)       { return func(a *Advice) { a.At.Entry = entry } }
func in(currency string) func(*Advice) { return func(a *Advice) { a.Currency = currency } }
func debit(a *Advice)                  { a.Credit = false }
func reversal(a *Advice)               { a.Reversal = true }
func kinds(outcomes []Outcome) (k []Verdict) {
	for _, o := range outcomes {
		k = append(k, o.Kind)
	}
	return k
}

func TestMatch(t *testing.T) {
	cases := []struct {
		name     string
		advices  []Advice
		want     []Verdict
		paid     amount.Units // of the first
		complete bool
	}{
		{"exact", []Advice{credit()}, []Verdict{Exact}, 100, true},
		{"the day before", []Advice{credit(after(-1))}, []Verdict{Exact}, 100, true},
		{"a day late", []Advice{credit(after(1))}, []Verdict{Late}, 100, true},
		{"too little", []Advice{credit(fen(99))}, []Verdict{Partial}, 99, false},
		{"too little and late", []Advice{credit(fen(99), after(1))}, []Verdict{Partial}, 99, false},
		{"too much", []Advice{credit(fen(101))}, []Verdict{Wrong}, 0, false},
		{"in two parts", []Advice{credit(fen(60)), credit(fen(40), ref("B2"))}, []Verdict{Exact, Exact}, 100, true},
		{"in two parts, one late", []Advice{credit(fen(60), after(9)), credit(fen(40), ref("B2"))},
			[]Verdict{Late, Late},
			100, true},
		{"in two parts that are too much", []Advice{credit(fen(60)), credit(fen(41), ref("B2"))},
			[]Verdict{Wrong, Wrong},
			0, false},
		{"twice by two bookings", []Advice{credit(), credit(ref("B2"))}, []Verdict{Wrong, Wrong}, 0, false},
		{"told twice", []Advice{credit(), credit()}, []Verdict{Exact, Duplicate}, 100, true},
		{"told twice, the first later", []Advice{credit(at(2)), credit(at(1))}, []Verdict{Duplicate, Exact}, 100, true},
		{"told three times", []Advice{credit(), credit(), credit()}, []Verdict{Exact, Duplicate, Duplicate}, 100, true},
		{"too much, told twice", []Advice{credit(fen(101)), credit(fen(101))}, []Verdict{Wrong, Duplicate}, 0, false},
		{"one reference, two amounts", []Advice{credit(), credit(fen(1))}, []Verdict{Wrong, Wrong}, 0, false},
		{"one reference, two payments", []Advice{credit(), credit(named("f"))}, []Verdict{Wrong, Wrong}, 0, false},
		{"one reference, two days", []Advice{credit(), credit(after(-1))}, []Verdict{Wrong, Wrong}, 0, false},
		{"one reference, two accounts",
			[]Advice{credit(fen(50)), credit(fen(50), func(a *Advice) { a.Account = "43" })},
			[]Verdict{Exact, Exact}, 100,
			true},
		{"one reference, a stranger's too", []Advice{credit(), credit(named("x"))},
			[]Verdict{Exact, Unknown}, 100, true},
		{"pending", []Advice{credit(state(Pending))}, []Verdict{Waiting}, 0, false},
		{"to come", []Advice{credit(state(Future))}, []Verdict{Waiting}, 0, false},
		{"for information", []Advice{credit(state(Info))}, []Verdict{Waiting}, 0, false},
		{"pending, then booked", []Advice{credit(state(Pending)), credit()}, []Verdict{Waiting, Exact}, 0, true},
		{"a debit", []Advice{credit(debit)}, []Verdict{Wrong}, 0, false},
		{"reversed", []Advice{credit(), credit(debit, reversal)}, []Verdict{Wrong, Wrong}, 0, false},
		{"a reversed debit", []Advice{credit(reversal)}, []Verdict{Wrong}, 0, false},
		{"a reversal that is pending", []Advice{credit(), credit(debit, reversal, state(Pending))},
			[]Verdict{Exact, Waiting}, 100, true},
		{"another currency", []Advice{credit(in("USD"))}, []Verdict{Wrong}, 0, false},
		{"one reference, one of two days", []Advice{credit(), credit(after(-1), func(a *Advice) { a.Undated = true })},
			[]Verdict{Exact, Duplicate}, 100, true},
		{"another currency besides", []Advice{credit(), credit(in("USD"), ref("B2"))},
			[]Verdict{Exact, Wrong}, 100, true},
		{"nothing", []Advice{credit(fen(0))}, []Verdict{Wrong}, 0, false},
		{"no reference", []Advice{credit(ref(""))}, []Verdict{Wrong}, 0, false},
		{"a stranger", []Advice{credit(named("x"))}, []Verdict{Unknown}, 0, false},
		{"no name", []Advice{credit(named(""))}, []Verdict{Unknown}, 0, false},
		{"a stranger's debit", []Advice{credit(named("x"), debit)}, []Verdict{Unknown}, 0, false},
		{"a name in other letters", []Advice{credit(named("E"))}, []Verdict{Unknown}, 0, false},
		{"the most there is, over and over",
			[]Advice{credit(fen(amount.Max)), credit(fen(amount.Max), ref("B2")), credit(fen(amount.Max), ref("B3"))},
			[]Verdict{Wrong, Wrong, Wrong}, 0, false},

		{"waiting before unknown", []Advice{credit(named("x"), state(Pending))}, []Verdict{Waiting}, 0, false},
		{"unknown before wrong", []Advice{credit(named("x"), in("USD"))}, []Verdict{Unknown}, 0, false},
		{"wrong before duplicate", []Advice{credit(in("USD")), credit(in("USD"))}, []Verdict{Wrong, Wrong}, 0, false},
		{"duplicate before partial", []Advice{credit(fen(1)), credit(fen(1))}, []Verdict{Partial, Duplicate}, 1, false},
	}
	expected := []Expected{expect("e", 100), expect("f", 100)}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Match(Holder{}, expected, c.advices)
			if !slices.Equal(kinds(got), c.want) || got[0].Paid != c.paid {
				t.Errorf("%v, paid %d; want %v, %d", kinds(got), got[0].Paid, c.want, c.paid)
			}
			if left := unpaid(expected, got); slices.ContainsFunc(left,
				func(e Expected) bool { return e.EndToEndID == "e" }) == c.complete {
				t.Errorf("unpaid: %v", left)
			}
		})
	}
}

func TestMatchOfNothing(t *testing.T) {
	if got := Match(Holder{}, nil, nil); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := Match(Holder{}, nil, []Advice{credit()}); got[0].Kind != Unknown {
		t.Errorf("%v", got)
	}
	if got := Match(Holder{}, []Expected{expect("e", 100), expect("e", 100)},
		[]Advice{credit()}); got[0].Kind != Wrong {
		t.Errorf("expected twice: %v", got)
	}
	if got := Match(Holder{}, []Expected{expect("e", amount.Max)},
		[]Advice{credit(fen(amount.Max))}); got[0].Kind != Exact {
		t.Errorf("the most there is: %v", got)
	}
	if got := Match(Holder{}, []Expected{expect("e", amount.Max)},
		[]Advice{credit(fen(amount.Max)), credit(ref("B2"))}); got[0].Kind != Wrong {
		t.Errorf("more than the most there is: %v", got)
	}
}

// some advices of few payments, references and amounts, so that they meet.
var someAdvices = rapid.Custom(func(t *rapid.T) []Advice {
	advices := make([]Advice, rapid.IntRange(0, 8).Draw(t, "count"))
	for i := range advices {
		advices[i] = credit(
			named(rapid.SampledFrom([]string{"e", "e", "f", "g", ""}).Draw(t, "name")),
			ref(rapid.SampledFrom([]string{"B1", "B2", "B3", "B4", "B5", ""}).Draw(t, "reference")),
			fen(amount.Units(rapid.SampledFrom([]int{0, 40, 50, 50, 60, 100, 100}).Draw(t, "fen"))),
			after(date.Date(rapid.IntRange(-1, 1).Draw(t, "after"))),
			state(rapid.SampledFrom([]Status{Booked, Booked, Booked, Booked, Pending}).Draw(t, "status")),
			in(rapid.SampledFrom([]string{"CNY", "CNY", "CNY", "CNY", "HKD"}).Draw(t, "currency")), at(i+1))
		if rapid.IntRange(0, 9).Draw(t, "debit") == 0 {
			debit(&advices[i])
		}
	}
	return advices
})

var someExpected = []Expected{expect("e", 100), expect("f", 50)}

func TestTheOrderOfAdvicesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		advices := someAdvices.Draw(t, "advices")
		order := rapid.Permutation(indices(len(advices))).Draw(t, "order")
		var moved []Advice
		for _, i := range order {
			moved = append(moved, advices[i])
		}
		first, again := Match(Holder{}, someExpected, advices),
			Match(Holder{}, []Expected{someExpected[1], someExpected[0]}, moved)
		for to, from := range order {
			if diff := cmp.Diff(first[from], again[to]); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestTellingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		advices := someAdvices.Draw(t, "advices")
		first := Match(Holder{}, someExpected, advices)
		again := Match(Holder{}, someExpected, append(slices.Clone(advices), advices...))
		if diff := cmp.Diff(first, again[:len(first)]); diff != "" {
			t.Fatal(diff)
		}
		for _, o := range again[len(first):] {
			if o.Kind == Exact || o.Kind == Late || o.Kind == Partial {
				t.Fatalf("what was told again counts: %+v", o)
			}
		}
	})
}

// TestADumbMatch compares with a second model: for each payment it looks at every
// advice anew, and at all the others for each.
func TestADumbMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		advices := someAdvices.Draw(t, "advices")
		got := Match(Holder{}, someExpected, advices)
		for i := range advices {
			if want := dumb(advices, i); got[i].Kind != want {
				t.Fatalf("%s: %s, want %s", describe(advices), got[i].Kind, want)
			}
		}
	})
}

func dumb(advices []Advice, i int) Verdict {
	a := advices[i]
	var e *Expected
	for n := range someExpected {
		if someExpected[n].EndToEndID == a.EndToEndID {
			e = &someExpected[n]
		}
	}
	alone := func(b Advice) bool {
		return b.Status == Booked && (b.EndToEndID == "e" || b.EndToEndID == "f") && b.Credit && b.Currency == "CNY" &&
			b.Fen > 0 && b.BankReference != ""
	}
	// What shares a reference with what is in doubt is in doubt, too.
	credits := func(b Advice) bool {
		return b.Status == Booked && (b.EndToEndID == "e" || b.EndToEndID == "f") && b.Credit && b.BankReference != ""
	}
	clash := func(b Advice) bool {
		return slices.ContainsFunc(advices, func(c Advice) bool {
			return credits(c) && c.BankReference == b.BankReference &&
				(!alone(c) || c.EndToEndID != b.EndToEndID || c.Fen != b.Fen || c.Booked != b.Booked)
		})
	}
	repeats := func(j int) bool {
		return slices.ContainsFunc(advices[:j],
			func(c Advice) bool { return alone(c) && c.BankReference == advices[j].BankReference })
	}
	var sum amount.Units
	late, back := false, false
	for j, b := range advices {
		if b.EndToEndID != a.EndToEndID {
			continue
		}
		back = back || b.Status == Booked && !b.Credit
		if alone(b) && !clash(b) && !repeats(j) {
			sum, late = sum+b.Fen, late || b.Booked > dueDay
		}
	}
	switch {
	case a.Status != Booked:
		return Waiting
	case e == nil:
		return Unknown
	case !alone(a) || clash(a):
		return Wrong
	case repeats(i):
		return Duplicate
	case back || sum > e.Fen:
		return Wrong
	case sum < e.Fen:
		return Partial
	case late:
		return Late
	}
	return Exact
}

func describe(advices []Advice) string {
	text := ""
	for _, a := range advices {
		text += fmt.Sprintf("[%s %s %d %s %v]", a.EndToEndID, a.BankReference, a.Fen, a.Status, a.Credit)
	}
	return text
}

// unpaid are the payments of which nothing says that all is there, in the order given.
func unpaid(expected []Expected, outcomes []Outcome) []Expected {
	done := map[string]bool{}
	for _, o := range outcomes {
		if o.Kind == Exact || o.Kind == Late {
			done[o.Advice.EndToEndID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(expected), func(e Expected) bool { return done[e.EndToEndID] })
}
