package blockfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/client/audit/blockfile"
	"tallystick/client/audit/blockfile/blockfiletest"
)

func blocks(t testing.TB, count int) (list []*common.Block) {
	t.Helper()
	n := ledgersim.New(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}}})
	n.Deploy("probe", ledgersim.Probe{}, ledgersim.OutOf(1, "G"))
	for range count {
		if _, err := n.Invoke(n.Identity("G", "till"), "probe", []byte("put a 1")); err != nil {
			t.Fatal(err)
		}
	}
	for b := range n.Blocks() {
		list = append(list, b.Proto())
	}
	return list
}

// read is how many blocks a path gives, and what is wrong behind them.
func read(t *testing.T, path string) (count int, why string) {
	t.Helper()
	source, err := blockfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for b, f := range source.Blocks() {
		if f != nil {
			if f.Block != uint64(count) || f.File == "" {
				t.Errorf("%s, want block %d", f, count)
			}
			return count, f.Why
		}
		if b.Number != uint64(count) || b.Size == 0 {
			t.Errorf("block %d of %d bytes, want %d", b.Number, b.Size, count)
		}
		count++
	}
	return count, ""
}

func TestFolder(t *testing.T) {
	list := blocks(t, 6)
	dir := t.TempDir()
	deep := filepath.Join(dir, "ledgersData/chains/chains/tally")
	blockfiletest.Write(t, deep, list[:3], list[3:])
	for _, path := range []string{dir, deep} {
		if count, why := read(t, path); count != len(list) || why != "" {
			t.Errorf("%d blocks, %s", count, why)
		}
	}
	if count, why := read(t, filepath.Join(deep, "blockfile_000000")); count != 3 || why != "" {
		t.Errorf("%d blocks, %s", count, why)
	}
	if err := os.Rename(filepath.Join(deep, "blockfile_000001"), filepath.Join(deep, "blockfile_000002")); err != nil {
		t.Fatal(err)
	}
	if count, why := read(t, dir); count != 3 || !strings.Contains(why, "missing") {
		t.Errorf("%d blocks, %s", count, why)
	}
	blockfiletest.Write(t, filepath.Join(dir, "ledgersData/chains/chains/other"), list)
	if _, err := blockfile.Open(dir); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("two channels: %v", err)
	}
	for _, path := range []string{t.TempDir(), filepath.Join(dir, "none")} {
		if _, err := blockfile.Open(path); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestOneBlock(t *testing.T) {
	data, err := proto.Marshal(blocks(t, 0)[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "newest.block")
	for _, c := range []struct {
		data  []byte
		count int
		why   string
	}{{data, 1, ""}, {data[:len(data)-1], 0, "no block"}, {nil, 0, "without a header"}} {
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if count, why := read(t, path); count != c.count || !strings.Contains(why, c.why) {
			t.Errorf("%d blocks, %q, want %q", count, why, c.why)
		}
	}
}

// TestHostile: whatever the files hold is told, with its place.
func TestHostile(t *testing.T) {
	list := blocks(t, 1)
	good := blockfiletest.Encode(list...)
	with := func(length uint64, rest ...byte) []byte {
		return append(append(bytes.Clone(good), protowire.AppendVarint(nil, length)...), rest...)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"truncated":             {good[:len(good)-1], "ends in a block"},
		"a length alone":        {with(100), "ends in a block"},
		"no end of a length":    {append(bytes.Clone(good), 0xff, 0xff), "no length"},
		"a length too long":     {append(bytes.Clone(good), 0x81, 0x80, 0), "no length"},
		"a huge block":          {with(1 << 40), "above"},
		"an empty block":        {with(0), "no number"},
		"a part beyond its end": {with(3, 0, 90, 0), "90 bytes, and 1 are left"},
		"many parts":            {with(6, 0, 0, 0, 0xff, 0xff, 0x7f), "2097151 parts"},
		"bytes behind":          {with(6, 9, 0, 0, 0, 0, 7), "1 bytes behind"},
		"foreign":               {[]byte("PK\x03\x04 a zip file that somebody put there"), "ends in a block"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "blockfile_000000"), c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, why := read(t, dir); !strings.Contains(why, c.want) {
			t.Errorf("%s: %q, want %q", name, why, c.want)
		}
	}
}

func FuzzFolder(f *testing.F) {
	f.Add(blockfiletest.Encode(blocks(f, 2)...))
	f.Add([]byte{3, 0, 90, 0})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, "blockfile_000000")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		source, err := blockfile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		var again []*common.Block
		found := false
		for b, finding := range source.Blocks() {
			if found = finding != nil; !found {
				again = append(again, b.Raw)
			}
		}
		if !found && !bytes.Equal(blockfiletest.Encode(again...), data) {
			t.Error("the file has another encoding than its blocks")
		}
	})
}
