package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	keys "tallystick/network/settings"
)

// meant is what somebody may have meant who wrote a word that there isn't, "" if nothing is near.
func meant(word string, names []string) string {
	if near := keys.Nearest(word, names); near != "" {
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

// flagError names the flag that may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return fmt.Errorf("%w%s", err, meant("--"+strings.TrimLeft(unknown.GetSpecifiedName(), "-"), names))
}
