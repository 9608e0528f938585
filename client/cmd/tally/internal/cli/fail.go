package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/machine"
)

// FormIn is the form of the answer that a command line asks for, before its flags are read.
func FormIn(args []string, form string) string {
	for i, arg := range args {
		name, value, said := strings.Cut(arg, "=")
		switch {
		case arg == "-ojson":
			return "json"
		case name != "-o" && name != "--format":
		case !said && i+1 < len(args):
			value = args[i+1]
			fallthrough
		default:
			if value == "json" {
				return value
			}
		}
	}
	return form
}

// Fail prints an error once, in the caller's format, and answers the exit code
// of the fault table. Usage errors are BAD_REQUESTs.
func (a *App) Fail(err error) int {
	var refusal *fault.Error
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) { // of a file that the caller named
		err = machine.Fault(err)
	}
	if !errors.As(err, &refusal) {
		refusal = fault.New(fault.BadRequest, "%s", err.Error())
	} else {
		refusal = inContext(refusal, err)
	}
	refusal = fault.New(refusal.Code, "%s", InFlags(refusal.Text))
	meaning := fault.Of(refusal.Code)
	if a.Format == "json" {
		enc := json.NewEncoder(a.Err)
		enc.SetIndent("", "  ")
		// There is nowhere left to report it.
		_ = enc.Encode(map[string]any{"code": refusal.Code, "text": refusal.Text, "retry": meaning.Retry,
			"meaning": meaning.En})
		return meaning.Exit
	}
	fmt.Fprintln(a.Err, "tally: "+refusal.Error())
	if refusal.Code != fault.BadRequest {
		fmt.Fprintf(a.Err, "       %s\n       %s\n", meaning.En, meaning.Zh)
	}
	return meaning.Exit
}

// inContext is a refusal with all that was said around it on its way here, such as the lines that it is about.
func inContext(refusal *fault.Error, err error) *fault.Error {
	return fault.New(refusal.Code, "%s", strings.Replace(err.Error(), refusal.Error(), refusal.Text, 1))
}
