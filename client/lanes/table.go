package lanes

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tallystick/client/config"
	"tallystick/client/store"
)

// process is one that the tables have.
type process struct {
	Process
	beat int64
	at   time.Time // by its own clock
}

// table is what the tables say.
type table struct {
	processes []process        // by name
	holders   map[uint8]string // of lanes; "" for nobody
}

func read(ctx context.Context, r store.Reader) (t table, err error) {
	if err := r.Each(ctx, "SELECT id, name, lanes, beat, at FROM processes", nil, func(scan store.Scan) error {
		var p process
		var at int64
		err := scan(&p.ID, &p.Name, &p.Lanes, &p.beat, &at)
		p.at = time.UnixMilli(at)
		t.processes = append(t.processes, p)
		return err
	}); err != nil {
		return t, err
	}
	slices.SortFunc(t.processes, func(a, b process) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	t.holders = map[uint8]string{}
	return t, r.Each(ctx, "SELECT lane, holder FROM lanes", nil, func(scan store.Scan) error {
		var lane uint8
		var holder string
		err := scan(&lane, &holder)
		t.holders[lane] = holder
		return err
	})
}

func (t table) has(id string) bool { return t.find(id) != nil }

// find is a process, nil if the tables haven't got it.
func (t table) find(id string) *process {
	if i := slices.IndexFunc(t.processes, func(p process) bool { return p.ID == id }); i >= 0 {
		return &t.processes[i]
	}
	return nil
}

// bury takes a process off.
func (t *table) bury(id string) {
	t.processes = slices.DeleteFunc(t.processes, func(p process) bool { return p.ID == id })
	for lane, holder := range t.holders {
		if holder == id {
			t.holders[lane] = ""
		}
	}
}

// owner is the process to which a lane belongs, of those that the tables have: of those whose profile names it, or of
// all if none does. Several have every so-manyth lane.
func (t table) owner(lane uint8) string {
	var owners []string
	for _, p := range t.processes {
		if slices.Contains(named(p.Lanes), lane) {
			owners = append(owners, p.ID)
		}
	}
	if len(owners) == 0 {
		for _, p := range t.processes {
			owners = append(owners, p.ID)
		}
	}
	return owners[int(lane)%len(owners)]
}

// of lists the lanes that a process writes and that belong to it, in their order.
func (t table) of(id string) []uint8 {
	var mine []uint8
	for lane, holder := range t.holders {
		if holder == id && t.owner(lane) == id {
			mine = append(mine, lane)
		}
	}
	slices.Sort(mine)
	return mine
}

// nobody counts the lanes that nobody writes.
func (t table) nobody() (n int) {
	for _, holder := range t.holders {
		if holder == "" {
			n++
		}
	}
	return n
}

// named are the lanes that a profile names. One that names none as it should was refused when it was read.
func named(lanes string) []uint8 {
	list, err := config.Config{Lanes: lanes}.LaneList()
	if err != nil {
		return nil
	}
	return list
}

// Lane is who writes a lane.
type Lane struct {
	Lane    uint8     `json:"lane"`
	Process string    `json:"process"` // the machine and the directory of its state; "" for nobody
	Heard   time.Time `json:"heard"`   // when that process said last that it lives, by its own clock
}

// List says who writes the party's lanes, in their order. A process that died stays until another sees that it is
// silent.
func List(ctx context.Context, own *store.Store) ([]Lane, error) {
	t, err := read(ctx, own.Reader)
	if err != nil {
		return nil, err
	}
	list := []Lane{}
	for lane, holder := range t.holders {
		l := Lane{Lane: lane}
		if p := t.find(holder); p != nil {
			l.Process, l.Heard = p.Name, p.at
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b Lane) int { return cmp.Compare(a.Lane, b.Lane) })
	return list, nil
}
