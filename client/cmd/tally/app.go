package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// app is one run of the program: who, where, and how to answer.
type app struct {
	out, err io.Writer
	format   string        // table or json
	as       string        // party, to find its profile in the network's folder
	profile  string        // path, instead of as
	network  string        // tallynet's folder
	request  string        // request id of a command, "" for a new one
	timeout  time.Duration // of the whole run
}

// config reads the party's profile.
func (a *app) config(settings map[string]any) (config.Config, error) {
	path := a.profile
	switch {
	case path != "":
	case a.as != "":
		path = filepath.Join(a.network, "parties", a.as, "profile.yaml")
	default:
		return config.Config{}, errors.New("say who you are: --as PARTY, or --profile FILE")
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return config.Config{}, fmt.Errorf("there is no profile %s; is the network up? try make up", path)
	}
	return config.Load(path, settings)
}

// open connects without lanes: to ask, and to send single commands.
func (a *app) open(ctx context.Context) (*gateway.Gateway, error) {
	cfg, err := a.config(map[string]any{"lanes": ""})
	if err != nil {
		return nil, err
	}
	return gateway.Open(ctx, cfg, gateway.WithLog(a.log()))
}

// with connects, does something, and disconnects.
func (a *app) with(ctx context.Context, do func(context.Context, *gateway.Gateway) error) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	g, err := a.open(ctx)
	if err != nil {
		return err
	}
	return asFault(errors.Join(do(ctx, g), g.Close()))
}

// asFault makes what went wrong behind the caller's words a coded failure: it is
// no fault of the request, as an uncoded error before the connection is.
func asFault(err error) error {
	if err == nil || fault.CodeOf(err) != fault.Internal {
		return err
	}
	return fault.New(fault.Internal, "%v", err)
}

// withIndex is with, and the party's read model brought up to now.
func (a *app) withIndex(ctx context.Context, do func(context.Context, *gateway.Gateway, *index.Index) error) error {
	return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
		cfg, err := a.config(nil)
		if err != nil {
			return err
		}
		ix, err := openIndex(ctx, g, cfg.IndexPath())
		if err != nil {
			return err
		}
		return errors.Join(do(ctx, g, ix), ix.Close())
	})
}

func openIndex(ctx context.Context, g *gateway.Gateway, path string) (*index.Index, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	ix, err := index.Open(path)
	if err != nil {
		return nil, err
	}
	if err := g.Sync(ctx, ix); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	return ix, nil
}

// receipt is what a command answers.
type receipt struct {
	command.Receipt
	Request string `json:"request"`
}

// submit sends one command and prints its receipt.
func (a *app) submit(ctx context.Context, req command.Request) error {
	if err := req.Check(); err != nil {
		return err
	}
	return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
		answer, err := a.send(ctx, g, a.requestID(), req)
		if err != nil {
			return err
		}
		return a.printReceipt(command.KindOf(req).String(), answer)
	})
}

// send does one command under a request id that the ledger remembers.
func (a *app) send(ctx context.Context, g *gateway.Gateway, id string, req command.Request) (receipt, error) {
	answer, err := g.WalkIn(ctx, id, req)
	if fault.CodeOf(err) == fault.UnknownOutcome {
		err = fault.New(fault.UnknownOutcome, "the outcome isn't known yet; ask again with --request %s", id)
	}
	return receipt{answer, id}, err
}

// requestID is the caller's, or a new one that sorts by time.
func (a *app) requestID() string {
	if a.request == "" {
		var random [5]byte
		rand.Read(random[:]) //nolint:errcheck // it never fails
		a.request = time.Now().UTC().Format("20060102T150405.000")[:15] + "-" + hex.EncodeToString(random[:])
	}
	return a.request
}

func (a *app) printReceipt(what string, r receipt) error {
	return a.print(r, func(t table.Writer) {
		note := "done"
		if r.Again {
			note = "had been done: this is the first answer"
		}
		t.AppendRows([]table.Row{{what, note}, {"number", r.Number}, {"cycle", r.Cycle}, {"business date", r.Date}, {"request", r.Request}})
	})
}

// print writes a value as JSON, or as the table that fill makes.
func (a *app) print(value any, fill func(table.Writer)) error {
	if a.format == "json" {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(value)
	}
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateHeader = true
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	fill(t)
	_, err := fmt.Fprintln(a.out, t.Render())
	return err
}

// right aligns columns, counted from 1: amounts are read from their ends.
func right(t table.Writer, columns ...int) {
	var configs []table.ColumnConfig
	for _, c := range columns {
		configs = append(configs, table.ColumnConfig{Number: c, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(configs)
}
