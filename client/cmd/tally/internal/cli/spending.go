package cli

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/client/bounds"
	"tallystick/client/node"
)

// Spending is which points a command takes: hold, transfer, convert, a trade …
type Spending struct {
	take []Part       // chosen from the member's wallet
	lots []spend.Take // named
}

// Flags are --take and --lot.
func (s *Spending) Flags(a *App, cmd *cobra.Command) {
	a.PartsFlag(cmd, &s.take, "take", "programme:points, earliest expiry first")
	a.LotsFlag(cmd, &s.lots, "lot", "or lot:points, to name the lots yourself")
}

// Named is what the flags name.
func (s Spending) Named() node.Spending {
	named := node.Spending{Lots: s.lots}
	for _, p := range s.take {
		named.Take = append(named.Take, p.Named())
	}
	return named
}

// authorisable says how to name an authorisation, if that is what a command lacks.
func authorisable(err error) error {
	if fault.CodeOf(err) != fault.Unauthorised || !strings.HasSuffix(err.Error(), "names no authorisation") {
		return err
	}
	return fmt.Errorf("%w: tally member authorisations lists what there is, --authorisation names one", err)
}

// Consent is the member's authorisation of a spend, for who isn't its home.
type Consent struct {
	authorisation number.Command
	oneTime       OneTime
}

// Flags are --authorisation and those of its code.
func (c *Consent) Flags(cmd *cobra.Command) {
	One(cmd, &c.authorisation, "authorisation",
		"the member's authorisation; its home needs none (积分认证)", number.ParseCommand)
	c.oneTime.Flags(cmd)
}

// Proof is the authorisation and its code, if it is given.
func (c *Consent) Proof(a *App) (number.Command, code.Code, error) {
	if c.authorisation.IsZero() && !c.oneTime.Given() {
		return number.Command{}, nil, nil // a code in the environment is for something else
	}
	cd, err := c.oneTime.Read(a)
	return c.authorisation, cd, err
}

// OneTime is a one-time code, however it is given: who can see a computer's
// processes sees the words of a command line.
type OneTime struct {
	code code.Code
	file string
}

// Flags are --code and --code-file.
func (o *OneTime) Flags(cmd *cobra.Command) {
	One(cmd, &o.code, "code",
		"one-time code, if one is waited for; better in --code-file or $TALLY_CODE (一次性码)", code.Parse)
	Word(cmd, &o.file, "code-file", "file with the code")
	marked(cmd, apart, "code", "code-file")
	cmd.MarkFlagsMutuallyExclusive("code", "code-file")
}

// Given says whether a flag has the code.
func (o *OneTime) Given() bool { return len(o.code) > 0 || o.file != "" }

// Read is the code, from the flag, the file or the environment; none is no error.
// It is of what the caller means, wherever it came from.
func (o *OneTime) Read(a *App) (code.Code, error) {
	cd, err := o.find()
	if len(cd) > 0 {
		a.Call.Meaning.Name("code", hex.EncodeToString(cd))
	}
	return cd, err
}

func (o *OneTime) find() (code.Code, error) {
	if len(o.code) > 0 {
		return o.code, nil
	}
	if o.file == "" {
		return code.Parse(os.Getenv("TALLY_CODE"))
	}
	data, err := bounds.File(o.file, bounds.Key)
	if err != nil {
		return nil, err
	}
	return code.Parse(strings.TrimSpace(string(data)))
}
