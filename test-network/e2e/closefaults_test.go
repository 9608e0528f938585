//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
	"tallystick/client/clearing"
)

// storm runs each command of a close while a process of one kind is killed, at any moment of the command's life, and
// runs it again if it was in vain.
type storm struct {
	rng    *rand.Rand
	usual  map[string]time.Duration // how long a party's command of a step takes
	watch  *node                    // that hears of blocks
	kind   string
	turns  []string        // kinds that take turns, command by command; none: one kind alone
	struck map[string]bool // steps during which one was killed
	kills  int
	again  int // commands that were run once more
	lost   int // clients that were killed when a block had come since their start
}

// timed runs each command once, and notes how long it took.
func (s *storm) timed(t *testing.T, step string, by desk, args ...string) {
	t.Helper()
	began := time.Now()
	calmly(t, step, by, args...)
	s.usual[step+" by "+string(by)] = time.Since(began)
}

// moment is a channel that is told at any moment of the first half of a command's usual time: some take less than
// usual. The first of a step is struck before it can have ended: its block alone takes longer.
func (s *storm) moment(step string, by desk) <-chan time.Time {
	within := s.usual[step+" by "+string(by)] / 2
	if !s.struck[step] {
		within = min(within, 100*time.Millisecond)
	}
	return time.After(time.Duration(s.rng.Int64N(int64(within))))
}

// do runs one command to its end.
func (s *storm) do(t *testing.T, step string, by desk, args ...string) {
	t.Helper()
	if len(s.turns) > 0 {
		s.kind, s.turns = s.turns[0], append(s.turns[1:], s.turns[0])
	}
	strike := s.process
	if s.kind == "client" {
		strike = s.client
	}
	if s.kind == "orderer" && s.struck[step] && s.rng.IntN(3) > 0 { // they take long to come back
		calmly(t, step, by, args...)
		return
	}
	if strike(t, step, by, args) {
		return
	}
	for range 10 {
		s.again++
		err := by.try(nil, args...)
		if err == nil {
			return
		}
		if !passes(err) {
			t.Fatalf("%s: tally %s, run again: %v", by, strings.Join(args, " "), err)
		}
	}
	t.Fatalf("%s: tally %s can't be done", by, strings.Join(args, " "))
}

// passes says whether the same command can succeed later.
func passes(err error) bool {
	switch fault.CodeOf(err) {
	case fault.Unavailable, fault.UnknownOutcome, fault.Overloaded:
		return true
	}
	return false
}

// process kills a process of the network while the command runs, and starts it again; it says whether the command was
// done.
func (s *storm) process(t *testing.T, step string, by desk, args []string) bool {
	t.Helper()
	cmd := by.command(args...)
	words := listen(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	name := s.victim(by)
	<-s.moment(step, by)
	killed(t, name)
	s.struck[step] = true
	err := words.end(cmd, cmd.Wait())
	if err != nil && !passes(err) {
		t.Fatalf("%s: tally %s, when %s was killed: %v", by, strings.Join(args, " "), name, err)
	}
	return err == nil
}

// victim is the next process of the storm's kind: the acting party's own and others' in turn; of the orderers once in a
// while the one that leads.
func (s *storm) victim(by desk) string {
	s.kills++
	party := string(by)
	if s.kills%2 == 0 || !slices.Contains([]string{"G", "D", "F"}, party) {
		party = []string{"G", "D", "F"}[s.rng.IntN(3)]
	}
	switch s.kind {
	case "peer":
		return "peer0." + party
	case "chaincode":
		return []string{"tally.", "tallyseal."}[s.rng.IntN(2)] + party
	}
	if s.kills%5 == 1 {
		return leader()
	}
	return fmt.Sprintf("orderer%d", s.rng.IntN(4))
}

// client kills the command itself: once at any moment, and once as soon as there is a block of it. It says whether the
// command was done.
func (s *storm) client(t *testing.T, step string, by desk, args []string) bool {
	t.Helper()
	for _, late := range []bool{false, true} {
		cmd := by.command(args...)
		words := listen(cmd)
		before := s.watch.Height()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		moment := s.moment(step, by)
		if late {
			moment = s.block(before, ended)
		}
		select {
		case err := <-ended:
			if err := words.end(cmd, err); err != nil {
				t.Fatalf("%s: tally %s: %v", by, strings.Join(args, " "), err)
			}
			return true
		case <-moment:
		}
		s.kills++
		s.struck[step] = true
		cmd.Process.Kill() // it may have ended
		var exit *exec.ExitError
		if err := <-ended; err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if s.watch.Height() > before {
			s.lost++
		}
	}
	return false
}

// block is told when a block has come, or the command ended.
func (s *storm) block(before uint64, ended chan error) <-chan time.Time {
	told := make(chan time.Time, 1)
	go func() {
		for tick := time.NewTicker(time.Millisecond); s.watch.Height() <= before; <-tick.C {
			if len(ended) > 0 {
				return
			}
		}
		told <- time.Now()
	}()
	return told
}

// TestACloseSurvivesKills closes cycles in which the same is owed: one in peace, and one in which processes of all
// kinds are killed with kill -9 in turn, one in every command of every step. The end is the same: roots, nets,
// payments, states, and every row was written as often. A soak has one more for each kind, with one of that kind killed
// in every command, of orderers in one of each step at least:
//
//	           close  open  sign, by each  finalise  instruct, by each  advise, by each
//	in turn   orderer client    each        orderer        each              each
//	peer         x     x          x            x             x                x
//	orderer      x     x          x            x             x                x
//	chaincode    x     x          x            x             x                x
//	client       xx    xx         xx           xx            xx               xx
func TestACloseSurvivesKills(t *testing.T) {
	by := openTraders(t)
	m := openMarket(t, by)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := &storm{rng: rand.New(rand.NewPCG(seed, 0)), usual: map[string]time.Duration{}, watch: by["G"]}
	want := s.closed(t, m, by, s.timed)
	t.Logf("a command takes %v", s.usual)
	t.Run("in turn", func(t *testing.T) {
		s.turns = []string{"orderer", "client", "peer", "chaincode", "client", "peer", "chaincode"}
		s.fire(t, m, by, want)
		s.turns = nil
	})
	for _, s.kind = range []string{"peer", "orderer", "chaincode", "client"} {
		if soaking {
			t.Run(s.kind, func(t *testing.T) { s.fire(t, m, by, want) })
		}
	}
}

// fire closes a cycle while processes are killed, and holds that it ends as in peace. Which moments are struck is
// chance: on a slow machine a client may have ended before it is killed.
func (s *storm) fire(t *testing.T, m *market, by traders, want string) {
	t.Helper()
	began, mixed := time.Now(), len(s.turns) > 0
	s.kills, s.again, s.lost, s.struck = 0, 0, 0, map[string]bool{}
	if got := s.closed(t, m, by, s.do); got != want {
		t.Errorf("in peace:\n%s\nunder fire:\n%s", want, got)
	}
	least := 6
	if mixed || s.kind == "client" {
		least = 3
	}
	if len(s.struck) < least {
		t.Errorf("of six steps, these were struck: %v", s.struck)
	}
	if !mixed && s.kind == "client" && s.lost == 0 {
		t.Error("no client was killed between its block and its answer")
	}
	t.Logf("%d killed, %d commands were run again, %d clients were killed after their block, in %.1f s",
		s.kills, s.again, s.lost, time.Since(began).Seconds())
}

// closed closes a cycle of its own, and answers its end.
func (s *storm) closed(t *testing.T, m *market, by traders, do does) string {
	t.Helper()
	c := ourCycle(t)
	m.once(t, by)
	c.close(t, do)
	c.sign(t, do)
	c.settle(t, do)
	last := c.show(t)
	last.proved(t)
	roots := rootsOf(t, "G", c.id)
	if roots[""] != last.Root.String() {
		t.Errorf("G derives the root %s, the ledger has %s", roots[""], last.Root)
	}
	for _, p := range last.Statements {
		if root := roots[p.A+" "+p.B]; p.SignedA.Root.String() != root || p.SignedB.Root.String() != root {
			t.Errorf("%s and %s signed %s and %s, G derives %s", p.A, p.B, p.SignedA.Root, p.SignedB.Root, root)
		}
	}
	return c.end(last, readJournal(t, by["G"]))
}

// racer is one of those who act at once, and how that ended.
type racer struct {
	name  string
	node  *node
	req   command.Request
	until fault.Code // ask again while it is refused so, and no other has done it
	made  number.Command
	err   error
}

// race lets all go at once, and waits until all are done.
func race(t *testing.T, list []*racer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, r := range list {
		if err := r.node.level(ctx); err != nil {
			t.Fatal(err)
		}
	}
	start, won := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	var first sync.Once
	for _, r := range list {
		all.Go(func() {
			<-start
			for {
				receipt, err := r.node.Gateway.Single(ctx, "", r.req)
				r.made, r.err = receipt.Number, err
				switch {
				case r.until == "" || ctx.Err() != nil || isClosed(won):
					return
				case fault.CodeOf(err) != r.until:
					first.Do(func() { close(won) })
					return
				}
			}
		})
	}
	close(start)
	all.Wait()
	for _, r := range list {
		r.node.tell()
	}
}

// TestSigningDisputingAndNettingRace has both sides of a statement sign it and dispute its lines, and two nodes net its
// cycle, all at once. Whoever is first, what was disputed in time is left out and all else is netted, once.
func TestSigningDisputingAndNettingRace(t *testing.T) {
	by := openTraders(t)
	m := openMarket(t, by)
	nodes := traders{
		"D": net.open(t, "D", ""), "D2": net.open(t, "D", ""), "M": net.open(t, "M", ""), "M2": net.open(t, "M", ""),
		"G": net.open(t, "G", ""), "F": net.open(t, "F", ""),
	}
	outcomes := map[string]int{}
	rounds := 2
	if soaking {
		rounds = 6
	}
	for round := range rounds {
		c := ourCycle(t)
		m.once(t, by)
		m.once(t, by)
		c.close(t, calmly)
		for _, party := range []desk{"G", "F", "S1"} {
			party.do(t, nil, "statement", "sign", "--cycle", c.id)
		}
		for _, other := range []string{"F", "G", "S1"} {
			desk("D").do(t, nil, "statement", "sign", "--cycle", c.id, "--with", other)
		}
		desk("M").do(t, nil, "statement", "sign", "--cycle", c.id, "--with", "G")
		if round == 1 { // M has signed, and D has not, when the race begins
			desk("M").do(t, nil, "statement", "sign", "--cycle", c.id, "--with", "D")
		}
		list := c.racers(t, nodes, round != 1)
		race(t, list)
		outcomes[c.judge(t, nodes["G"], list)]++
	}
	t.Logf("%v", outcomes)
}

// racers are those who sign, dispute and net the cycle.
func (c closing) racers(t *testing.T, nodes traders, both bool) []*racer {
	t.Helper()
	list := []*racer{
		{name: "net", node: nodes["G"], req: settlement.FinaliseRequest{Cycle: c.id}, until: fault.WrongState},
		{name: "net", node: nodes["F"], req: settlement.FinaliseRequest{Cycle: c.id}, until: fault.WrongState},
	}
	for _, party := range []string{"D", "M"} {
		s, err := clearing.Node{Network: "alliance", Index: read(t, nodes[party])}.Recompute(c.id, "D", "M")
		if err != nil {
			t.Fatal(err)
		}
		req, err := s.SignRequest(party)
		if err != nil {
			t.Fatal(err)
		}
		if both || party == "D" {
			list = append(list, &racer{name: "sign", node: nodes[party], req: req})
		}
		lines := slices.Collect(maps.Keys(linesBetween(t, nodes[party], c.id)))
		slices.SortFunc(lines, func(a, b number.Row) int { return strings.Compare(a.String(), b.String()) })
		if len(lines) != 2 {
			t.Fatalf("D and M have %d lines", len(lines))
		}
		with := map[string]string{"D": "M", "M": "D"}[party]
		line := lines[map[string]int{"D": 0, "M": 1}[party]]
		list = append(list, &racer{name: "dispute", node: nodes[party+"2"], req: settlement.RaiseRequest{
			Cycle: c.id, With: with, Lines: []number.Row{line}, Reason: "race", Evidence: make(codec.Hash, 32),
		}})
	}
	return list
}

// linesBetween are the lines of D and M in a cycle, with their fen.
func linesBetween(t *testing.T, g *node, cycle string) map[number.Row]amount.Units {
	t.Helper()
	lines := map[number.Row]amount.Units{}
	for o, err := range read(t, g).Lines(cycle, "D", "M") {
		if err != nil {
			t.Fatal(err)
		}
		lines[o.ID] = o.Fen
	}
	return lines
}

// judge holds that the ledger is as what the racers were answered, and says how it ended. Disputes are withdrawn then:
// what was left out is owed in the next cycle.
func (c closing) judge(t *testing.T, g *node, list []*racer) string {
	t.Helper()
	lines := linesBetween(t, g, c.id)
	var text []string
	netted := 0
	carved := map[number.Row]number.Command{}
	for _, r := range list {
		text = append(text, fmt.Sprintf("%s %s: %s", r.node.Party(), r.name, or(string(fault.CodeOf(r.err)), "done")))
		switch {
		case r.err != nil && (r.name == "sign" || fault.CodeOf(r.err) != fault.WrongState):
			t.Errorf("%s %s: %v", r.node.Party(), r.name, r.err)
		case r.err == nil && r.name == "net":
			netted++
		case r.err == nil && r.name == "dispute":
			carved[r.req.(settlement.RaiseRequest).Lines[0]] = r.made
		}
	}
	if netted != 1 {
		t.Errorf("%d nodes netted the cycle", netted)
	}
	s := c.show(t)
	s.proved(t)
	total := uint64(0)
	for _, p := range s.Statements {
		total += p.Lines - uint64(len(p.Carved))
		if p.State != settlement.Agreed {
			t.Errorf("%s and %s: %s", p.A, p.B, p.State)
		}
		if p.A != "D" || p.B != "M" {
			continue
		}
		if len(p.Carved) != len(carved) {
			t.Errorf("%d lines are left out, %d disputes were raised", len(p.Carved), len(carved))
		}
		for _, one := range p.Carved {
			if carved[one.Line] != one.Dispute || one.Fen != lines[one.Line] {
				t.Errorf("line %s is left out for %s with %d fen; it has %d, and %s disputes it",
					one.Line, one.Dispute, one.Fen, lines[one.Line], carved[one.Line])
			}
		}
	}
	if total != s.Netting.Lines {
		t.Errorf("%d lines stand, %d were netted", total, s.Netting.Lines)
	}
	c.withdraw(t, g, carved, lines)
	slices.Sort(text)
	return strings.Join(text, ", ")
}

// or is a text, or another if that is none.
func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// withdraw withdraws all disputes: their lines are owed as they stood, in the cycle that is open then.
func (c closing) withdraw(t *testing.T, g *node, carved map[number.Row]number.Command,
	lines map[number.Row]amount.Units) {
	t.Helper()
	var want, got amount.Units
	for line, dispute := range carved {
		want += lines[line]
		desk(dispute.Party).do(t, nil, "dispute", "withdraw", dispute.String())
	}
	for _, fen := range linesBetween(t, g, c.next) {
		got += fen
	}
	if got != want {
		t.Errorf("%d fen were disputed, %d are owed in the next cycle", want, got)
	}
}

// TestSilence lets the day pass on which statements were to be signed. Where that means that they are carried over,
// they are settled in the next cycle, what was hidden too; where it means consent, they stand.
func TestSilence(t *testing.T) {
	by := openTraders(t)
	m := openMarket(t, by)
	t.Cleanup(func() { desk("G").do(t, nil, "cycle", "policy", "--silence", "carry") })
	t.Run("carries over", func(t *testing.T) { carriesOver(t, m, by) })
	t.Run("consents", func(t *testing.T) { consents(t, m, by) })
}

// silent closes a cycle in which D alone signs nothing, before and after the last day to sign.
func silent(t *testing.T, m *market, by traders, silence string, finalise ...string) closing {
	t.Helper()
	desk("G").do(t, nil, "cycle", "policy", "--silence", silence)
	for _, party := range []desk{"D", "F", "G", "M", "S1"} {
		party.do(t, nil, "cycle", "accept", "--silence", silence)
	}
	advanced(t, 1)
	c := ourCycle(t)
	m.once(t, by)
	desk("G").do(t, nil, "cycle", "close", "--next", c.next)
	if silence == "consent" { // where an amount isn't known, nobody consents to it
		desk("S1").do(t, nil, "statement", "open", "--cycle", c.id)
	}
	for _, party := range []desk{"F", "G", "M", "S1"} {
		if err := party.try(nil, "statement", "sign", "--cycle", c.id); err != nil &&
			(silence == "consent" || fault.CodeOf(err) != fault.WrongState) {
			t.Errorf("%s: %v", party, err)
		}
	}
	for range 4 { // on the day of the cut-off, and on the three to sign
		err := desk("G").try(nil, append([]string{"cycle", "finalise", c.id}, finalise...)...)
		wantCode(t, "netting before the deadline", err, fault.WrongState)
		advanced(t, 1)
	}
	return c
}

func carriesOver(t *testing.T, m *market, by traders) {
	c := silent(t, m, by, "carry", "--carry", "--lane", "3")
	wantCode(t, "netting what isn't agreed", desk("G").try(nil, "cycle", "finalise", c.id), fault.WrongState)
	var did struct {
		Carried [][2]string `json:"carried"`
	}
	desk("G").do(t, &did, "cycle", "finalise", c.id, "--carry", "--lane", "3")
	s := c.show(t)
	s.proved(t)
	owed := map[string][2]amount.Units{}
	for _, p := range s.Statements {
		pair, want := [2]string{p.A, p.B}, settlement.Agreed
		if pair != [2]string{"G", "M"} {
			want = settlement.Left
			owed[p.A+" "+p.B] = [2]amount.Units{p.AOwes, p.BOwes}
		}
		if p.State != want || slices.Contains(did.Carried, pair) != (want == settlement.Left) {
			t.Errorf("%v: %s, want %s; carried: %v", pair, p.State, want, did.Carried)
		}
	}
	c.pay(t, calmly)
	if state := c.show(t).State; state != settlement.Settled || s.Netting.Lines != 2 {
		t.Errorf("the rest, of %d lines, is %s", s.Netting.Lines, state)
	}

	later := closing{c.next, fresh("c"), t.TempDir()}
	later.close(t, calmly)
	later.sign(t, calmly)
	later.settle(t, calmly)
	s = later.show(t)
	s.proved(t)
	const supply, fee = 3_333, 33 // of one kit
	owed["D S1"], owed["G S1"] = [2]amount.Units{supply, 0}, [2]amount.Units{0, fee}
	for _, p := range s.Statements {
		if want := owed[p.A+" "+p.B]; p.State != settlement.Agreed || want != [2]amount.Units{p.AOwes, p.BOwes} {
			t.Errorf("%s and %s: %s with %d and %d fen, carried were %v", p.A, p.B, p.State, p.AOwes, p.BOwes, want)
		}
		delete(owed, p.A+" "+p.B)
	}
	if len(owed) > 0 || s.State != settlement.Settled {
		t.Errorf("%v were carried into no statement; the cycle is %s", owed, s.State)
	}
}

func consents(t *testing.T, m *market, by traders) {
	c := silent(t, m, by, "consent")
	c.settle(t, calmly)
	s := c.show(t)
	s.proved(t)
	for _, p := range s.Statements {
		want := settlement.Agreed
		if p.A == "D" || p.B == "D" {
			want = settlement.BySilent
		}
		if p.State != want {
			t.Errorf("%s and %s: %s, want %s", p.A, p.B, p.State, want)
		}
	}
	if s.State != settlement.Settled {
		t.Errorf("the cycle is %s", s.State)
	}
}
