package cli

import "regexp"

// FieldNames says how the command line names what a node's refusals name in backquotes, as its API does: a field of the
// request, or an operation.
var FieldNames = map[string]string{
	"acceptor":             "--acceptor",
	"begin":                "--begin",
	"blocks":               "--blocks",
	"by":                   "--by",
	"capture":              "--capture",
	"channel":              "--channel",
	"cycle":                "--cycle",
	"customer":             "--customer",
	"cycle.finalise.carry": "--carry",
	"execute":              "--execute",
	"fields":               "--field NAME=VALUE",
	"file":                 "FILE",
	"form":                 "--out",
	"grantors":             "--grantor",
	"issuer":               "--issuer",
	"layout":               "--layout",
	"lock":                 "--out",
	"lots":                 "--about",
	"mapping":              "--mapping",
	"needsCodes":           "--needs-code",
	"notice":               "FILE",
	"open":                 "--open or --closed",
	"period":               "--period",
	"programme":            "--programme",
	"quota":                "--quota",
	"request":              "--request",
	"rest":                 "--rest",
	"restate":              "--restate --reason",
	"signers":              "--signers",
	"view":                 "--view",
}

// FieldName is a name in backquotes, as refusals have it.
var FieldName = regexp.MustCompile("`([a-z][A-Za-z.]*)`")

// InFlags writes a refusal of the node's for who typed a command line.
func InFlags(text string) string {
	return FieldName.ReplaceAllStringFunc(text, func(name string) string {
		if flag, known := FieldNames[name[1:len(name)-1]]; known {
			return flag
		}
		return name
	})
}
