package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// The customers, as their parties' counters know them: never on the ledger.
const (
	zhangAtD = "+86-13800000001"
	zhangAtG = "openid-zhang"
	wangAtD  = "+86-13800000003"
)

// members enrols the story's people at their homes. Zhang's account at G is linked
// by a one-time code made where Zhang stands, at D.
func members(ctx context.Context, s *stage) error {
	s.chapter("", "One member centre: each person has a home, and is known at other parties by consent")
	for _, m := range [][]string{
		{"D", "zhang", "--channel", "shop", "--customer", zhangAtD},
		{"M", "li", "--channel", "app", "--customer", "13800000002"},
		{"D", "wang", "--channel", "shop", "--customer", wangAtD},
	} {
		if err := s.tally(ctx, m[0], nil, append([]string{"member", "enrol"}, m[1:]...)...); err != nil {
			return err
		}
	}
	var invited receipt
	if err := s.tally(ctx, "D", &invited, "member", "invite", "zhang", "--party", "G"); err != nil {
		return err
	}
	link := []string{"member", "link", "zhang", "--channel", "app", "--customer", zhangAtG, "--invitation",
		invited.Number, "--code", invited.Code}
	if err := s.tally(ctx, "G", nil, link...); err != nil {
		return err
	}
	known, err := s.recognised(ctx, "G", "app", zhangAtG)
	if err != nil {
		return err
	}
	s.figure("G's app recognises D's customer as", "zhang", known)
	code, err := codeOf(s.tally(ctx, "G", nil, "member", "link", "zhang", "--channel", "web", "--customer", "someone",
		"--invitation", invited.Number, "--code", invited.Code))
	if err != nil {
		return err
	}
	s.figure("the same code again", "WRONG_STATE", code)
	return nil
}

// recognised is the member that a party's customer is, or why not.
func (s *stage) recognised(ctx context.Context, as, channel, customer string) (string, error) {
	var m struct {
		Member struct {
			ID string `json:"id"`
		} `json:"member"`
	}
	code, err := codeOf(s.tally(ctx, as, &m, "member", "recognise", "--channel", channel, "--customer", customer))
	if err != nil || code != "done" {
		return code, err
	}
	return m.Member.ID, nil
}

// authorised has the member's home let an acceptor spend so much, and answers the
// authorisation's number and one-time code.
func (s *stage) authorised(ctx context.Context, home, member, acceptor, limit string) (receipt, error) {
	var r receipt
	err := s.tally(ctx, home, &r, "member", "authorise", member, acceptor, "--allow", limit, "--needs-code")
	return r, err
}

// audiences shows an offer to those whom it is for.
func audiences(ctx context.Context, s *stage) error {
	s.chapter("", "千人千面: an offer is data, and everyone evaluates it the same")
	if err := s.tally(ctx, "D", nil, "member", "label", "zhang", "car_owner"); err != nil {
		return err
	}
	if err := s.tally(ctx, "M", nil, "offer", "publish", "ride-for-owners", "--en", "A ride home", "--zh", "送您回家",
		"--label-of", "D:car_owner", "--from", "2026-12-01", "--until", "2026-12-31", "--benefit", "ride"); err != nil {
		return err
	}
	for _, of := range []struct {
		member string
		want   int
	}{{"zhang", 1}, {"li", 0}} {
		var shown struct {
			Rows []any `json:"rows"`
		}
		if err := s.tally(ctx, "M", &shown, "member", "offers", of.member); err != nil {
			return err
		}
		s.figure("offers that M shows "+of.member, of.want, len(shown.Rows))
	}
	return nil
}

// proofs has the peers sign a balance, and checks it without a network.
func proofs(ctx context.Context, s *stage) error {
	s.chapter("", "A balance with the peers' signatures, checked offline")
	file := filepath.Join(s.scratch, "zhang.proof")
	if err := s.tally(ctx, "D", nil, "points", "prove", "zhang", "--out", file, "--signers", "3"); err != nil {
		return err
	}
	var checked struct {
		Signers []string `json:"signers"`
	}
	if err := s.tally(ctx, "M", &checked, "verify-proof", file, "--signers", "3"); err != nil {
		return err
	}
	s.figure("peers that signed Zhang's balance", 3, len(checked.Signers))
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	forged := filepath.Join(s.scratch, "forged.proof")
	if err := os.WriteFile(forged, flip(data), 0o600); err != nil {
		return err
	}
	code, err := codeOf(s.tally(ctx, "M", nil, "verify-proof", forged))
	if err != nil {
		return err
	}
	s.figure("with one letter of the envelope changed", "refused",
		map[bool]string{true: "accepted", false: "refused"}[code == "done"])
	return nil
}

// flip changes one letter in the middle of a file.
func flip(data []byte) []byte {
	changed := append([]byte{}, data...)
	at := len(changed) / 2
	for changed[at] < 'a' || changed[at] > 'y' {
		at++
	}
	changed[at]++
	return changed
}

func step27(ctx context.Context, s *stage) error {
	s.chapter("27", "Wang asks for erasure")
	var consent receipt
	if err := s.tally(ctx, "D", &consent, "member", "consent", "wang", "--purpose", "joint_service", "--party", "G",
		"--until", "2027-12-31"); err != nil {
		return err
	}
	if err := s.tally(ctx, "D", nil, "member", "share", consent.Number, "G", "--field", "phone="+wangAtD, "--field",
		"name=王五"); err != nil {
		return err
	}
	var shared struct {
		Fields map[string]string `json:"fields"`
	}
	if err := s.eventually(ctx, "G", &shared, "member", "profile", "read", consent.Number); err != nil {
		return err
	}
	s.figure("G reads the phone number that D shared", wangAtD, shared.Fields["phone"])
	code, err := codeOf(s.tally(ctx, "F", nil, "member", "profile", "read", consent.Number))
	if err != nil {
		return err
	}
	s.figure("F, outside of the consent", "FORBIDDEN", code)
	if err := s.tally(ctx, "D", nil, "member", "erase", "wang", "--reason", "member_asked", "--yes"); err != nil {
		return err
	}
	known, err := s.recognised(ctx, "D", "shop", wangAtD)
	if err != nil {
		return err
	}
	s.figure("D recognises Wang", "NOT_FOUND", known)
	if code, err = codeOf(s.eventuallyRefused(ctx, "G", "member", "profile", "read", consent.Number)); err != nil {
		return err
	}
	s.figure("G reads the profile", "WRONG_STATE", code)
	found, err := s.search(wangAtD)
	if err != nil {
		return err
	}
	s.figure("files of ledgers, logs and nodes that have it", 0, found)
	w, err := s.wallet(ctx, "A", "wang")
	if err != nil {
		return err
	}
	s.figure("Wang's points still recompute, DP", 1600, w.available("DP"))
	return nil
}

// search counts the blocks, logs and nodes' files that hold a text. What peers
// keep of private data is compacted in its own time and is left out.
func (s *stage) search(text string) (int, error) {
	count := 0
	for _, part := range []string{"parties", "logs", "peers/*/ledger/chains", "orderers"} {
		roots, err := filepath.Glob(filepath.Join(s.dir, part))
		if err != nil {
			return 0, err
		}
		for _, root := range roots {
			n, err := countFiles(root, text)
			if err != nil {
				return 0, fmt.Errorf("searching %s: %w", root, err)
			}
			count += n
		}
	}
	return count, nil
}
