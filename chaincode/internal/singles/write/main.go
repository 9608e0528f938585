// Write writes the contract's single commands into the file that its argument names; go generate calls it.
package main

import (
	"fmt"
	"os"

	"tallystick/chaincode/internal/singles"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: write FILE")
	}
	source, err := singles.Source()
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], source, 0o644)
}
