package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// catchUp tells how far the read model is while it is brought up: on a terminal each second, in one line that it writes
// over; elsewhere a line after a second, and then fewer and fewer. What takes no longer than a second isn't told.
type catchUp struct {
	app *App

	said  time.Time
	every time.Duration
	spoke bool
}

func (a *App) watch() *catchUp { return &catchUp{app: a, said: time.Now(), every: time.Second} }

// Anew says why the read model is made again.
func (c *catchUp) Anew(why string) {
	if why != "" {
		fmt.Fprintf(c.app.Err, "tally: the read model is made again from the blocks: %s\n", why)
	}
}

// Has tells how many blocks it has.
func (c *catchUp) Has(blocks, of uint64) {
	if time.Since(c.said) < c.every {
		return
	}
	before, after := "", "\n"
	if c.terminal() {
		before, after = "\r", ""
	} else {
		c.every *= 3
	}
	c.said, c.spoke = time.Now(), true
	fmt.Fprintf(c.app.Err, "%stally: the read model takes blocks in: %d of %d%s", before, blocks, of, after)
}

// Caught ends the line that was written over.
func (c *catchUp) Caught(taken uint64) {
	if !c.spoke {
		return
	}
	before := ""
	if c.terminal() {
		before = "\r\x1b[K"
	}
	fmt.Fprintf(c.app.Err, "%stally: the read model has taken %d blocks in\n", before, taken)
	c.spoke = false
}

func (c *catchUp) terminal() bool {
	file, ok := c.app.Err.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}
