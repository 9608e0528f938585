package audits

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/xuri/excelize/v2"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/replay/replaytest"
	"tallystick/client/audit/blockfile/blockfiletest"
	"tallystick/client/cmd/tally/internal/cli/clitest"
)

var program = clitest.Program(Group)

// files are a folder of block files of a model's network, whose block 0 has no configuration, and a file of one block.
func files(t *testing.T) (folder, one string) {
	t.Helper()
	var list []*common.Block
	for b := range replaytest.TwoParties(t).Blocks() {
		list = append(list, b.Proto())
	}
	dir := t.TempDir()
	folder, one = filepath.Join(dir, "chain"), filepath.Join(dir, "one.block")
	blockfiletest.Write(t, folder, list)
	data, err := proto.Marshal(list[3])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(one, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, one
}

func TestReplay(t *testing.T) {
	folder, one := files(t)
	report := filepath.Join(t.TempDir(), "audit.xlsx")
	for name, c := range map[string]struct {
		args []string
		code fault.Code
		out  []string
	}{
		"one block": {[]string{one}, "", []string{"framing and header chain", "区块格式与哈希链", "proven 已证明",
			"not verified 未核对", "the blocks begin with 3"}},
		"one as JSON": {[]string{one, "-o", "json"}, "", []string{`"found": 0`}},
		"a model's": {[]string{folder, "--out", report}, fault.Differs,
			[]string{"block 0 is not a configuration"}},
		"nothing there":    {[]string{one + "-not"}, fault.NotFound, nil},
		"no files of that": {[]string{t.TempDir()}, fault.NotFound, nil},
		"nobody's blocks":  {nil, fault.BadRequest, nil},
		"both":             {[]string{folder, "--from-peer"}, fault.BadRequest, nil},
		"a peer of nobody": {[]string{"--from-peer"}, fault.BadRequest, nil},
		"another form":     {[]string{folder, "--out", "audit.pdf"}, fault.BadRequest, nil},
		"a place":          {[]string{folder, "--place", "Nowhere"}, fault.BadRequest, nil},
	} {
		out, errs, exit := clitest.Run(t, program, append([]string{"audit", "replay"}, c.args...)...)
		want := 0
		if c.code != "" {
			want = fault.Of(c.code).Exit
		}
		if exit != want {
			t.Errorf("%s: exit %d, want %d: %s", name, exit, want, errs)
		}
		for _, text := range c.out {
			if !strings.Contains(out, text) {
				t.Errorf("%s: no %q in\n%s", name, text, out)
			}
		}
	}
	book, err := excelize.OpenFile(report)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("findings 差异")
	if err != nil || len(rows) < 2 || !slices.Contains(rows[1], "configuration") {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestJSON(t *testing.T) {
	folder, _ := files(t)
	out, _, exit := clitest.Run(t, program, "audit", "replay", folder, "-o", "json")
	var r struct {
		Found    int
		Findings []struct{ Layer, Why string }
		Layers   []struct{ Name, Outcome string }
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || exit != fault.Of(fault.Differs).Exit {
		t.Fatalf("exit %d: %v: %s", exit, err, out)
	}
	if r.Found == 0 || r.Findings[0].Layer != "configuration" || len(r.Layers) != 10 ||
		r.Layers[0].Outcome != "proven" {
		t.Errorf("%+v", r)
	}
}
