package main

import (
	"errors"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/index"
)

// tally counts what a run over many rows did. A run can be stopped and started
// again at any time: what is done is found done.
type tally struct {
	Done    []string  `json:"done"`
	Refused []refused `json:"refused"`
}

// refused is a row that the ledger refused, and why.
type refused struct {
	ID   string     `json:"id"`
	Code fault.Code `json:"code"`
	Text string     `json:"text"`
}

// note counts one row. It returns what stops the run: errors that the next row
// would meet too.
func (r *tally) note(id string, err error) error {
	var refusal *fault.Error
	switch {
	case err == nil:
		r.Done = append(r.Done, id)
		return nil
	case !errors.As(err, &refusal), stops(refusal.Code):
		return err
	}
	r.Refused = append(r.Refused, refused{id, refusal.Code, refusal.Text})
	return nil
}

// stops says whether a refusal isn't about the row.
func stops(code fault.Code) bool { return (&fault.Error{Code: code}).Passing() }

func (a *app) printTally(what string, r tally) error {
	if r.Done == nil {
		r.Done = []string{}
	}
	if r.Refused == nil {
		r.Refused = []refused{}
	}
	return a.print(r, func(t table.Writer) {
		t.AppendRow(table.Row{what, len(r.Done)})
		for _, one := range r.Refused {
			t.AppendRow(table.Row{one.ID, string(one.Code) + ": " + one.Text})
		}
	})
}

// takesLong gives a run over many rows an hour, if nobody says otherwise.
func (a *app) takesLong(cmd *cobra.Command) *cobra.Command {
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		if !cmd.Flags().Changed("timeout") {
			a.timeout = time.Hour
		}
	}
	return cmd
}

// all asks the read model for all pages of a list.
func all[T any](ask func(index.Page) (index.Part[T], error)) ([]T, error) {
	list := []T{}
	for page := (index.Page{Limit: index.MaxPage}); ; {
		part, err := ask(page)
		if err != nil {
			return nil, err
		}
		if list = append(list, part.Rows...); part.Next == "" {
			return list, nil
		}
		page.After = part.Next
	}
}
