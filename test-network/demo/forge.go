package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/points"
	"tallystick/client/config"
	"tallystick/test-network/direct"
)

func step6(ctx context.Context, s *stage) error {
	s.chapter("6", "G tries to mint D's points")
	_, err := s.issue(ctx, "G", "DP", "g-boss:1000000:2027-12-31")
	code, err := codeOf(err)
	if err != nil {
		return err
	}
	s.figure("through the client", "FORBIDDEN", code)
	before, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.note("now G and F replace their own endorsers' program by one that takes every caller for D: a majority lies")
	verdict, err := s.forged(ctx)
	if err != nil {
		return err
	}
	s.figure("forced past the client, with G's and F's endorsement", "ENDORSEMENT_POLICY_FAILURE", verdict)
	after, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.figure("D's outstanding points, before and after", before.outstanding("DP"), after.outstanding("DP"))
	return nil
}

// forged has G's and F's peers endorse a mint in D's name, submits it, and
// answers what the ledger made of it. The honest programs are back afterwards.
func (s *stage) forged(ctx context.Context) (verdict string, err error) {
	liar := filepath.Join(s.scratch, "impostor-D")
	if err := copyProgram(filepath.Join(s.bin, "impostor"), liar); err != nil {
		return "", err
	}
	defer func() {
		for _, party := range []string{"G", "F"} {
			err = errors.Join(err, s.tallynet(ctx, "chaincode", "restart", "--party", party))
		}
	}()
	for _, party := range []string{"G", "F"} {
		if err := s.tallynet(ctx, "chaincode", "restart", "--party", party, "--program", liar); err != nil {
			return "", err
		}
	}
	return s.mintAsD(ctx)
}

func copyProgram(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o700)
}

// mintAsD goes around tally: G's own key, Fabric's own client, chosen endorsers.
func (s *stage) mintAsD(ctx context.Context) (string, error) {
	cfg, err := config.Load(filepath.Join(s.dir, "parties", "G", "profile.yaml"), nil)
	if err != nil {
		return "", err
	}
	gateway, hangUp, err := direct.Connect(cfg)
	if err != nil {
		return "", err
	}
	defer hangUp()
	expires, err := date.Parse("2027-12-31")
	if err != nil {
		return "", err
	}
	mint := points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "g-boss", Home: "G", Amount: 1_000_000, Expires: expires}}}
	batch := codec.Encode(command.Batch{Lane: 31, Seq: 1, Commands: []command.Command{command.New("", mint)}})
	proposal, err := gateway.GetNetwork(cfg.Channel).GetContract(cfg.Chaincode).
		NewProposal("batch:Run", client.WithBytesArguments(batch), client.WithEndorsingOrganizations("G", "F"))
	if err != nil {
		return "", err
	}
	transaction, err := proposal.EndorseWithContext(ctx)
	if err != nil {
		return "", fmt.Errorf("endorsing the forged mint: %w", err)
	}
	commit, err := transaction.SubmitWithContext(ctx)
	if err != nil {
		return "", fmt.Errorf("submitting the forged mint: %w", err)
	}
	status, err := commit.StatusWithContext(ctx)
	if err != nil {
		return "", fmt.Errorf("the forged mint's verdict: %w", err)
	}
	return status.Code.String(), nil
}
