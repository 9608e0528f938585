package audits

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"tallystick/chaincode/fault"
	"tallystick/client/audit"
	"tallystick/client/audit/checkpoint"
	"tallystick/client/bounds"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/network/wholefile"
)

// signed is a checkpoint that somebody signed, for people and scripts.
type signed struct {
	Checkpoint checkpoint.Checkpoint `json:"checkpoint"`
	Signers    []string              `json:"signers"`
	File       string                `json:"file"`
}

func makeKey(a *cli.App) *cobra.Command {
	var out string
	cmd := cli.Leaf("key NAME", "Make a key to sign checkpoints with (生成审计签名密钥)",
		"  tally audit key D/audit --out audit.key",
		func(_ context.Context, args []string) error {
			private, public, err := checkpoint.NewKey(args[0])
			if err != nil {
				return fault.New(fault.BadRequest, "no auditor is called %.40q: a name has no space and no plus sign",
					args[0])
			}
			if _, err := os.Lstat(out); !errors.Is(err, os.ErrNotExist) {
				return fault.New(fault.Conflict, "%s is there already; a key is never written over: take another name", out)
			}
			if err := wholefile.Write(out, []byte(private+"\n"), 0o600); err != nil {
				return err
			}
			return a.Print(map[string]string{"key": public, "file": out}, func(t table.Writer) {
				t.AppendRow(table.Row{"public key, for other auditors", public})
				t.AppendRow(table.Row{"private key, for you alone", out})
			})
		})
	cmd.Long = `Make an Ed25519 key. The private key goes to --out and is for you alone; give the public one, a line
that begins with NAME, to the other auditors, who put it into the file that they name with --known.`
	cli.Word(cmd, &out, "out", "file for the private key")
	cli.Require(cmd, "out")
	return a.Untimed(cmd)
}

func cosign(a *cli.App) *cobra.Command {
	var req asked
	var key, known string
	cmd := cli.Leaf("cosign NOTE [FOLDER]", "Replay up to another's checkpoint, and sign it if you come to the same (会签)",
		`  tally audit cosign G.note ledgersData/chains/chains/tally --signing-key audit.key --known auditors.txt
  tally --as D audit cosign G.note --from-peer --signing-key audit.key --known auditors.txt`,
		func(ctx context.Context, args []string) error {
			if req.fromPeer == (len(args) == 2) {
				return fault.New(fault.BadRequest, whose)
			}
			data, keys, err := opened(args[0], known)
			if err != nil {
				return err
			}
			theirs, _, err := checkpoint.Open(data, keys)
			if err != nil {
				return notSigned(args[0], err)
			}
			req.until = theirs.Height
			report, err := req.run(ctx, a, append(args, "")[1])
			if err != nil {
				return err
			}
			own, err := audit.Checkpoint(report)
			if err != nil {
				return err
			}
			private, err := privateKey(key)
			if err != nil {
				return err
			}
			data, err = checkpoint.Cosign(data, keys, own, private)
			if err != nil {
				return differing(err)
			}
			if err := wholefile.Write(args[0], data, 0o644); err != nil {
				return err
			}
			return printSigned(a, args[0], data, keys)
		})
	cmd.Long = `Verify all blocks up to the height of another auditor's checkpoint, and add your signature to its file
if you came to the very same: last block, state, and number of findings. If you didn't, nothing is signed,
and it exits with 13 (DIFFERS): keep both files, since two signed checkpoints of one height that differ prove
that somebody was shown another ledger, or that somebody's replay is wrong (tally audit compare).`
	req.flags(cmd)
	cli.Word(cmd, &key, "signing-key", "file with your private key; see tally audit key")
	cli.Word(cmd, &known, "known", "file with auditors' public keys, one a line")
	cli.Require(cmd, "signing-key", "known")
	return a.Untimed(cmd)
}

func compare(a *cli.App) *cobra.Command {
	var known string
	cmd := cli.Leaf("compare NOTE NOTE", "Compare two checkpoints of one height (比对检查点)",
		"  tally audit compare G.note D.note --known auditors.txt",
		func(_ context.Context, args []string) error {
			one, keys, err := opened(args[0], known)
			if err != nil {
				return err
			}
			other, err := read(args[1])
			if err != nil {
				return err
			}
			if err := checkpoint.Compare(one, other, keys); err != nil {
				return differing(err)
			}
			return printSigned(a, args[0], one, keys)
		})
	cmd.Long = `Open two checkpoints that auditors signed. If they are of one height and differ, it exits with 13
(DIFFERS): the two files prove it to everybody who has the auditors' public keys.`
	cli.Word(cmd, &known, "known", "file with auditors' public keys, one a line")
	cli.Require(cmd, "known")
	return a.Untimed(cmd)
}

// sign writes a note of what a replay came to.
func (r asked) sign(report *audit.Report) error {
	c, err := audit.Checkpoint(report)
	if err != nil {
		return err
	}
	private, err := privateKey(r.key)
	if err != nil {
		return err
	}
	data, err := checkpoint.Sign(c, private)
	if err != nil {
		return fault.New(fault.BadRequest, "`signing-key`: %s has no auditor's private key; make one with tally audit key", r.key)
	}
	return wholefile.Write(r.note, data, 0o644)
}

func printSigned(a *cli.App, file string, data []byte, keys note.Verifiers) error {
	c, signers, err := checkpoint.Open(data, keys)
	if err != nil {
		return notSigned(file, err)
	}
	return a.Print(signed{c, signers, file}, func(t table.Writer) {
		t.AppendRow(table.Row{"height", c.Height})
		t.AppendRow(table.Row{"last block", fmt.Sprintf("%x", c.Block)})
		t.AppendRow(table.Row{"state", fmt.Sprintf("%x", c.State)})
		t.AppendRow(table.Row{"findings", c.Findings})
		for _, s := range signers {
			t.AppendRow(table.Row{"signed by", s})
		}
	})
}

// opened reads a note's file, and the keys of those who are known.
func opened(path, known string) (data []byte, keys note.Verifiers, err error) {
	if data, err = read(path); err != nil {
		return nil, nil, err
	}
	text, err := read(known)
	if err != nil {
		return nil, nil, err
	}
	if keys, err = checkpoint.Keys(string(text)); err != nil {
		return nil, nil, fault.New(fault.BadRequest, "`known`: %s: %v", known, err)
	}
	return data, keys, nil
}

// read reads a file of notes or keys, which are small.
func read(path string) ([]byte, error) {
	data, err := bounds.File(path, checkpoint.MaxNote)
	if errors.Is(err, os.ErrNotExist) {
		err = fault.New(fault.NotFound, "%v", err)
	}
	return data, err
}

func privateKey(path string) (string, error) {
	data, err := read(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fault.New(fault.BadRequest, "%s can be read by others; chmod 600 it, or make another key", path)
	}
	return string(bytes.TrimSpace(data)), nil
}

func notSigned(file string, err error) error {
	return fault.New(fault.BadRequest, "%s is no checkpoint that a known auditor signed: %v", file, err)
}

// differing tells a disagreement from what can't be compared.
func differing(err error) error {
	var found *checkpoint.Disagreement
	if errors.As(err, &found) {
		return fault.New(fault.Differs, "%v", err)
	}
	return fault.New(fault.BadRequest, "%v", err)
}
