package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// confirm asks whether something should be lost. Without a terminal to ask at it refuses, and says how to say yes.
func confirm(yes bool, lost string) error {
	if yes {
		return nil
	}
	if !isatty.IsTerminal(os.Stdin.Fd()) {
		return usageError{fmt.Errorf("%s; say --yes if that is meant", lost)}
	}
	fmt.Fprintf(os.Stderr, "%s. Type yes to go on: ", lost)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n') // its end is a no
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("nothing was done")
	}
	return nil
}
