package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// wants is what a caller asks for whose node chooses the member.
func wants(id, what string) Asked { return Asked{ID: id, Intent: command.IntentOf([]byte(what))} }

// chooses makes a request for a member, and counts.
func chooses(count *int, member string) func() (command.Request, error) {
	return func() (command.Request, error) {
		*count++
		return issue(member), nil
	}
}

// elsewhereNode is another machine of the party, with nothing on its disk.
func elsewhereNode(t *testing.T, net *simNet, lanes string) *Gateway {
	t.Helper()
	cfg := testConfig(t.TempDir())
	cfg.Lanes = lanes
	g, err := open(t.Context(), cfg, net.connect(), WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// An id stands for what was meant: at this node and at another with an empty outbox,
// by lanes and as a single command.
func TestOnce(t *testing.T) {
	for name, lanes := range map[string]string{"by lanes": "1-3", "as a single command": ""} {
		t.Run(name, func(t *testing.T) {
			within(t, func(c *config.Config) { c.Lanes = lanes }, func(t *testing.T, g *Gateway, net *simNet) {
				chosen := 0
				first, err := g.Once(t.Context(), wants("A2", "five of wang's"), chooses(&chosen, "m1"))
				if err != nil || first.Duplicate || chosen != 1 {
					t.Fatalf("%+v, %v, chosen %d times", first, err, chosen)
				}
				height := net.n.Height()
				for where, node := range map[string]*Gateway{
					"here": g, "elsewhere": elsewhereNode(t, net, "7"), "a till": elsewhereNode(t, net, ""),
				} {
					again, err := node.Once(t.Context(), wants("A2", "five of wang's"), chooses(&chosen, "m2"))
					if err != nil || !again.Duplicate || again.Number != first.Number || again.Cycle != first.Cycle {
						t.Errorf("%s, the same: %+v, %v", where, again, err)
					}
					if _, err := node.Once(t.Context(), wants("A2", "six of wang's"),
						chooses(&chosen, "m3")); fault.CodeOf(err) != fault.Conflict {
						t.Errorf("%s, something else: %v", where, err)
					}
					if _, err := node.Single(t.Context(), "A2", issue("m1")); fault.CodeOf(err) != fault.Conflict {
						t.Errorf("%s, as a program asks: %v", where, err)
					}
					if node != g {
						if err := node.Close(); err != nil {
							t.Error(err)
						}
					}
				}
				if count, _ := net.lots(); len(count) != 1 || chosen != 1 || net.n.Height() != height {
					t.Errorf("lots %v, chosen %d times, %d blocks more", count, chosen, net.n.Height()-height)
				}
			})
		})
	}
}

// The id of a command whose content says it all is no other command's either.
func TestOnceAfterAnotherVerb(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		chosen := 0
		if _, err := g.Do(t.Context(), "r1", issue("ann")); err != nil {
			t.Fatal(err)
		}
		other := elsewhereNode(t, net, "7")
		for where, node := range map[string]*Gateway{"here": g, "elsewhere": other} {
			if _, err := node.Once(t.Context(), wants("r1", "x"), chooses(&chosen, "bob")); fault.CodeOf(
				err) != fault.Conflict || chosen != 0 {
				t.Errorf("%s: %v, chosen %d times", where, err, chosen)
			}
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
}

// What was refused is forgotten: the id is free for anything.
func TestOnceRefused(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		poor := fault.New(fault.Insufficient, "the wallet holds 3")
		for range 2 {
			if _, err := g.Once(t.Context(), wants("r", "five"), func() (command.Request, error) {
				return nil, poor
			}); fault.CodeOf(err) != fault.Insufficient {
				t.Error(err)
			}
		}
		chosen := 0
		if _, err := g.Once(t.Context(), wants("r", "three"), chooses(&chosen, "ann")); err != nil {
			t.Error(err)
		}
		// Two at once: the other's success is why this one's choice fails.
		late := wants("s", "three")
		receipt, err := g.Once(t.Context(), late, func() (command.Request, error) {
			if _, err := g.Once(t.Context(), late, chooses(&chosen, "bob")); err != nil {
				t.Error(err)
			}
			return nil, poor
		})
		if err != nil || !receipt.Duplicate {
			t.Errorf("%+v, %v", receipt, err)
		}
	})
}

// Nobody's id can be what a node makes of one.
func TestIDsThatNodesMake(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		chosen, ctx := 0, t.Context()
		made := command.NameRequest("A~capture", command.IntentOf(nil)) // a batch may say an intent, under an id
		if _, err := g.Once(ctx, Asked{ID: "A", Step: "capture"}, chooses(&chosen, "ann")); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{made, "A~capture", "A~2", "~A", "A~", "A:x", "A:" + strings.Repeat("A", 22),
			strings.Repeat("a", 65)} {
			_, alone := g.Single(ctx, id, issue("bob"))
			_, queued := g.Do(ctx, id, issue("bob"))
			_, linked := g.DoLinked(ctx, id, issue("bob"), issue("carl"))
			_, batch := g.Run(ctx, "", []command.Command{command.New(id, issue("bob"))})
			_, once := g.Once(ctx, Asked{ID: id}, chooses(&chosen, "bob"))
			for door, err := range map[string]error{
				"Single": alone, "Do": queued, "DoLinked": linked[0], "Run": batch, "Once": once,
			} {
				if fault.CodeOf(err) != fault.BadRequest {
					t.Errorf("%s of %s: %v", door, id, err)
				}
			}
		}
		for _, id := range []string{"A-capture", "A-1", "A-2", "A", strings.Repeat("a", 64)} {
			if _, err := g.Do(ctx, id, issue(id)); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		if _, errs := g.DoLinked(ctx, strings.Repeat("b", 64), issue("dora"), issue("dora2")); errs[0] != nil {
			t.Errorf("a group with the longest id: %v", errs[0])
		}
	})
}

// A group's id stands for all of it: no part, and no larger group, is the same.
func TestGroupsAreAskedForAsOne(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		ctx := t.Context()
		receipts, errs := g.DoLinked(ctx, "pair", issue("a"), issue("b"))
		if errs[0] != nil {
			t.Fatal(errs)
		}
		other := elsewhereNode(t, net, "7")
		for where, node := range map[string]*Gateway{"here": g, "elsewhere": other} {
			again, errs := node.DoLinked(ctx, "pair", issue("a"), issue("b"))
			for i := range receipts {
				if errs[i] != nil || !again[i].Duplicate || again[i].Number != receipts[i].Number {
					t.Errorf("%s, the same: %+v, %v", where, again, errs)
				}
			}
			for name, reqs := range map[string][]command.Request{
				"the first alone": {issue("a")}, "the last alone": {issue("b")}, "turned about": {issue("b"),
					issue("a")},
				"one more":        {issue("a"), issue("b"), issue("c")},
				"one more before": {issue("c"), issue("a"), issue("b")}, "another last": {issue("a"), issue("c")},
			} {
				if _, errs := node.DoLinked(ctx, "pair", reqs...); fault.CodeOf(culprit(errs)) != fault.Conflict {
					t.Errorf("%s, %s: %v", where, name, errs)
				}
			}
		}
		chosen := 0
		for _, node := range []*Gateway{g, g, other} { // each would choose more
			receipt, err := node.OnceLinked(ctx, wants("chosen", "carry and finalise"),
				func() ([]command.Request, error) {
					chosen++
					return []command.Request{issue("c"), issue(fmt.Sprint("d", chosen)), issue("e")}, nil
				})
			if err != nil || chosen != 1 || receipt.Number.Index != 2 {
				t.Errorf("%+v, %v, chosen %d times", receipt, err, chosen)
			}
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
		if count, _ := net.lots(); count["a"] != 1 || count["b"] != 1 || count["c"] != 1 || count["d1"] != 1 ||
			count["e"] != 1 || len(count) != 5 {
			t.Errorf("lots %v", count)
		}
	})
}

// chosen asks by Once for what another choice is made for each time. Whatever crashes,
// one choice takes effect, and the receipt names it.
func (l *ledger) chosen(t *testing.T, n process, rng *rand.Rand, caller, count int) {
	for k := range count {
		id, tries := fmt.Sprintf("o%d-%d", caller, k), []string{}
		var receipt command.Receipt
		err := until(func() (err error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rng.IntN(2000))*time.Millisecond)
			defer cancel()
			receipt, err = n.now().Once(ctx, wants(id, id), func() (command.Request, error) {
				tries = append(tries, fmt.Sprintf("%s-%d", id, len(tries)))
				return issue(tries[len(tries)-1]), nil
			})
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		err = until(func() error {
			_, err := n.now().Once(t.Context(), wants(id, "something else"),
				func() (command.Request, error) { return issue(id + "-else"), nil })
			return err
		})
		if fault.CodeOf(err) != fault.Conflict {
			t.Errorf("%s for something else: %v", id, err)
		}
		l.mu.Lock()
		l.choices = append(l.choices, choice{receipt.Number.String(), append(tries, id+"-else")})
		l.mu.Unlock()
	}
}

// choice is what a request chose from, and the number that its receipt says.
type choice struct {
	number string
	tries  []string
}

// checkChoices sees that one of each was made.
func (l *ledger) checkChoices(t *testing.T, count map[string]int, made map[string]string) {
	t.Helper()
	for _, c := range l.choices {
		sum, by := 0, ""
		for _, member := range c.tries {
			if sum += count[member]; count[member] > 0 {
				by = made[member]
			}
		}
		if sum != 1 || by != c.number+".0" {
			t.Errorf("%v took effect %d times, by %s; the receipt says %s", c.tries, sum, by, c.number)
		}
	}
}

// Eight ask at once for the same, and each would choose another.
func TestOnceAtOnce(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, net *simNet) {
		numbers := make([]string, 8)
		var callers sync.WaitGroup
		for i := range numbers {
			callers.Go(func() {
				chosen := 0
				receipt, err := g.Once(t.Context(), wants("all", "of it"), chooses(&chosen, fmt.Sprint("m", i)))
				if err != nil {
					t.Error(err)
				}
				numbers[i] = receipt.Number.String()
			})
		}
		callers.Wait()
		if count, _ := net.lots(); len(count) != 1 {
			t.Errorf("lots %v", count)
		}
		for _, n := range numbers {
			if n != numbers[0] {
				t.Errorf("receipts %v", numbers)
			}
		}
	})
}

// Of a refused group the one that was refused is told, not those that fell with it.
func TestCulprit(t *testing.T) {
	refused, linked := fault.New(fault.WrongState, "x"), fault.New(fault.Linked, "y")
	if got := culprit([]error{nil, linked, refused, linked}); !errors.Is(got, refused) {
		t.Error(got)
	}
	if got := culprit([]error{nil, nil}); got != nil {
		t.Error(got)
	}
}
