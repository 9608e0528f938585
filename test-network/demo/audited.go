package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"tallystick/client/audit/blockfile"
)

// audited is what an auditor's command line answers, as far as the story reads it.
type audited struct {
	Found    int `json:"found"`
	Blocks   int `json:"blocks"`
	Commands int `json:"commands"`
	Layers   []struct {
		Name    string `json:"name"`
		Outcome string `json:"outcome"`
	} `json:"layers"`
	Findings []struct {
		Layer   string   `json:"layer"`
		Block   uint64   `json:"block"`
		TxID    string   `json:"tx_id"`
		Key     string   `json:"key"`
		Why     string   `json:"why"`
		Signers []string `json:"signers"`
	} `json:"findings"`
}

// proven counts the layers that were verified, without a difference.
func (a audited) proven() (count int) {
	for _, l := range a.Layers {
		if l.Outcome == "proven" {
			count++
		}
	}
	return count
}

// audit has A, the auditor, replay blocks. That something differs is no error here.
func (s *stage) audit(ctx context.Context, args ...string) (r audited, err error) {
	cmd := s.command(ctx, "A", append([]string{"audit", "replay"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !(errors.As(err, &exit) && out.Len() > 0) {
		return r, fmt.Errorf("tally audit replay %s: %w: %s", strings.Join(args, " "), err, errs.String())
	}
	return r, json.Unmarshal(out.Bytes(), &r)
}

// blockFiles is a copy of the blocks that a party's peer keeps.
func (s *stage) blockFiles(party string) (dir string, err error) {
	chains := filepath.Join(s.dir, "peers", "peer0."+party, "ledger", "ledgersData", "chains", "chains")
	found, err := filepath.Glob(filepath.Join(chains, "*"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%s has %d channels: %w", chains, len(found), err)
	}
	if dir, err = os.MkdirTemp(s.scratch, "blocks-of-"+party+"-"); err != nil {
		return "", err
	}
	return dir, os.CopyFS(dir, os.DirFS(found[0]))
}

// step29: A has no peer and believes nobody.
func step29(ctx context.Context, s *stage) error {
	s.chapter("29", "A, the auditor, replays every block: signatures, policies, versions, each command, each lane")
	for _, party := range []string{"G", "D", "F"} {
		dir, err := s.blockFiles(party)
		if err != nil {
			return err
		}
		r, err := s.audit(ctx, dir)
		if err != nil {
			return err
		}
		for _, f := range r.Findings {
			s.note("%s, block %d, %s: %s", f.Layer, f.Block, f.Key, f.Why)
		}
		s.figure("differences in the blocks of "+party+"'s peer", 0, r.Found)
		if party == "G" {
			s.figure("layers proven, of 10; the rules in part, nothing outside given", 8, r.proven())
			s.note("%d blocks, %d commands run again", r.Blocks, r.Commands)
		}
	}
	r, err := s.audit(ctx, "--from-peer")
	if err != nil {
		return err
	}
	s.figure("differences in what a peer sends that A asks", 0, r.Found)
	return nil
}

// step30: somebody changes one byte of a copied block file.
func step30(ctx context.Context, s *stage) error {
	s.chapter("30", "One byte of a copied block file is changed")
	dir, err := s.blockFiles("D")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "blockfile_000000")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	source, err := blockfile.Open(dir)
	if err != nil {
		return err
	}
	at, block := int64(len(data)/2), uint64(0)
	for b, finding := range source.Blocks() {
		if finding != nil {
			return errors.New(finding.String())
		}
		if b.Offset <= at && b.File == path {
			block = b.Number
		}
	}
	data[at] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	r, err := s.audit(ctx, dir)
	if err != nil {
		return err
	}
	named := "none"
	if len(r.Findings) > 0 {
		named = fmt.Sprintf("block %d", r.Findings[0].Block)
		s.note("%s: %s", r.Findings[0].Layer, r.Findings[0].Why)
	}
	s.figure("the auditor names its block", fmt.Sprintf("block %d", block), named)
	return nil
}

// auditedKeys are the keys of transactions that an auditor names, as two of the peers wrote them beside the rules.
func (s *stage) auditedKeys(ctx context.Context, forged map[string]string) (string, error) {
	r, err := s.audit(ctx, "--from-peer")
	if err != nil {
		return "", err
	}
	var named []string
	for _, f := range r.Findings {
		if f.Layer == "rules" && f.TxID == forged[f.Key] && strings.Join(f.Signers, " ") == "F G" {
			named = append(named, f.Key)
		}
	}
	slices.Sort(named)
	return strings.Join(named, " "), nil
}
