package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/status"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/test-network/direct"
)

// step36: the auditor, who may only read, sends each endorser what a reader without
// bounds dies of, and asks every question with it.
func step36(ctx context.Context, s *stage) error {
	s.chapter("36",
		"A redeems nothing, but asks with two million opening brackets, and with all questions that it may ask")
	before, err := s.running(ctx)
	if err != nil {
		return err
	}
	cfg, err := config.Load(filepath.Join(s.dir, "parties", "A", "profile.yaml"), nil)
	if err != nil {
		return err
	}
	gateway, hangUp, err := direct.Connect(cfg)
	if err != nil {
		return err
	}
	defer hangUp()
	tally := gateway.GetNetwork(cfg.Channel).GetContract(cfg.Chaincode)
	for _, party := range []string{"G", "D", "F"} {
		s.figure("two million brackets, to "+party+"'s endorser", fault.BadRequest,
			asked(ctx, tally, party, "points:Issue", "36", strings.Repeat("[", 2_000_000)))
	}
	questions, err := questionsOf(ctx, tally)
	if err != nil {
		return err
	}
	refused := 0
	for name, arguments := range questions {
		hostile := slices.Repeat([]string{strings.Repeat(`[{"a":`, 50_000)}, arguments)
		if asked(ctx, tally, "D", "query:"+name, hostile...) == fault.BadRequest {
			refused++
		}
	}
	s.figure("questions with arguments that refuse brackets for them", len(questions), refused)
	after, err := s.running(ctx)
	if err != nil {
		return err
	}
	s.figure("processes that run on, with the same pid", len(before),
		len(slices.DeleteFunc(after, func(p string) bool { return !slices.Contains(before, p) })))
	return nil
}

// asked is the code that one party's endorser answers with.
func asked(ctx context.Context, tally *client.Contract, party, function string, args ...string) fault.Code {
	proposal, err := tally.NewProposal(function, client.WithArguments(args...),
		client.WithEndorsingOrganizations(party))
	if err != nil {
		return fault.CodeOf(err)
	}
	_, err = proposal.EvaluateWithContext(ctx)
	if err == nil {
		return "done"
	}
	said := err.Error()
	for _, detail := range status.Convert(err).Details() {
		if d, ok := detail.(*gatewaypb.ErrorDetail); ok {
			said += " " + d.GetMessage()
		}
	}
	if refusal, ok := fault.Parse(said); ok {
		return refusal.Code
	}
	return fault.Unavailable
}

// questionsOf lists the questions that take arguments, and how many, as the contract describes itself.
func questionsOf(ctx context.Context, tally *client.Contract) (map[string]int, error) {
	data, err := tally.EvaluateWithContext(ctx, "org.hyperledger.fabric:GetMetadata")
	if err != nil {
		return nil, err
	}
	var described struct {
		Contracts map[string]struct {
			Transactions []struct {
				Name       string            `json:"name"`
				Parameters []json.RawMessage `json:"parameters"`
			} `json:"transactions"`
		} `json:"contracts"`
	}
	if err := json.Unmarshal(data, &described); err != nil {
		return nil, err
	}
	questions := map[string]int{}
	for _, t := range described.Contracts["query"].Transactions {
		if len(t.Parameters) > 0 {
			questions[t.Name] = len(t.Parameters)
		}
	}
	return questions, nil
}

// running lists the network's processes that run, each with its pid and how often it was restarted.
func (s *stage) running(ctx context.Context) ([]string, error) {
	rows, err := s.processes(ctx)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, r := range rows {
		if r.State == "running" {
			list = append(list, fmt.Sprintf("%s %d %d", r.Process, r.PID, r.Restarts))
		}
	}
	return list, nil
}
