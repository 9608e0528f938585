// Package cli is the kit of the command line's rooms: a run (App), verbs over a node's operations (Verb, Sends), flags,
// of which each name has one kind and one meaning (FlagMeanings), points in their programme's digits (Scales), tables.
// A room has flags, tables and help; what is done is an operation of client/node.
package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/api"
	"tallystick/client/config"
	"tallystick/client/machine"
	"tallystick/client/node"
	"tallystick/client/sheets"
)

// App is one run of the program: who, where, and how to answer.
type App struct {
	Out, Err io.Writer
	Format   string      // table or json
	as       string      // party, to find its profile in the network's folder
	profile  string      // path, instead of as
	network  string      // tallynet's folder
	node     config.Node // that is asked instead of one in this process
	Call     node.Call   // its request id, and what the caller named
	// in tests: instead of sending what says all by its content
	Heard   func(command.Request) error
	yes     bool          // what is lost may be lost
	In      io.Reader     // a terminal to ask at, nil if there is none
	height  uint64        // blocks that what is asked must have
	timeout time.Duration // of the whole run, 0 for none
	Dry     bool          // a dry run, which needs no network
	// of this node, by which linked commands are sent; "" as a rule
	Lanes   string
	pending []func(context.Context, *Node, Scales) error // what waits for the programmes' scales
}

// Config reads the party's profile.
func (a *App) Config(settings map[string]any) (config.Config, error) {
	path := a.profile
	switch {
	case path != "":
	case a.as != "":
		path = filepath.Join(a.network, "parties", a.as, "profile.yaml")
	default:
		return config.Config{}, errors.New("say who you are: --as PARTY or --profile FILE; or which node to ask: --node URL")
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return config.Config{}, fmt.Errorf("there is no profile %s; %s", path, a.others())
	}
	return config.Load(path, settings)
}

// Open opens the party's node in this process, as a rule without lanes: to ask, and to send single commands.
func (a *App) Open(ctx context.Context) (*node.Node, error) {
	cfg, err := a.Config(map[string]any{"lanes": a.Lanes})
	if err != nil {
		return nil, err
	}
	g, err := a.connect(ctx, cfg)
	if a.Dry && fault.CodeOf(err) == fault.Unavailable {
		return node.Offline(cfg), nil
	}
	return g, err
}

// connect opens the party's node as it is configured.
func (a *App) connect(ctx context.Context, cfg config.Config) (*node.Node, error) {
	g, err := node.Open(ctx, cfg, a.log(), a.watch())
	if err != nil {
		return nil, err
	}
	g.AtLeast(a.height)
	return g, nil
}

// with does something with a node that runs, or, if there is none, with one that is opened for it in this process.
func (a *App) with(ctx context.Context, n *Node, do func(context.Context, *Node) error) error {
	if a.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.timeout)
		defer cancel()
	}
	if n == nil {
		here, err := a.Open(ctx)
		if err != nil {
			return err
		}
		n = &Node{here: here}
	}
	err := a.inScale(ctx, n)
	if err == nil {
		err = do(ctx, n)
	}
	return asFault(errors.Join(err, n.close()))
}

// offline does something with the party's node without a network. What needs it is UNAVAILABLE.
func (a *App) offline(ctx context.Context, do func(context.Context, *Node) error) error {
	cfg, err := a.Config(nil)
	if err != nil {
		return err
	}
	n := &Node{here: node.Offline(cfg)}
	return asFault(errors.Join(do(ctx, n), n.close()))
}

// asFault makes what went wrong behind the caller's words a coded failure: it is
// no fault of the request, as an uncoded error before the connection is.
func asFault(err error) error {
	if err = machine.Fault(err); err == nil || fault.CodeOf(err) != fault.Internal {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Stopped, "not done in the time that --timeout gives")
	}
	return fault.New(fault.Internal, "%v", err)
}

// others says which parties have a profile where --as looks for one, or that none has.
func (a *App) others() string {
	found := a.parties()
	if a.profile != "" || len(found) == 0 {
		return "is the network up? try make up"
	}
	return "there are " + strings.Join(found, ", ")
}

// Print writes a value as JSON, or as the table that fill makes.
func (a *App) Print(value any, fill func(table.Writer)) error { return a.PrintParts(value, fill) }

// PrintParts writes a value as JSON, or as tables under each other; one without rows is
// left out.
func (a *App) PrintParts(value any, fills ...func(table.Writer)) error {
	if a.Format == "json" {
		return a.AsJSON(value)
	}
	if a.Format == WithCSV {
		return a.printCSV(fills[0])
	}
	between := ""
	for _, fill := range fills {
		t := aTable()
		if fill(t); t.Length() == 0 && len(fills) > 1 {
			continue
		}
		shown := t.Render()
		if strings.TrimSpace(shown) == "" {
			shown = "none"
		}
		if _, err := fmt.Fprint(a.Out, between, shown, "\n"); err != nil {
			return err
		}
		between = "\n"
	}
	return nil
}

// printCSV writes the table of a command that answers in CSV too.
func (a *App) printCSV(fill func(table.Writer)) error {
	t := aTable()
	fill(t)
	t.SetCaption("")
	rows, err := csv.NewReader(strings.NewReader(t.RenderCSV())).ReadAll()
	if err != nil {
		return err
	}
	return sheets.WriteCSV(a.Out, rows)
}

// aTable is an empty table in the program's style.
func aTable() table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateHeader = true
	style.Format.Header, style.Format.Footer = text.FormatDefault, text.FormatDefault
	t.SetStyle(style)
	return t
}

// widest is how many columns a table can have.
const widest = 16

// Right aligns columns, counted from 1: amounts are read from their ends, all else
// from its beginning.
func Right(t table.Writer, columns ...int) {
	configs := make([]table.ColumnConfig, widest)
	for i := range configs {
		align := text.AlignLeft
		if slices.Contains(columns, i+1) {
			align = text.AlignRight
		}
		configs[i] = table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align}
	}
	t.SetColumnConfigs(configs)
}

// WithCSV marks commands that answer in CSV too.
const WithCSV = "csv"

// log is for what the gateway meets on its way: to the error stream, and only
// what needs a person.
func (a *App) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelError}))
}

// AsJSON writes a value for another program, whatever the format of answers is: as a node's API answers it, but for the
// blanks.
func (a *App) AsJSON(v any) error {
	text, err := api.Encode(v)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	_, err = out.WriteTo(a.Out)
	return err
}

// Acting is the program as another party, whose node isn't the one that flags name.
func (a *App) Acting(party string) *App {
	other := *a
	other.as, other.profile = party, ""
	if other.node.URL != InProcess {
		other.node = config.Node{}
	}
	return &other
}
