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
// answers what the ledger made of it.
func (s *stage) forged(ctx context.Context) (verdict string, err error) {
	err = s.lying(ctx, "impostor-D", func() error {
		verdict, err = s.mintAsD(ctx)
		return err
	})
	return verdict, err
}

// lying does something while G's and F's peers serve an impostor, under the name that
// says how it lies. The honest programs are back afterwards.
func (s *stage) lying(ctx context.Context, name string, do func() error) (err error) {
	liar := filepath.Join(s.scratch, name)
	if err := copyProgram(filepath.Join(s.bin, "impostor"), liar); err != nil {
		return err
	}
	defer func() {
		for _, party := range []string{"G", "F"} {
			err = errors.Join(err, s.tallynet(ctx, "chaincode", "restart", "--party", party))
		}
		err = errors.Join(err, os.Remove(liar))
	}()
	for _, party := range []string{"G", "F"} {
		if err := s.tallynet(ctx, "chaincode", "restart", "--party", party, "--program", liar); err != nil {
			return err
		}
	}
	return do()
}

func copyProgram(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o700)
}

// mintAsD has G mint points of D's.
func (s *stage) mintAsD(ctx context.Context) (string, error) {
	expires, err := date.Parse("2027-12-31")
	if err != nil {
		return "", err
	}
	mint := points.IssueRequest{
		Programme: "DP", Grants: []points.Grant{{Member: "g-boss", Home: "G", Amount: 1_000_000, Expires: expires}},
	}
	_, said, err := s.aroundTally(ctx, "batch:Run", codec.Encode(command.Batch{
		Lane: 31, Seq: 1, Commands: []command.Command{command.New("", mint)},
	}))
	return said, err
}

// aroundTally goes around tally: G's own key, Fabric's own client, G's and F's
// endorsement. It answers the transaction, and what Fabric says of it.
func (s *stage) aroundTally(ctx context.Context, function string, batch []byte) (tx, said string, err error) {
	cfg, err := config.Load(filepath.Join(s.dir, "parties", "G", "profile.yaml"), nil)
	if err != nil {
		return "", "", err
	}
	gateway, hangUp, err := direct.Connect(cfg)
	if err != nil {
		return "", "", err
	}
	defer hangUp()
	options := []client.ProposalOption{client.WithEndorsingOrganizations("G", "F")}
	if batch != nil {
		options = append(options, client.WithBytesArguments(batch))
	}
	proposal, err := gateway.GetNetwork(cfg.Channel).GetContract(cfg.Chaincode).NewProposal(function, options...)
	if err != nil {
		return "", "", err
	}
	transaction, err := proposal.EndorseWithContext(ctx)
	if err != nil {
		return "", "", fmt.Errorf("endorsing %s around tally: %w", function, err)
	}
	commit, err := transaction.SubmitWithContext(ctx)
	if err != nil {
		return "", "", fmt.Errorf("submitting %s around tally: %w", function, err)
	}
	status, err := commit.StatusWithContext(ctx)
	if err != nil {
		return "", "", fmt.Errorf("the verdict on %s: %w", function, err)
	}
	return transaction.TransactionID(), status.Code.String(), nil
}
