package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/encoding/protodelim"

	"tallystick/client/audit/blockfile/blockfiletest"
)

// TestCheckpoints: D audits the blocks of a real network that was recorded, signs, G comes to the same and cosigns; of
// a ledger of which a byte was changed it comes to something else, signs nothing, and two notes prove it.
func TestCheckpoints(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	blocks := recorded(t)
	blockfiletest.Write(t, in("ledger"), blocks)
	publics := ""
	for _, who := range []string{"D", "G"} {
		var made struct{ Key, File string }
		out, errs, exit := run(t, "audit", "key", who+"/audit", "--out", in(who+".key"), "-o", "json")
		if err := json.Unmarshal([]byte(out), &made); err != nil || exit != 0 {
			t.Fatalf("%d %s %v", exit, errs, err)
		}
		publics += made.Key + "\n"
	}
	if err := os.WriteFile(in("known"), []byte(publics), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, exit := run(t, "audit", "key", "D/audit", "--out", in("D.key")); exit == 0 {
		t.Errorf("a key was written over: %s", errs)
	}
	replay := func(ledger, who string) {
		t.Helper()
		_, errs, exit := run(t, "audit", "replay", in(ledger), "--note", in(ledger+who), "--signing-key",
			in(who+".key"))
		if exit != 0 && exit != 13 {
			t.Fatalf("%d: %s", exit, errs)
		}
	}
	replay("ledger", "D")
	signed, err := os.ReadFile(in("ledgerD"))
	if err != nil {
		t.Fatal(err)
	}
	cosign := []string{"audit", "cosign", in("ledgerD"), in("ledger"), "--signing-key", in("G.key"), "--known",
		in("known"),
		"-o", "json"}
	out, errs, exit := run(t, cosign...)
	if exit != 0 || !strings.Contains(out, "D/audit") || !strings.Contains(out, "G/audit") {
		t.Fatalf("%d %s%s", exit, out, errs)
	}
	if out, _, exit := run(t, "audit", "compare", in("ledgerD"), in("ledgerD"), "--known", in("known")); exit != 0 {
		t.Errorf("%d %s", exit, out)
	}
	// Flags aren't covered by an orderer's signature: another peer's are.
	last := blocks[len(blocks)-1]
	last.GetMetadata().GetMetadata()[common.BlockMetadataIndex_TRANSACTIONS_FILTER][0] ^= 0xff
	blockfiletest.Write(t, in("altered"), blocks)
	replay("altered", "G")
	if _, errs, exit := run(t, "audit", "compare", in("ledgerD"), in("alteredG"), "--known", in("known")); exit != 13 ||
		!strings.Contains(errs, "findings: ") {
		t.Errorf("%d %s", exit, errs)
	}
	cosign[3] = in("altered")
	if err := os.WriteFile(in("ledgerD"), signed, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, exit := run(t, cosign...); exit != 13 {
		t.Errorf("%d %s", exit, errs)
	}
	if now, err := os.ReadFile(in("ledgerD")); err != nil || string(now) != string(signed) {
		t.Errorf("what differs was signed: %v", err)
	}
	if err := os.Chmod(in("G.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	cosign[3] = in("ledger")
	if _, errs, exit := run(t, cosign...); exit == 0 || !strings.Contains(errs, "chmod 600") {
		t.Errorf("%d %s", exit, errs)
	}
}

// recorded are the blocks of a real network.
func recorded(t *testing.T) (list []*common.Block) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "audit", "authority", "testdata", "bft.blocks.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := bufio.NewReader(packed); ; {
		b := &common.Block{}
		err := protodelim.UnmarshalOptions{MaxSize: 64 << 20}.UnmarshalFrom(r, b)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
}
