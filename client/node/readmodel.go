package node

import (
	"context"
	"strings"
	"sync"

	"tallystick/client/block"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// readModel is a party's read model, opened when it is first needed and brought up to the ledger: by each who asks, or
// by following it.
type readModel struct {
	where     string
	blocks    blocks
	watch     Watch
	following bool

	life context.Context // in which it follows
	stop context.CancelFunc

	mu     sync.Mutex
	index  *index.Index // nil until it is needed
	follow *following   // nil unless it follows, or has
}

// blocks are where a read model has them from: a gateway.
type blocks interface {
	Sync(ctx context.Context, r gateway.Reader) error
	Follow(ctx context.Context, r gateway.Reader) error
	Known() uint64 // blocks that there are, as far as is known here
}

// following is one time that a read model follows the ledger, until that fails.
type following struct {
	ended chan struct{}
	err   error // why, once it has ended
}

func newModel(where string, from blocks, watch Watch) *readModel {
	m := &readModel{where: where, blocks: from, watch: watch}
	m.life, m.stop = context.WithCancel(context.Background())
	return m
}

// begin begins to follow, if it is to.
func (m *readModel) begin() error {
	if !m.following {
		return nil
	}
	_, _, err := m.followed()
	return err
}

// open opens the read model once.
func (m *readModel) open() (*index.Index, error) {
	if m.index == nil {
		ix, err := index.Open(m.where)
		if err != nil {
			return nil, err
		}
		m.index = ix
		m.watch.Anew(ix.Anew())
	}
	return m.index, nil
}

// far says how far the read model is, without bringing it up.
func (m *readModel) far() (IndexLevel, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ix, err := m.open()
	if err != nil {
		return IndexLevel{}, err
	}
	where := "SQLite"
	if strings.HasPrefix(m.where, "postgres") {
		where = "PostgreSQL"
	}
	return IndexLevel{ix.Height(), m.blocks.Known(), where, ix.Anew()}, nil
}

// now is the read model with all that the ledger has, or, if it follows, with all that is known of it here.
func (m *readModel) now(ctx context.Context) (*index.Index, error) {
	if m.following {
		return m.waited(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	ix, err := m.open()
	if err != nil {
		return nil, err
	}
	from := ix.Height()
	err = m.blocks.Sync(ctx, &catchUp{ix, m.watch, m.blocks.Known()})
	m.watch.Caught(ix.Height() - from)
	return ix, err
}

// waited is the read model once it has followed as far as the node has seen. What ends the following meanwhile is why
// it isn't; who asks next begins it again.
func (m *readModel) waited(ctx context.Context) (*index.Index, error) {
	ix, f, err := m.followed()
	if err != nil {
		return nil, err
	}
	wait, end := context.WithCancel(ctx)
	defer end()
	go func() {
		select {
		case <-f.ended:
			end()
		case <-wait.Done():
		}
	}()
	err = ix.Wait(wait, m.blocks.Known())
	if err != nil && ctx.Err() == nil {
		<-f.ended
		err = f.err
	}
	return ix, err
}

// followed is the read model, that follows.
func (m *readModel) followed() (*index.Index, *following, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ix, err := m.open()
	if err != nil {
		return nil, nil, err
	}
	if m.follow != nil {
		select {
		case <-m.follow.ended:
		default:
			return ix, m.follow, nil
		}
	}
	f := &following{ended: make(chan struct{})}
	m.follow = f
	go func() {
		defer close(f.ended)
		f.err = m.blocks.Follow(m.life, &catchUp{ix, m.watch, m.blocks.Known()})
	}()
	return ix, f, nil
}

// end ends following, and waits for it.
func (m *readModel) end() {
	m.stop()
	m.mu.Lock()
	f := m.follow
	m.mu.Unlock()
	if f != nil {
		<-f.ended
	}
}

// close closes the read model.
func (m *readModel) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.index == nil {
		return nil
	}
	return m.index.Close()
}

// Watch is told how far the read model is while it is brought up to the ledger.
type Watch interface {
	// Anew says why the read model is made again from the blocks, "" if it isn't.
	Anew(why string)
	// Has says how many blocks it has, and how many there are.
	Has(blocks, of uint64)
	// Caught says that it has been brought up, by how many blocks.
	Caught(taken uint64)
}

// unwatched is told in vain.
type unwatched struct{}

func (unwatched) Anew(string)        {}
func (unwatched) Has(uint64, uint64) {}
func (unwatched) Caught(uint64)      {}

// catchUp is a read model that tells how far it is.
type catchUp struct {
	*index.Index
	watch Watch
	to    uint64
}

// Apply takes the next blocks, and tells of it.
func (c *catchUp) Apply(blocks ...*block.Block) error {
	err := c.Index.Apply(blocks...)
	has := c.Index.Height()
	c.watch.Has(has, max(c.to, has))
	return err
}

// IndexLevel tells how far the read model is.
func (n *Node) IndexLevel() (IndexLevel, error) { return n.model.far() }

// IndexLevel is how far a read model is.
type IndexLevel struct {
	Height uint64 `json:"height"` // blocks that it has
	Ledger uint64 `json:"ledger"` // blocks that there are
	Where  string `json:"where"`  // what keeps it: SQLite or PostgreSQL
	Anew   string `json:"anew"`   // why it is made again, or ""
}

// BringUp has another read model than the node's own take blocks in until it has so many.
func (n *Node) BringUp(ctx context.Context, ix *index.Index, height uint64) error {
	from := ix.Height()
	err := n.gateway.SyncTo(ctx, &catchUp{ix, n.model.watch, height}, height)
	n.model.watch.Caught(ix.Height() - from)
	return err
}
