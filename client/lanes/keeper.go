package lanes

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tallystick/client/store"
)

// How often a process says that it lives, how long it writes lanes after that, and how long it has to be silent for
// others to take its lanes.
const (
	Every   = 500 * time.Millisecond
	Term    = 2 * time.Second
	Silence = 3 * time.Second
)

// Writer writes lanes: a gateway.
type Writer interface {
	// Write has it write these lanes and no others, and begin nothing in them after a time.
	Write(lanes []uint8, until time.Time)
	// Writing lists the lanes in which something may be under way.
	Writing() []uint8
}

// Process is who shares lanes.
type Process struct {
	ID    string // another one each time it is started
	Name  string // for people: the machine, and the directory of its state
	Lanes string // that its profile names, such as 1-4
}

// Keeper keeps a process's part of the party's lanes.
type Keeper struct {
	own  *store.Store
	self Process
	to   Writer
	log  *slog.Logger

	mine  []uint8          // lanes, as of the last look
	heard map[string]heard // of other processes, by their ids

	mu     sync.Mutex
	nobody int // lanes that nobody wrote, when it looked last
}

// heard is when a process was heard last, by this one's clock.
type heard struct {
	beat int64
	at   time.Time
}

// NewKeeper makes a keeper for a process that writes lanes by a gateway.
func NewKeeper(own *store.Store, self Process, to Writer, log *slog.Logger) *Keeper {
	return &Keeper{own: own, self: self, to: to, log: log, heard: map[string]heard{}}
}

// Run takes and gives lanes until ctx ends. The process keeps the lanes that it has then, until it leaves them or is
// silent for too long.
func (k *Keeper) Run(ctx context.Context) {
	every := time.NewTicker(Every)
	defer every.Stop()
	for {
		if err := k.look(ctx, time.Now()); err != nil && ctx.Err() == nil {
			k.log.Error("lanes aren't shared; none is written if that lasts", "err", err)
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

// look says that the process lives, sees who else does, and takes and gives lanes.
func (k *Keeper) look(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, Silence)
	defer cancel()
	var found table
	err := k.own.Write(ctx, func(w store.Writer) (err error) {
		found, err = k.turn(ctx, w, now)
		return err
	})
	if err != nil {
		return err
	}
	mine := found.of(k.self.ID)
	if !slices.Equal(mine, k.mine) {
		k.log.Info("lanes", "writes", mine, "before", k.mine, "processes", len(found.processes))
	}
	k.mine = mine
	k.to.Write(mine, now.Add(Term))
	k.mu.Lock()
	defer k.mu.Unlock()
	k.nobody = found.nobody()
	return nil
}

// Nobody is how many lanes nobody wrote when the process looked last.
func (k *Keeper) Nobody() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.nobody
}

// turn is a look at the tables, in which no other process writes beside it.
func (k *Keeper) turn(ctx context.Context, w store.Writer, now time.Time) (found table, err error) {
	if err := k.beat(ctx, w, now); err != nil {
		return found, err
	}
	if found, err = read(ctx, w.Reader); err != nil {
		return found, err
	}
	for _, p := range k.silent(found, now) {
		k.log.Warn("a process is silent: its lanes go to others", "process", p.Name)
		if err := bury(ctx, w, p.ID); err != nil {
			return found, err
		}
		found.bury(p.ID)
	}
	busy := k.to.Writing()
	for lane, holder := range found.holders {
		owner := found.owner(lane)
		next := holder
		switch {
		case holder == "" && owner == k.self.ID:
			next = k.self.ID
		case holder == k.self.ID && owner != k.self.ID && !slices.Contains(busy, lane):
			next = ""
		}
		if next == holder {
			continue
		}
		if _, err := w.Exec(ctx, "UPDATE lanes SET holder = ? WHERE lane = ?", next, int(lane)); err != nil {
			return found, err
		}
		found.holders[lane] = next
	}
	return found, nil
}

// silent are the other processes that have said nothing new for long enough.
func (k *Keeper) silent(found table, now time.Time) (list []Process) {
	maps.DeleteFunc(k.heard, func(id string, _ heard) bool { return !found.has(id) })
	for _, p := range found.processes {
		if last, known := k.heard[p.ID]; !known || last.beat != p.beat {
			k.heard[p.ID] = heard{p.beat, now}
		}
		if p.ID != k.self.ID && now.Sub(k.heard[p.ID].at) >= Silence {
			list = append(list, p.Process)
		}
	}
	return list
}

// beat says that the process lives. One that is new, or that others thought dead, comes in with the lanes of its
// profile.
func (k *Keeper) beat(ctx context.Context, w store.Writer, now time.Time) error {
	n, err := w.Exec(ctx, "UPDATE processes SET beat = beat + 1, at = ? WHERE id = ?", now.UnixMilli(), k.self.ID)
	if err != nil || n == 1 {
		return err
	}
	if _, err := w.Exec(ctx, "INSERT INTO processes (id, name, lanes, beat, at) VALUES (?, ?, ?, 1, ?)", k.self.ID,
		k.self.Name, k.self.Lanes, now.UnixMilli()); err != nil {
		return err
	}
	for _, lane := range named(k.self.Lanes) {
		if _, err := w.Exec(ctx, "INSERT INTO lanes (lane, holder) VALUES (?, '') ON CONFLICT (lane) DO NOTHING",
			int(lane)); err != nil {
			return err
		}
	}
	return nil
}

// Leave has what is under way end, and gives all lanes to others. What hasn't ended after Silence, when others would
// take them anyway, is known to the outbox, and to the lane's head. It comes after Run.
func (k *Keeper) Leave(ctx context.Context) error {
	k.to.Write(nil, time.Time{})
	for begun := time.Now(); len(k.to.Writing()) > 0 && time.Since(begun) < Silence; {
		time.Sleep(Every / 10)
	}
	ctx, cancel := context.WithTimeout(ctx, Silence)
	defer cancel()
	err := k.own.Write(ctx, func(w store.Writer) error { return bury(ctx, w, k.self.ID) })
	if errors.Is(err, context.DeadlineExceeded) {
		k.log.Warn("others learn by its silence that the process has left", "err", err)
		return nil
	}
	return err
}

// bury takes a process off the tables. If it lives after all, it finds that out when it says so next.
func bury(ctx context.Context, w store.Writer, id string) error {
	if _, err := w.Exec(ctx, "DELETE FROM processes WHERE id = ?", id); err != nil {
		return err
	}
	_, err := w.Exec(ctx, "UPDATE lanes SET holder = '' WHERE holder = ?", id)
	return err
}
