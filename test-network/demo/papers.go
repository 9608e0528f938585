package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// files exports a statement and has it checked by its other side, without a network; then with a fen more in it.
func files(ctx context.Context, s *stage) error {
	s.chapter("", "D's statement with G as a file for accountants, checked offline by its root and signatures")
	for _, form := range []string{"xlsx", "csv", "pdf", "json"} {
		if err := s.tally(ctx, "D", nil, "statement", "export", "--with", "G", "--cycle", "2026-11", "--language", "zh",
			"--out", s.paper(form)); err != nil {
			return err
		}
	}
	for _, form := range []string{"xlsx", "csv", "json"} {
		code, err := codeOf(s.tally(ctx, "G", nil, "verify-statement", s.paper(form)))
		if err != nil {
			return err
		}
		s.figure("as G finds it, "+form, "done", code)
	}
	sound, err := os.ReadFile(s.paper("csv"))
	if err != nil {
		return err
	}
	changed := filepath.Join(s.scratch, "a-fen-more.csv")
	if err := os.WriteFile(changed, bytes.Replace(sound, []byte(",200.00,"), []byte(",200.01,"), 1),
		0o600); err != nil {
		return err
	}
	named := "nothing"
	if err := s.tally(ctx, "G", nil, "verify-statement", changed); err != nil {
		if _, other := codeOf(err); other != nil {
			return other
		}
		line, _, _ := bytes.Cut(sound[bytes.LastIndexByte(sound[:bytes.Index(sound, []byte(",200.00,"))], '\n')+1:],
			[]byte(","))
		if text := err.Error(); strings.Contains(text, string(line)) && strings.Contains(text, "root") {
			named = "the line and the root"
		}
	}
	s.figure("with a fen more in it, named is", "the line and the root", named)
	return nil
}

// paper is where the statement's file is.
func (s *stage) paper(form string) string { return filepath.Join(s.scratch, "2026-11-D-G."+form) }

// liabilities has an issuer prove what it owes, and a member find its own points in it.
func liabilities(ctx context.Context, s *stage) error {
	s.chapter("", "G proves what it owes members; Sun checks offline that its points are counted")
	kept, mine := filepath.Join(s.scratch, "gp.tree"), filepath.Join(s.scratch, "sun.liability")
	var told struct {
		Root string `json:"root"`
		Owed int64  `json:"sum"`
	}
	if err := s.tally(ctx, "G", &told, "books", "prove-liabilities", "--programme", "GP", "--out", kept); err != nil {
		return err
	}
	if err := s.tally(ctx, "G", nil, "books", "prove-member", "sun", "--tree", kept, "--out", mine); err != nil {
		return err
	}
	var found struct {
		Points int64 `json:"points"`
	}
	if err := s.tally(ctx, "B", &found, "verify-liability", mine, "--root", told.Root); err != nil {
		return err
	}
	s.figure("owed in all, GP", 10350, told.Owed)
	s.figure("of it Sun's", 5000, found.Points)
	code, err := codeOf(s.tally(ctx, "B", nil, "verify-liability", mine, "--root", strings.Repeat("0", 64)))
	if err != nil {
		return err
	}
	s.figure("under another root", "refused", map[bool]string{true: "done", false: "refused"}[code == "done"])
	return nil
}

func step28(ctx context.Context, s *stage) error {
	s.chapter("28", "Vouchers of 2026-11 for the ERP systems of D and G")
	for _, party := range []string{"D", "G"} {
		var j struct {
			Vouchers    int   `json:"vouchers"`
			Turnover    int64 `json:"turnover"`
			Differences []any `json:"differences"`
		}
		out := filepath.Join(s.scratch, "journal-"+party+".xlsx")
		code, err := codeOf(s.tally(ctx, party, &j, "books", "journal", "--period", "2026-11", "--out", out))
		if err != nil {
			return err
		}
		s.figure(party+"'s vouchers balance and tie to its statements", "done, 0 differences",
			fmt.Sprintf("%s, %d differences", code, len(j.Differences)))
		s.note("%d vouchers, %s fen on each side, as of the cut-off; the period is locked",
			j.Vouchers, show(j.Turnover))
	}
	return nil
}
