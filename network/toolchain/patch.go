package toolchain

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// fabricModule is what is patched.
const fabricModule = "github.com/hyperledger/fabric"

// patch changes a file of Fabric's: each text, of which there is exactly one, becomes
// another. A patch without changes adds a file.
type patch struct {
	file    string
	add     string
	changes [][2]string
}

//go:embed msgprocessor/wellformed.go.txt
var wellFormed string

//go:embed msgprocessor/share.go
var share string

// patches mend what lets one member stop every peer of 3.1.1 for good: an envelope that
// can't be read, in a block before a valid transaction. Orderers don't take such envelopes,
// and peers take them for transactions that nothing depends on. Of what can be read,
// orderers take no more from an organisation than its share.
var patches = []patch{
	{file: "orderer/common/msgprocessor/wellformed.go", add: wellFormed},
	{file: "orderer/common/msgprocessor/share.go", add: share},
	{file: "orderer/common/broadcast/broadcast.go", changes: [][2]string{
		{"\tcase msgprocessor.ErrMaintenanceMode:\n",
			"\tcase msgprocessor.ErrMaintenanceMode, msgprocessor.ErrOverShare:\n"},
	}},
	{file: "orderer/consensus/smartbft/chain.go", changes: [][2]string{
		{"\treconfig := c.updateRuntimeConfig(block)\n\tif reconfig.InLatestDecision {\n",
			"\tmsgprocessor.Ordered(block.Data.Data)\n\treconfig := c.updateRuntimeConfig(block)\n\tif reconfig.InLatestDecision {\n"},
	}},
	{file: "orderer/common/msgprocessor/standardchannel.go", changes: [][2]string{{
		"\t\tNewSigFilter(policies.ChannelWriters, policies.ChannelOrdererWriters, filterSupport),\n\t}\n",
		"\t\tNewSigFilter(policies.ChannelWriters, policies.ChannelOrdererWriters, filterSupport),\n\t\twellFormedRule{here},\n\t}\n",
	}}},
	{file: "core/common/validation/statebased/validator_keylevel.go", changes: [][2]string{
		{
			"func (klv *KeyLevelValidator) extractDependenciesForTx(blockNum, txNum uint64, envelopeBytes []byte) {\n",
			"func (klv *KeyLevelValidator) extractDependenciesForTx(blockNum, txNum uint64, envelopeBytes []byte) {\n" +
				"\tklv.vpmgr.ExtractValidationParameterDependency(blockNum, txNum, resultsOf(blockNum, txNum, envelopeBytes))\n}\n\n" +
				"// resultsOf is nil for what isn't a transaction: nothing depends on it.\n" +
				"func resultsOf(blockNum, txNum uint64, envelopeBytes []byte) (results []byte) {\n" +
				"\tdefer func() {\n\t\tif recover() != nil {\n\t\t\tresults = nil\n\t\t}\n\t}()\n",
		},
		{"\tklv.vpmgr.ExtractValidationParameterDependency(blockNum, txNum, respPayload.Results)\n",
			"\treturn respPayload.Results\n"},
	}},
}

// writePatches adds the patches to what identifies a build.
func writePatches(sum hash.Hash) {
	for _, p := range patches {
		fmt.Fprintf(sum, "%q %q %q\n", p.file, p.add, p.changes)
	}
}

// patchIn copies Fabric's source beside the pins, patched, and has the pins take it from
// there.
func patchIn(ctx context.Context, module string) error {
	source, err := sourceOf(ctx, module)
	if err != nil {
		return err
	}
	const folder = "fabric"
	if err := os.CopyFS(filepath.Join(module, folder), os.DirFS(source)); err != nil {
		return fmt.Errorf("copy %s: %w", fabricModule, err)
	}
	for _, p := range patches {
		text, err := p.apply(source)
		if err != nil {
			return err
		}
		to := filepath.Join(module, folder, filepath.FromSlash(p.file))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return err
		}
	}
	_, err = run(ctx, module, "mod", "edit", "-replace", fabricModule+"=./"+folder)
	return err
}

// sourceOf downloads Fabric's source, unless it is there, and says where it is.
func sourceOf(ctx context.Context, module string) (string, error) {
	out, err := run(ctx, module, "mod", "download", "-json", fabricModule)
	if err != nil {
		return "", err
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(out, &found); err != nil {
		return "", fmt.Errorf("download %s: %w", fabricModule, err)
	}
	return found.Dir, nil
}

// run runs the Go tool in the module.
func run(ctx context.Context, module string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = module, environment()
	out, err := cmd.Output()
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		return nil,
			fmt.Errorf("build Fabric's programs: go %s: %w\n%s%s", strings.Join(args, " "), err, failed.Stderr, out)
	case err != nil:
		return nil, fmt.Errorf("building Fabric needs the go command on the PATH: %w", err)
	}
	return out, nil
}

// apply answers the patched text of the file in a copy of Fabric's source.
func (p patch) apply(source string) (string, error) {
	if p.changes == nil {
		return p.add, nil
	}
	raw, err := os.ReadFile(filepath.Join(source, filepath.FromSlash(p.file)))
	if err != nil {
		return "", err
	}
	text := string(raw)
	for _, c := range p.changes {
		if n := strings.Count(text, c[0]); n != 1 {
			return "",
				fmt.Errorf("%s: the text to change is there %d times; is this another version of Fabric?", p.file, n)
		}
		text = strings.Replace(text, c[0], c[1], 1)
	}
	return text, nil
}
