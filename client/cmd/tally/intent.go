package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/gateway"
	"tallystick/client/vault"
)

// meaning is all that a caller named: a request id stands for it. What the program
// chooses beside it, such as lots and the moments in which things end, is not of it.
type meaning struct {
	_     struct{} `cbor:",toarray"`
	Verb  string
	Args  []string
	Named []named // by name
	// secret: something of it isn't for the ledger, not even as a hash that could be
	// guessed, so the hash is made under the vault's key.
	secret bool
}

// named is what a flag was given, in one form however it was written: 1h and 60m are
// the same, and the order of flags says nothing.
type named struct {
	_      struct{} `cbor:",toarray"`
	Name   string
	Values []string
}

// How a flag enters the meaning, if not by its values.
const (
	private = "private" // only under the vault's key
	apart   = "apart"   // the verb says what was meant by it: app.mean
)

// marked says of flags how they enter the meaning.
func marked(cmd *cobra.Command, how string, flags ...string) {
	for _, flag := range flags {
		//nolint:errcheck // the flag exists
		cmd.Flags().SetAnnotation(flag, how, nil)
	}
}

// listen takes in what the caller named, and refuses a request id that is none.
func (a *app) listen(cmd *cobra.Command, args []string) error {
	a.meant = meaning{Verb: cmd.CommandPath(), Args: append([]string{}, args...)}
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		_, elsewhere := f.Annotations[apart]
		if !f.Changed || elsewhere || isDefault(f) {
			return
		}
		_, secret := f.Annotations[private]
		a.meant.secret = a.meant.secret || secret
		a.mean(f.Name, valuesOf(f.Value)...)
	})
	if a.request == "" {
		return nil
	}
	if slices.Contains([]string{"tally import", "tally good import", "tally undo-import"}, a.meant.Verb) {
		return fault.New(fault.BadRequest, "an import is known by its source, whenever it is run or taken back again: leave --request out")
	}
	return name.CheckID("--request", a.request)
}

// isDefault says whether a flag was given what it is anyway. Where that is nothing,
// giving it may mean "none from now on", and leaving it out "as it is".
func isDefault(f *pflag.Flag) bool {
	switch f.DefValue {
	case "", "0", "false", "[]":
		return false
	}
	return f.Value.String() == f.DefValue
}

// valuesOf are a flag's values, each in its one form.
func valuesOf(v pflag.Value) []string {
	if read, ok := v.(*value); ok {
		return read.forms
	}
	return []string{v.String()}
}

// formOf is how a value is written, however it was given.
func formOf(v any) string { return fmt.Sprintf("%v", v) }

// mean says what was meant by something that flags alone don't tell: a file's content.
func (a *app) mean(name string, values ...string) {
	at, found := slices.BinarySearchFunc(a.meant.Named, name, func(n named, name string) int {
		if n.Name < name {
			return -1
		}
		if n.Name > name {
			return 1
		}
		return 0
	})
	if found {
		a.meant.Named[at].Values = values
		return
	}
	a.meant.Named = slices.Insert(a.meant.Named, at, named{Name: name, Values: values})
}

// meanFile says that what a file holds was meant.
func (a *app) meanFile(name, path string) error {
	hash, err := hashFile(path)
	if err == nil {
		a.mean(name, hash.String())
	}
	return err
}

// meanSecretly is mean for what the ledger must not show, not even as a hash that could
// be guessed.
func (a *app) meanSecretly(name string, values ...string) {
	a.mean(name, values...)
	a.meant.secret = true
}

// intent is the hash of what was meant.
func (a *app) intent() (intent command.Intent, err error) {
	text := codec.Encode(a.meant)
	if !a.meant.secret {
		return command.IntentOf(text), nil
	}
	err = a.inVault(func(v *vault.Vault) error {
		intent = v.Intent(text)
		return nil
	})
	return intent, err
}

// asked is the request by which the ledger remembers what the caller meant.
func (a *app) asked() (gateway.Asked, error) {
	intent, err := a.intent()
	return gateway.Asked{ID: a.requestID(), Intent: intent}, err
}

// first finds the command that took effect for what the caller asks now. CONFLICT if
// the request id was for something else.
func (a *app) first(ctx context.Context, g *gateway.Gateway) (receipt, bool, error) {
	asked, err := a.asked()
	if err != nil {
		return receipt{}, false, err
	}
	known, found, err := g.First(ctx, asked)
	return receipt{known, asked.ID, g.Height()}, found, err
}
