package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/node"
)

// apart marks a flag that enters the meaning otherwise than by its values: the verb says what was meant by it.
const apart = "apart"

// marked says of flags how they enter the meaning.
func marked(cmd *cobra.Command, how string, flags ...string) {
	for _, flag := range flags {
		cmd.Flags().SetAnnotation(flag, how, nil)
	}
}

// listen takes in what the caller named, and refuses a request id that is none.
func (a *App) listen(cmd *cobra.Command, args []string) error {
	a.Call.Meaning = node.Meaning{Verb: cmd.CommandPath(), Args: append([]string{}, args...)}
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		_, elsewhere := f.Annotations[apart]
		if !f.Changed || elsewhere || isDefault(f) {
			return
		}
		a.Call.Meaning.Name(f.Name, valuesOf(f.Value)...)
	})
	if a.Call.ID == "" {
		return nil
	}
	if slices.Contains([]string{"tally import", "tally good import", "tally undo-import"}, a.Call.Meaning.Verb) {
		return fault.New(fault.BadRequest,
			"an import is known by its source, whenever it is run or taken back again: leave --request out")
	}
	return name.CheckID("--request", a.Call.ID)
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
