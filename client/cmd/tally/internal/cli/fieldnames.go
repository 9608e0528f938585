package cli

import (
	"regexp"
	"strings"
)

// FieldNames says how the command line names what a node's refusals name in backquotes, as its API does: a field of the
// request, or an operation; other operations are called as their commands are.
var FieldNames = map[string]string{
	"acceptor":             "--acceptor",
	"begin":                "--begin",
	"blocks":               "--blocks",
	"after":                "--after",
	"by":                   "--by",
	"capture":              "--capture",
	"channel":              "--channel",
	"cycle":                "--cycle",
	"customer":             "--customer",
	"cycle.finalise.carry": "--carry",
	"execute":              "--execute",
	"fields":               "--field NAME=VALUE",
	"file":                 "FILE",
	"job":                  "JOB",
	"for":                  "--for",
	"form":                 "--out",
	"grantors":             "--grantor",
	"issuer":               "--issuer",
	"layout":               "--layout",
	"limit":                "--limit",
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
	"types":                "--type",
	"url":                  "URL",
	"view":                 "--view",
	"name":                 "NAME",
	"outlet":               "--outlet",
	"person":               "--person",
	"ends":                 "--until",
	"state":                "--state",
	"most":                 "--limit",
	"n":                    "--noted",
	"hash":                 "--noted-hash",
	"perRequest":           "--most-per-request",
	"perDay":               "--most-per-day",
	"perMinute":            "--requests-per-minute",
}

// FieldName is a name in backquotes, as refusals have it.
var FieldName = regexp.MustCompile("`([a-z][A-Za-z.-]*)`")

// InFlags writes a refusal of the node's for who typed a command line.
func InFlags(text string) string {
	return FieldName.ReplaceAllStringFunc(text, func(quoted string) string {
		name := strings.Trim(quoted, "`")
		if flag, known := FieldNames[name]; known {
			return flag
		}
		if strings.Contains(name, ".") {
			return "tally " + strings.ReplaceAll(name, ".", " ")
		}
		return quoted
	})
}
