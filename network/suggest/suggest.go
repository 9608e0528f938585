// Package suggest says which command or flag somebody may have meant who wrote one that there isn't.
package suggest

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tallystick/network/settings"
)

// Word is the end of a refusal: "; did you mean NAME?", or "" if no name is near.
func Word(word string, names []string) string {
	if near := settings.Nearest(word, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// Command is the end of a refusal of a word for which there is no command below cmd.
func Command(cmd *cobra.Command, word string) string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return Word(word, names)
}

// Flag is the end of a refusal of a flag, and whether it is one that cmd hasn't.
func Flag(cmd *cobra.Command, err error) (end string, unknown bool) {
	var none *pflag.NotExistError
	if !errors.As(err, &none) {
		return "", false
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return Word("--"+strings.TrimLeft(none.GetSpecifiedName(), "-"), names), true
}
