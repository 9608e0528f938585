package lanes

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tallystick/client/index/pgtest"
	"tallystick/client/store"
)

// writer is a gateway that is told which lanes to write, and keeps at some of them.
type writer struct {
	lanes, busy []uint8
	until       time.Time
}

func (w *writer) Write(lanes []uint8, until time.Time) { w.lanes, w.until = lanes, until }

func (w *writer) Writing() []uint8 { return append(slices.Clone(w.lanes), w.busy...) }

// party is processes of one party, and the time that all of them have.
type party struct {
	t     *testing.T
	own   *store.Store
	now   time.Time
	list  map[string]*Keeper
	gates map[string]*writer
}

// TestLanes tests what is the same on SQLite and on PostgreSQL, if the machine has its programs.
func TestLanes(t *testing.T) {
	cases := map[string]func(p *party){
		"go and come back":                   goAndComeBack,
		"of a process that was thought dead": thoughtDead,
		"are shared out":                     sharedOut,
		"while the database can't be asked":  gone,
	}
	t.Run("sqlite", func(t *testing.T) {
		for name, test := range cases {
			t.Run(name, func(t *testing.T) { inStore(t, filepath.Join(t.TempDir(), "node.db"), test) })
		}
	})
	t.Run("postgres", func(t *testing.T) {
		server, err := pgtest.Start()
		if errors.Is(err, pgtest.ErrNone) && !pgtest.Required() {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := server.Stop(); err != nil {
				t.Error(err)
			}
		}()
		for name, test := range cases {
			t.Run(name, func(t *testing.T) { inStore(t, server.URL(), test) })
		}
	})
}

func inStore(t *testing.T, at string, test func(p *party)) {
	own, err := store.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	test(&party{t, own, time.Now(), map[string]*Keeper{}, map[string]*writer{}})
}

// join has a process begin.
func (p *party) join(name, lanes string) {
	p.gates[name] = &writer{}
	p.list[name] = NewKeeper(p.own, Process{ID: fmt.Sprint(name, p.now.UnixNano()), Name: name, Lanes: lanes},
		p.gates[name], slog.New(slog.DiscardHandler))
}

// pass has these processes look again and again while time passes.
func (p *party) pass(d time.Duration, names ...string) {
	p.t.Helper()
	for end := p.now.Add(d); p.now.Before(end); p.now = p.now.Add(Every) {
		for _, name := range names {
			if err := p.list[name].look(p.t.Context(), p.now); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

// want compares the lanes that a process writes.
func (p *party) want(name string, lanes ...uint8) {
	p.t.Helper()
	if got := p.gates[name].lanes; !slices.Equal(got, lanes) {
		p.t.Errorf("%s writes %v, want %v", name, got, lanes)
	}
}

// goAndComeBack: what a silent process had goes to the one that lives, and back once it is there again and
// nothing of the other's is under way.
func goAndComeBack(p *party) {
	p.join("a", "1-2")
	p.join("b", "3-4")
	p.pass(2*time.Second, "a", "b")
	p.want("a", 1, 2)
	p.want("b", 3, 4)
	p.pass(Silence-Every, "b")
	p.want("b", 3, 4)
	p.pass(2*Every, "b")
	p.want("b", 1, 2, 3, 4)
	if n := p.list["b"].Nobody(); n != 0 {
		p.t.Errorf("%d lanes are nobody's", n)
	}

	p.join("a", "1-2") // it was started again
	p.gates["b"].busy = []uint8{2}
	p.pass(3*Every, "a", "b")
	p.want("a", 1)
	p.want("b", 3, 4)
	p.gates["b"].busy = nil
	p.pass(3*Every, "a", "b")
	p.want("a", 1, 2)

	if err := p.list["a"].Leave(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.want("a")
	p.pass(Every, "b")
	p.want("b", 1, 2, 3, 4)
}

// thoughtDead finds that out when it looks next, and has its lanes again.
func thoughtDead(p *party) {
	p.join("a", "1")
	p.join("b", "2")
	p.pass(Every, "a", "b")
	p.pass(Silence+Every, "b")
	p.want("b", 1, 2)
	p.pass(Every, "a")
	p.want("a")
	p.pass(3*Every, "b", "a")
	p.want("a", 1)
	p.want("b", 2)
}

// sharedOut: processes of one profile share its lanes evenly, as those who are there; what nobody's profile
// names any more is somebody's all the same.
func sharedOut(p *party) {
	p.join("a", "1-4")
	p.pass(Every, "a")
	p.want("a", 1, 2, 3, 4)
	p.join("b", "1-4")
	p.pass(4*Every, "a", "b")
	p.want("a", 2, 4)
	p.want("b", 1, 3)
	if err := p.list["a"].Leave(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.join("c", "7")
	p.pass(4*Every, "b", "c")
	p.want("b", 1, 2, 3, 4)
	p.want("c", 7)
	if err := p.list["b"].Leave(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.pass(Every, "c")
	p.want("c", 1, 2, 3, 4, 7)
	list, err := List(p.t.Context(), p.own)
	if err != nil || len(list) != 5 || list[4].Lane != 7 || list[0].Process != "c" ||
		list[0].Heard.UnixMilli() != p.now.Add(-Every).UnixMilli() {
		p.t.Errorf("%+v, %v", list, err)
	}
}

// gone: nothing is taken or given, and the process isn't told to write on.
func gone(p *party) {
	p.join("a", "1")
	p.pass(Every, "a")
	p.want("a", 1)
	until := p.gates["a"].until
	if err := p.own.Close(); err != nil {
		p.t.Fatal(err)
	}
	if err := p.list["a"].look(p.t.Context(), p.now); err == nil || p.gates["a"].until != until {
		p.t.Errorf("%v, it writes until %s; want an error, and %s", err, p.gates["a"].until, until)
	}
}
