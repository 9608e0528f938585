package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tallystick/chaincode/fault"
	"tallystick/network/settings"
)

// meant is what somebody may have meant who wrote a word that there isn't, "" if nothing is near.
func meant(word string, names []string) string {
	if near := settings.Nearest(word, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

func commandNames(cmd *cobra.Command) (names []string) {
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// flagError is what is wrong with a flag: what its value says itself, or which one may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return fault.New(fault.BadRequest, "%s%s; see %s --help", err, meant("--"+strings.TrimLeft(unknown.GetSpecifiedName(), "-"), names), cmd.CommandPath())
}
