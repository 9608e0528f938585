package index

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

// absurd fills a value with what two peers could seal: numbers at an end of their range, and texts that nobody writes.
// Lists get two elements.
func absurd(v reflect.Value, number int64, text string, depth int) {
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		bits := v.Type().Bits()
		v.SetInt(max(-1<<(bits-1), min(1<<(bits-1)-1, number)))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(number) & (math.MaxUint64 >> (64 - v.Type().Bits())))
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(number%2 != 0)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				absurd(v.Field(i), number, text, depth)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(text))
		} else if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			absurd(v.Index(0), number, text, depth-1)
			absurd(v.Index(1), number, text, depth-1)
		}
	case reflect.Array:
		for i := range v.Len() {
			absurd(v.Index(i), number, text, depth)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		absurd(v.Elem(), number, text, depth)
	}
}

// Rows of every kind hold absurd values, in batches that were sealed. The index takes each block in or passes its rows
// over, whatever is asked of it is answered or refused, and what comes behind is as good as ever.
func TestAbsurdRowsStopNoIndex(t *testing.T) {
	texts := []string{"", "D", "D.1.2.3", "a/b/c", "\x00\x1f", "\xff\xfe", strings.Repeat("长", 3_000)}
	numbers := []int64{0, -1, 1, math.MinInt64, math.MaxInt64, 1<<53 - 1, 1 << 53, math.MaxInt32, math.MinInt32}
	w := newWorld(t)
	written := 0
	row.Examples(func(kind, key string, zero []byte) {
		example, err := row.Read(key, zero)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range numbers {
			for j, text := range texts {
				if i > 1 && j != i%len(texts) {
					continue
				}
				made := reflect.New(reflect.TypeOf(example.Row)).Elem()
				absurd(made, n, text, 2)
				at := key
				if j > 1 && strings.Contains(key, "/D") {
					at = strings.Replace(key, "/D", fmt.Sprintf("/D%d%d", i, j), 1)
				}
				value := row.Encode(made.Interface())
				if _, err := row.Read(at, value); err != nil {
					continue // it is named and passed over, like whatever can't be read
				}
				w.write(entry{Key: at, Value: value})
				written++
			}
		}
	})
	t.Log(written)
	if written < 1_000 {
		t.Fatalf("%d rows", written)
	}
	good := number.Row{Command: number.Command{Party: "D", Lane: 1, Seq: 9_999}}
	w.write(put(row.Lot(good), lot("DP", "ann", 10, today+30)))
	began := time.Now()
	ix := w.index()
	if took := time.Since(began); took > time.Minute {
		t.Errorf("taking %d rows in took %s", written, took)
	}
	w.asksAll(ix)
	wallet, err := now(t, ix).Wallet("ann")
	if err != nil || len(wallet.Lots) != 1 || wallet.Lots[0].Available() != amount.Units(10) {
		t.Errorf("behind them: %+v, %v", wallet, err)
	}
}

// asksAll asks the index everything that it answers, about what there is and what there isn't.
func (w *world) asksAll(ix *Index) {
	w.t.Helper()
	of := reflect.TypeFor[*Reading]()
	if n := of.NumMethod(); n < 60 {
		w.t.Fatalf("%d questions", n)
	}
	for i := range of.NumMethod() {
		name := of.Method(i).Name
		for _, text := range []string{"", "D", "DP", "ann", strings.Repeat("长", 3_000)} {
			method := reflect.ValueOf(now(w.t, ix)).Method(i) // an error ends PostgreSQL's transaction
			args := make([]reflect.Value, method.Type().NumIn())
			for k := range args {
				args[k] = reflect.New(method.Type().In(k)).Elem()
				if k == len(args)-1 && method.Type().IsVariadic() {
					args = args[:k]
					break
				}
				if in := args[k]; in.Kind() == reflect.Func {
					in.Set(reflect.MakeFunc(in.Type(), func([]reflect.Value) (out []reflect.Value) {
						for o := range in.Type().NumOut() {
							out = append(out, reflect.Zero(in.Type().Out(o)))
						}
						return out
					}))
					continue
				}
				if args[k].Kind() == reflect.String {
					args[k].SetString(text)
				} else if args[k].Kind() == reflect.Int {
					args[k].SetInt(100)
				}
			}
			began := time.Now()
			w.asked(name, method, args)
			if took := time.Since(began); took > 20*time.Second {
				w.t.Errorf("%s(%.20q) took %s", name, text, took)
			}
		}
	}
}

// asked asks one question, and goes through what a sequence answers.
func (w *world) asked(name string, method reflect.Value, args []reflect.Value) {
	defer func() {
		if cause := recover(); cause != nil {
			w.t.Errorf("%s: %v", name, cause)
		}
	}()
	for _, out := range method.Call(args) {
		if out.Kind() == reflect.Func && out.Type().CanSeq2() {
			n := 0
			for range out.Seq2() {
				if n++; n > 10_000 {
					w.t.Errorf("%s: no end", name)
					break
				}
			}
		}
	}
}
