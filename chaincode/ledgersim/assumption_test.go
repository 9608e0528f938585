package ledgersim

import (
	"errors"
	"fmt"
	"testing"
)

func TestAssumptions(t *testing.T) {
	s := NewSubject(Config{Seed: 1, CheckDeterminism: true})
	for i, a := range Assumptions() {
		t.Run(a.Name, func(t *testing.T) {
			if err := a.Check(s, fmt.Sprintf("p%03d", i)); err != nil {
				t.Errorf("%v\n%s", err, a)
			}
		})
	}
	if err := s.(*modelSubject).net.CheckAgreement(); err != nil {
		t.Error(err)
	}
}

func TestHazards(t *testing.T) {
	for _, a := range Hazards() {
		t.Run(a.Name, func(t *testing.T) {
			s := NewSubject(Config{Seed: 1})
			err := a.Check(s, "p")
			var halt *Halt
			if !errors.As(err, &halt) {
				t.Fatalf("got %v, want a halt", err)
			}
			t.Log(halt)
			n := s.(*modelSubject).net
			if _, err := n.Invoke(n.Identity("AMSP", "x"), ChaincodeA, Args("put k 1")...); !errors.As(err, &halt) {
				t.Errorf("a halted network went on: %v", err)
			}
		})
	}
}
