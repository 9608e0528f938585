package index

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/row"
	"tallystick/client/block"
	"tallystick/client/index/internal/database"
)

// doomed names the environment's variable that has this program be an errand: a
// process that is killed in the middle of Apply.
const doomed = "TALLY_INDEX_DOOMED"

// errand is what a doomed process is told.
type errand struct {
	Where  string
	Blocks []string // files
	Step   int      // of writing to a table, after which it is killed; 0 for never
}

// dying kills its process after so many tables were written.
type dying struct {
	database.Database
	left int
}

func (d *dying) Put(tx *sql.Tx, t database.Table, rows [][]any) error {
	err := d.Database.Put(tx, t, rows)
	if d.left--; d.left == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return err
}

// die runs the errand. It ends well only if it lived to the end.
func die() {
	var e errand
	check := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "doomed:", err)
			os.Exit(1)
		}
	}
	check(json.Unmarshal([]byte(os.Getenv(doomed)), &e))
	var blocks []*block.Block
	for _, file := range e.Blocks {
		raw, err := os.ReadFile(file)
		check(err)
		var b common.Block
		check(proto.Unmarshal(raw, &b))
		parsed, err := block.Parse(&b)
		check(err)
		blocks = append(blocks, parsed)
	}
	ix, err := believing(e.Where)
	check(err)
	ix.db = &dying{ix.db, e.Step}
	check(ix.Apply(blocks...))
	check(ix.Close())
	os.Exit(0)
}

// TestKilledInApply kills a process after each table that it writes: nothing of what
// it was doing stays, and who comes after it is not held up.
func TestKilledInApply(t *testing.T) {
	w, names := wallets(t)
	before := len(w.blocks())
	for seq := uint64(2); seq < 6; seq++ {
		changed := lot("DP", "ann", 50, today+30)
		changed.Placed = amount.Units(seq)
		w.write(sealed("D", 3, seq), put(row.Lot(names[0]), changed), put(row.NamedRequest("D", fmt.Sprint("r", seq)),
			row.Request{Hash: make([]byte, 32), Number: numbered("D", 3, seq, 0)}))
	}
	w.write(entry{Key: string(row.Lot(names[2]))}) // deleted
	w.write(put(row.Lot(numbered("D", 3, 77, 0).Row(0)), lot("DP", "thief", 1, today)))
	files, blocks := saved(t, w), w.blocks()
	want, err := now(t, w.index()).Digest()
	if err != nil {
		t.Fatal(err)
	}
	killed := 0
	for step := 1; ; step++ {
		place := where(t)
		ix := openAt(t, place)
		if err := ix.Apply(blocks[:before]...); err != nil {
			t.Fatal(err)
		}
		lived := run(t, errand{place, files[before:], step})
		again := openAt(t, place)
		if !lived && again.Height() != uint64(before) {
			t.Fatalf("killed at step %d: height %d, want %d", step, again.Height(), before)
		}
		if err := ix.Apply(blocks[before:]...); err != nil { // one that was open meanwhile
			t.Fatal(err)
		}
		if got, err := now(t, again).Digest(); err != nil || got.String() != want.String() {
			t.Fatalf("killed at step %d: another digest, %v", step, err)
		}
		if lived {
			break
		}
		killed = step
	}
	if killed != 5 { // checkpoint, lots, requests, batches, unsealed
		t.Errorf("killed %d times", killed)
	}
}

// saved are files of a world's blocks.
func saved(t *testing.T, w *world) (files []string) {
	dir := t.TempDir()
	for b := range w.n.Blocks() {
		raw, err := proto.Marshal(b.Proto())
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, fmt.Sprint(len(files)))
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// run runs a doomed process; false if it was killed.
func run(t *testing.T, e errand) bool {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), doomed+"="+string(text))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err = cmd.Run()
	if err == nil {
		return true
	}
	if status, is := cmd.ProcessState.Sys().(syscall.WaitStatus); !is || status.Signal() != syscall.SIGKILL {
		t.Fatalf("%v: %s", err, said.String())
	}
	return false
}
