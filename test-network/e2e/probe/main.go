// Command probe serves ledgersim's Probe, which asks a real network how it
// behaves.
package main

import (
	"fmt"
	"os"

	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/service"
)

func main() {
	if err := service.Serve(ledgersim.Probe{}); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}
