package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/node"
	"tallystick/client/node/operations"

	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
)

// run calls the program and answers what it wrote and its exit code.
func run(t *testing.T, args ...string) (out, errs string, exit int) {
	t.Helper()
	return clitest.Run(t, root, args...)
}

func TestRefusalsListsEveryCode(t *testing.T) {
	out, _, exit := run(t, "refusals")
	for _, m := range fault.Table {
		if !strings.Contains(out, string(m.Code)) || !strings.Contains(out, m.Zh) {
			t.Errorf("%s is missing", m.Code)
		}
	}
	out, _, _ = run(t, "refusals", "-o", "json")
	if !strings.Contains(out, `"code": "BAD_REQUEST"`) {
		t.Errorf("keys aren't written as elsewhere: %.200s", out)
	}
	var list node.List[fault.Meaning]
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Rows) != len(fault.Table) || exit != 0 {
		t.Errorf("%d, %v, exit %d", len(list.Rows), err, exit)
	}
}

func TestBadUseIsSaidBeforeAnythingIsSent(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
		exit int
	}{
		{"nobody", []string{"party", "list"}, "--as PARTY", 2},
		{"no network", []string{"--as", "X", "--network", "nowhere", "party", "list"}, "make up", 2},
		{"odd output", []string{"-o", "xml", "refusals"}, "table or json", 2},
		{"unknown command", []string{"mint"}, "unknown command", 2},
		{"unknown flag", []string{"refusals", "--loud"}, "unknown flag", 2},
		{"malformed grant", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang-500"},
			"member:points[:expires", 2},
		{"amount 0", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang:0:2027-01-01"},
			"under 1", 2},
		{"amount above the limit", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant",
			"wang:9007199254740992:2027-01-01"}, "LIMIT", 7},
		{"no such date", []string{"--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang:1:2027-02-30"},
			"2026-12-31", 2},
		{"malformed lot", []string{"--as", "D", "points", "activate", "D.1", "--evidence", "tally_test.go"},
			"party.lane", 2},
		{"malformed hold", []string{"--as", "D", "points", "capture", "hold-1"}, "party.lane", 2},
		{"unknown role", []string{"--as", "G", "party", "register", "X", "--roles", "king"},
			"\"king\": want some of operator, issuer", 2},
		{"odd price", []string{"--as", "G", "programme", "open", "XP", "--point-price", "cheap"},
			"--point-price: rate", 2},
		{"unknown subcommand", []string{"points", "mint"}, "points --help", 2},
		{"an argument too few", []string{"--as", "D", "points", "capture"}, "want HOLD", 2},
		{"an argument too many", []string{"--as", "D", "party", "list", "all"}, "1 argument, want flags alone", 2},
		{"negative cap", []string{"--as", "G", "party", "amend", "B", "--debit", "-1"}, "want digits", 2},

		{"scale", []string{"--as", "G", "programme", "open", "XP", "--en", "X", "--zh", "甲", "--scale", "7"},
			"0 to 6", 2},
		{"scale that no byte holds", []string{"--as", "G", "programme", "open", "XP", "--scale", "256"},
			"up to 255", 2},
		{"expiry kind", []string{"--as", "G", "programme", "rules", "GP", "--expiry", "soon"}, "month_end", 2},
		{"expiry without its number", []string{"--as", "G", "programme", "rules", "GP", "--expiry", "days"},
			"free alone", 2},
		{"free with a number", []string{"--as", "G", "programme", "rules", "GP", "--expiry", "free:1"},
			"free alone", 2},
		{"expiry on no day", []string{"--as", "G", "programme", "rules", "GP", "--expiry", "fixed:tomorrow"},
			"2026-12-31", 2},
		{"malformed tier", []string{"--as", "G", "programme", "rules", "GP", "--tier", "gold:50"},
			"ID:EN:ZH:ATLEAST", 2},
		{"no rule at all", []string{"--as", "G", "programme", "rules", "GP"}, "say which rules", 2},
		{"tiers without a window", []string{"--as", "G", "programme", "open", "XP", "--en", "X", "--zh", "甲", "--tier",
			"g:G:金:5"}, "window", 2},
		{"limits of transfers that aren't allowed", []string{"--as", "G", "programme", "open", "XP", "--en", "X",
			"--zh", "甲", "--wait-days", "3"}, "isn't allowed", 2},

		{"malformed share", []string{"--as", "G", "points", "issue", "--programme", "GP", "--grant", "li:5", "--split",
			"D"}, "FUNDER:PARTS", 2},
		{"a funder twice", []string{"--as", "G", "points", "issue", "--programme", "GP", "--grant", "li:5", "--split",
			"D:1", "--split", "D:2"}, "stands twice", 2},
		{"award of nothing", []string{"--as", "D", "points", "award", "--programme", "DP", "--rule", "r", "--member",
			"li"}, "say --bought", 2},
		{"malformed line", []string{"--as", "D", "points", "simulate", "--bought", "oil:much"}, "yuan", 2},
		{"malformed multiplier", []string{"--as", "D", "points", "rule", "set", "DP", "r", "--tier-times", "gold"},
			"gold:3/2", 2},
		{"rounding", []string{"--as", "D", "points", "rule", "set", "DP", "r", "--rounding", "away"}, "half_even", 2},
		{"tiers of two programmes", []string{"--as", "D", "points", "rule", "set", "DP", "r", "--tier-of", "GP:a",
			"--tier-of", "DP:b"}, "one programme", 2},
		{"label of nobody", []string{"--as", "D", "offer", "publish", "o", "--en", "O", "--zh", "甲", "--from",
			"2026-11-01", "--until", "2026-11-02", "--label-of", "gold"}, "PARTY:LABEL", 2},

		{"hold of nothing", []string{"--as", "D", "points", "hold", "--member", "li"}, "say --take or --lot", 2},
		{"hold of nobody", []string{"--as", "D", "points", "hold", "--take", "GP:5"}, "say --member", 2},
		{"hold of too little", []string{"--as", "D", "points", "hold", "--member", "li", "--take", "GP:0"},
			"under 1", 2},
		{"hold for no time", []string{"--as", "D", "points", "hold", "--member", "li", "--take", "GP:5", "--for", "0s"},
			"15m, 36h or 7d", 2},
		{"a code of nothing", []string{"--as", "D", "points", "hold", "--member", "li", "--take", "GP:5", "--code",
			"00000-00000-00000-00000-000000"}, "BAD_REQUEST", 2},
		{"malformed code", []string{"--as", "D", "points", "hold", "--member", "li", "--take", "GP:5", "--code",
			"1234"}, "26 letters", 2},
		{"two codes", []string{"--as", "D", "points", "hold", "--code", "00000-00000-00000-00000-000000", "--code-file",
			"f"}, "none of the others", 2},
		{"transfer to oneself", []string{"--as", "D", "points", "transfer", "--member", "li", "--to", "li", "--take",
			"DP:5"}, "same member", 2},
		{"refund without a reason", []string{"--as", "D", "points", "refund", "D.0.7.0"}, "reason", 2},
		{"time-out of nothing", []string{"--as", "D", "points", "timeout"}, "--due", 2},
		{"time-out of one and all", []string{"--as", "D", "points", "timeout", "D.0.7.0", "--due"}, "--due", 2},
		{"odd state of holds", []string{"--as", "D", "points", "holds", "--state", "LOST"}, "LOST", 2},
		{"conversion of nothing", []string{"--as", "G", "points", "convert", "--member", "li", "--into", "GP"},
			"say --take", 2},
		{"rate of 0", []string{"--as", "G", "rate", "publish", "MP", "GP", "--rate", "0", "--from", "2026-11-01",
			"--until", "2026-11-02"}, "more than 0", 2},
		{"trade of nothing", []string{"--as", "D", "trade", "offer", "--member", "li", "--want", "GP:9"},
			"say --take or --lot", 2},
		{"trade for nothing", []string{"--as", "D", "trade", "offer", "--member", "li", "--take", "DP:9"},
			"say --want", 2},
		{"expiry of no programme", []string{"--as", "M", "points", "expire"}, "--programme", 2},
		{"share above the whole", []string{"--as", "G", "points", "liability", "G.0.3.0.0", "--sale", "100", "--share",
			"1.2"}, "between 0 and 1", 2},
		{"sale of nothing", []string{"--as", "G", "points", "liability", "G.0.3.0.0", "--sale", "0"},
			"at least 1 fen", 2},
		{"revocation of nothing", []string{"--as", "D", "points", "revoke", "--reason", "r"}, "say --lot", 2},

		{"customer without a channel", []string{"--as", "D", "member", "enrol", "--customer", "1"}, "channel", 2},
		{"nobody recognised", []string{"--as", "D", "member", "recognise"}, "say --channel, --customer", 2},
		{"malformed key", []string{"--as", "D", "member", "enrol", "li", "--key", "12"}, "64 hexadecimal", 2},
		{"invitation without its code", []string{"--as", "F", "member", "link", "li", "--channel", "app", "--customer",
			"1", "--invitation", "D.0.4.0"}, "code", 2},
		{"merge with oneself", []string{"--as", "F", "member", "merge", "li", "li", "--invitation", "D.0.4.0", "--code",
			"00000-00000-00000-00000-000000"}, "same member", 2},
		{"no key", []string{"--as", "D", "member", "key", "li"}, "--generate", 2},
		{"consent to nobody", []string{"--as", "D", "member", "consent", "li", "--purpose", "p", "--until",
			"2027-01-01"}, "say --party", 2},
		{"malformed field", []string{"--as", "D", "member", "share", "D.0.4.0", "F", "--field", "full name=x"},
			"--field", 2},
		{"authorisation of nobody", []string{"--as", "D", "member", "authorise"}, "--signed FILE", 2},
		{"authorisation of nothing", []string{"--as", "D", "member", "authorise", "li", "D"}, "caps", 2},
		{"statement and more", []string{"--as", "D", "member", "authorise", "li", "D", "--signed", "f"},
			"leave the rest out", 2},
		{"signature without a key", []string{"member", "sign", "li", "D"}, "say --allow, --key-file, --ledger", 2},
		{"erasure without a reason", []string{"--as", "D", "member", "erase", "li"}, "reason", 2},
		{"label with an end that is taken back", []string{"--as", "D", "member", "label", "li", "x", "--remove",
			"--until", "2027-01-01"}, "taken back", 2},

		{"supplier without documents", []string{"--as", "S1", "supplier", "apply", "care", "--en", "C", "--zh", "养护"},
			"say --evidence or --hash", 2},
		{"fee of the whole", []string{"--as", "G", "supplier", "approve", "care", "--fee", "1"}, "fee", 2},
		{"refusal without a reason", []string{"--as", "G", "supplier", "refuse", "care"}, "reason", 2},
		{"good of no category", []string{"--as", "S1", "good", "set", "care", "kit", "--en", "K", "--zh", "套"},
			"category", 2},
		{"wrong GTIN", []string{"--as", "S1", "good", "set", "care", "kit", "--gtin", "6901234567893", "--en", "K",
			"--zh", "包", "--category", "oil", "--unit", "piece", "--tax-class", "t13"}, "check digit", 2},
		{"odd delivery", []string{"--as", "S1", "good", "set", "care", "kit", "--delivery", "by_hand"}, "shipped", 2},
		{"restock of nothing", []string{"--as", "S1", "good", "restock", "care", "kit", "D", "--quantity", "0"},
			"under 1", 2},
		{"restock of too many lanes", []string{"--as", "S1", "good", "restock", "care", "kit", "D", "--quantity", "1",
			"--lanes", "32"}, "lanes", 2},
		{"terms without a value", []string{"--as", "S1", "terms", "offer", "care", "kit", "D"}, "--value", 2},
		{"a value given as it is", []string{"--as", "S1", "terms", "offer", "care", "kit", "D", "--value", "31337"},
			"goes into a file", 2},
		{"tender of nothing", []string{"--as", "D", "storefront", "set", "--tender", "DP"}, "PROGRAMME:YUAN", 2},
		{"good for nothing", []string{"--as", "D", "storefront", "sell", "care", "kit", "--price", "0"}, "under 1", 2},
		{"two kinds of prices", []string{"--as", "D", "storefront", "sell", "care", "kit", "--price", "1", "--prices",
			"p.json"}, "none of the others", 2},
		{"import of nothing", []string{"--as", "D", "import"}, "--plan", 2},
		{"import of a file by a plan", []string{"--as", "D", "import", "f.csv", "--plan", "p.yaml"}, "--plan", 2},

		{"benefit of no kind", []string{"--as", "D", "benefit", "define", "b", "--kind", "party"}, "service", 2},
		{"benefit without an end", []string{"--as", "D", "benefit", "define", "b", "--en", "B", "--zh", "甲", "--scene",
			"s"}, "say --valid-days or --until", 2},
		{"amendment of nothing", []string{"--as", "D", "benefit", "amend", "b"}, "say what changes", 2},
		{"malformed entitlement", []string{"--as", "D", "benefit", "writeoff", "D.0.4.0"},
			"party.lane.sequence.index.row", 2},
		{"expiry of nothing", []string{"--as", "D", "benefit", "expire"}, "--due", 2},

		{"a campaign of no funder", []string{"--as", "G", "campaign", "propose", "c"},
			"say --budget, --en, --from, --split, --until, --zh", 2},
		{"malformed funder", []string{"--as", "G", "campaign", "propose", "c", "--split", "G"}, "PARTY:PARTS", 2},
		{"a campaign that gives both", []string{"--as", "G", "campaign", "propose", "c", "--programme", "GP",
			"--benefit", "ride"}, "none of the others", 2},
		{"leaving for no reason", []string{"--as", "D", "campaign", "leave", "c"}, "reason", 2},
		{"award of no purchase", []string{"--as", "G", "campaign", "award", "c", "--member", "li", "--bought", "5"},
			"reference", 2},
		{"award twice", []string{"--as", "G", "campaign", "award", "c,c", "--member", "li", "--bought", "5",
			"--reference", "r"}, "stands twice", 2},
		{"a line of two labels", []string{"--as", "G", "campaign", "simulate", "c", "--bought", "oil,tyre:5"},
			"one good and one label", 2},
		{"an outlet of nobody", []string{"--as", "G", "campaign", "simulate", "c", "--member", "li", "--bought", "5",
			"--reference", "r", "--at", "pudong"}, "PARTY:OUTLET", 2},
		{"transfer of an entitlement to nobody", []string{"--as", "D", "benefit", "transfer", "D.0.4.0.0"},
			"say --to", 2},
		{"order of nothing", []string{"--as", "D", "order", "place", "--member", "li"}, "say --item", 2},
		{"order of nobody", []string{"--as", "D", "order", "place", "--item", "S1/oil"}, "say --member", 2},
		{"order of a good twice", []string{"--as", "D", "order", "place", "--member", "li", "--item", "S1/oil",
			"--item", "S1/oil:2"}, "stands twice", 2},
		{"malformed line of an order", []string{"--as", "D", "order", "quote", "--item", "oil:2"},
			"SUPPLIER/SKU:QUANTITY", 2},
		{"quantity of an order", []string{"--as", "D", "order", "quote", "--item", "S1/oil:0"}, "quantity: want", 2},
		{"quote of nothing", []string{"--as", "D", "order", "quote", "--member", "li"}, "say --item", 2},
		{"cash without its payment", []string{"--as", "D", "order", "place", "--member", "li", "--item", "S1/oil",
			"--cash", "5"}, "reference of its payment", 2},
		{"payment of nothing", []string{"--as", "D", "order", "place", "--member", "li", "--item", "S1/oil",
			"--cash-reference", "p"}, "reference of its payment", 2},
		{"points of nothing", []string{"--as", "D", "order", "place", "--member", "li", "--item", "S1/oil", "--take",
			"GP:0"}, "under 1", 2},
		{"malformed quote", []string{"--as", "D", "order", "place", "--member", "li", "--item", "S1/oil", "--quote",
			"12"}, "64 hexadecimal", 2},
		{"accepted, and to be accepted", []string{"--as", "D", "order", "place", "--accept", "--for", "5m"},
			"none of the others", 2},
		{"malformed order", []string{"--as", "D", "order", "accept", "D.1"}, "party.lane", 2},
		{"part 0", []string{"--as", "D", "order", "ship", "D.0.7.0", "0", "--carrier", "sf", "--waybill", "1"},
			"1, 2", 2},
		{"shipped by nobody", []string{"--as", "D", "order", "ship", "D.0.7.0", "1", "--waybill", "1"}, "carrier", 2},
		{"rejection without a reason", []string{"--as", "D", "order", "reject", "D.0.7.0"}, "reason", 2},
		{"a whole order lost", []string{"--as", "D", "order", "cancel", "D.0.7.0", "--reason", "r", "--lost"},
			"has lost nothing", 2},
		{"time-out of no order", []string{"--as", "D", "order", "timeout"}, "--due", 2},
		{"time-out of an order and all", []string{"--as", "D", "order", "timeout", "D.0.7.0", "--due"}, "--due", 2},
		{"delivery of no part", []string{"--as", "D", "order", "deliver", "D.0.7.0"}, "which part", 2},
		{"completion of no part", []string{"--as", "D", "order", "complete", "D.0.7.0"}, "which part", 2},
		{"return of no line", []string{"--as", "D", "order", "return", "request", "D.0.7.0", "1", "--reason", "r"},
			"want ORDER PART LINE", 2},
		{"return of nothing", []string{"--as", "D", "order", "return", "request", "D.0.7.0", "1", "1", "--quantity",
			"0", "--reason", "r"}, "quantity: want", 2},
		{"odd state of orders", []string{"--as", "D", "order", "list", "--state", "PLACED,LOST"}, "LOST", 2},
		{"no state of orders", []string{"--as", "D", "order", "list", "--state", "PLACED,"}, "with commas", 2},
		{"orders in CSV", []string{"--as", "D", "order", "list", "-o", "csv"}, "table or json", 2},
		{"purchase orders in XML", []string{"--as", "D", "order", "purchase", "-o", "xml"}, "table, json or csv", 2},
		{"cut-off into nothing", []string{"--as", "G", "cycle", "cut-off"}, "say --next", 2},
		{"cut-off into itself", []string{"--as", "G", "cycle", "cut-off", "c", "--next", "c"}, "another id", 2},
		{"closing into nothing", []string{"--as", "G", "cycle", "close"}, "say --next", 2},
		{"odd silence", []string{"--as", "G", "cycle", "policy", "--silence", "golden"}, "carry consent", 2},
		{"a year to sign", []string{"--as", "G", "cycle", "policy", "--sign-days", "365"}, "1 to 90 days", 2},
		{"carrying by the single commands' lane", []string{"--as", "G", "cycle", "finalise", "--carry", "--lane", "0"},
			"--lane: want 1 to 31", 2},
		{"malformed cycle", []string{"--as", "G", "cycle", "finalise", "a/b"}, "cycle: want", 2},
		{"model of oneself", []string{"--as", "G", "model", "propose", "m", "--issuer", "G", "--acceptor", "G",
			"--from", "2026-12-01"}, "nobody owes itself", 2},
		{"a fee above the whole", []string{"--as", "G", "model", "propose", "m", "--fee", "3/2", "--from",
			"2026-12-01"}, "at most all", 2},
		{"odd payer", []string{"--as", "G", "model", "propose", "m", "--payer", "bank"}, "acceptor issuer", 2},
		{"model from no day", []string{"--as", "G", "model", "propose", "m"}, "say --from", 2},
		{"malformed model", []string{"--as", "D", "model", "agree", "a/b"}, "model: want", 2},
		{"a view of nobody", []string{"--as", "D", "model", "select", "--view", "issuer"}, "--issuer", 2},
		{"dispute of nothing", []string{"--as", "D", "dispute", "raise", "--cycle", "c", "--with", "M", "--reason",
			"r"}, "say --evidence or --hash, --line", 2},
		{"dispute of a line twice", []string{"--as", "D", "dispute", "raise", "--cycle", "c", "--with", "M", "--reason",
			"r", "--line", "D.0.1.0.0", "--line", "D.0.1.0.0", "--evidence", "tally_test.go"}, "stands twice", 2},
		{"dispute without evidence", []string{"--as", "D", "dispute", "raise", "--cycle", "c", "--with", "M",
			"--reason", "r", "--line", "D.0.1.0.0"}, "evidence", 2},
		{"malformed line of a statement", []string{"--as", "D", "dispute", "raise", "--line", "D.0.1.0"},
			"party.lane", 2},
		{"answer of nothing", []string{"--as", "M", "dispute", "answer", "D.0.9.0"}, "answer", 2},
		{"split into nothing", []string{"--as", "M", "dispute", "split", "D.0.9.0"}, "say --part", 2},
		{"malformed part", []string{"--as", "M", "dispute", "split", "D.0.9.0", "--part", "D:1000"},
			"DEBTOR:CREDITOR:YUAN", 2},
		{"ruling without grounds", []string{"--as", "G", "dispute", "rule", "D.0.9.0"}, "say --evidence or --hash", 2},
		{"malformed dispute", []string{"--as", "M", "dispute", "accept", "D.9"}, "party.lane", 2},
		{"instruction without accounts", []string{"--as", "F", "payment", "instruct", "--out", "f"},
			"say --accounts", 2},
		{"advice of nothing", []string{"--as", "F", "payment", "advise"}, "want FILE", 2},
		{"advice without accounts", []string{"--as", "F", "payment", "advise", "f"}, "say --accounts", 2},
		{"receipt of a malformed payment", []string{"--as", "F", "payment", "receive", "3", "--amount", "3", "--booked",
			"2026-12-03"}, "want a payment", 2},
		{"receipt of nothing", []string{"--as", "F", "payment", "receive", "2026-11-3", "--booked", "2026-12-03"},
			"--amount or --charges", 2},
		{"receipt on no day", []string{"--as", "F", "payment", "receive", "2026-11-3", "--amount", "3"},
			"say --booked", 2},
		{"receipt of parts of a fen", []string{"--as", "F", "payment", "receive", "2026-11-3", "--amount", "3.001"},
			"2 digits", 2},
		{"taking back without evidence", []string{"--as", "F", "payment", "take-back", "2026-11-3", "--receipt", "r",
			"--reference", "s", "--amount", "3", "--booked", "2026-12-03"}, "evidence", 2},
		{"malformed payment", []string{"--as", "F", "payment", "bounce", "3", "--reason", "r"}, "want a payment", 2},
		{"bounced for no reason", []string{"--as", "F", "payment", "bounce", "2026-11-3"}, "reason", 2},
		{"deposit of nothing", []string{"--as", "D", "payment", "prefund", "F", "--reference", "r", "--amount", "0"},
			"under 1", 2},
		{"deposit without a reference", []string{"--as", "D", "payment", "prefund", "F", "--amount", "1"},
			"reference", 2},
		{"odd quota", []string{"--as", "D", "quota", "show", "patience", "D"}, "no such kind", 2},
	} {
		_, errs, exit := run(t, c.args...)
		if !strings.Contains(errs, c.want) || exit != c.exit {
			t.Errorf("%s: exit %d: %s", c.name, exit, errs)
		}
	}
}

// TestEveryCommandHasHelp walks the whole tree: each says what it is for, takes
// what it says, and shows how, if there is anything to say to it.
func TestEveryCommandHasHelp(t *testing.T) {
	var leaves int
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || c.Args == nil && c.HasParent() {
			t.Errorf("%s: no help, or takes any arguments", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if c.HasSubCommands() {
			return
		}
		leaves++
		input := strings.Contains(c.Use, " ") || c.HasLocalFlags()
		if input && !strings.Contains(c.Example, c.CommandPath()[len("tally "):]) {
			t.Errorf("%s: wants input, and no example shows how", c.CommandPath())
		}
		if out, _, exit := run(t, append(strings.Fields(c.CommandPath())[1:], "--help")...); exit != 0 ||
			!strings.Contains(out, c.Short) {
			t.Errorf("%s --help: exit %d: %s", c.CommandPath(), exit, out)
		}
	}
	walk(root(&cli.App{}))
	if leaves < 40 {
		t.Errorf("only %d commands", leaves)
	}
}

// TestExamplesAreWellFormed runs every example up to the point where it would
// meet a network: its flags and arguments must be those that there are.
func TestExamplesAreWellFormed(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"handover.pdf", "letter.pdf"} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		for _, line := range strings.Split(strings.ReplaceAll(c.Example, "\\\n", ""), "\n") {
			words, err := shellquote(strings.TrimPrefix(strings.TrimSpace(line), "tally "))
			if err != nil {
				t.Errorf("%q: %v", line, err)
			}
			if line == "" || strings.Contains(line, "…") {
				continue
			}
			_, errs, exit := run(t, append(words, "--network", "nowhere")...)
			if exit != 0 && !strings.Contains(errs, "make up") && !strings.Contains(errs, "no such file") &&
				!strings.Contains(errs, "no PARTY.pem") {
				t.Errorf("%s\n%s", line, errs)
			}
		}
	}
	walk(root(&cli.App{}))
}

// sourceOf is the code below a folder, without its tests.
func sourceOf(t *testing.T, dir string) string {
	t.Helper()
	var source strings.Builder
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		source.Write(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return source.String()
}

// TestEveryKindHasACommand: whatever the ledger takes, somebody can send.
func TestEveryKindHasACommand(t *testing.T) {
	source := sourceOf(t, ".") + sourceOf(t, "../../node")
	kinds := 0
	for k := range 256 {
		name := command.Kind(k).String()
		req, err := command.Parse(name, []byte("{}"))
		if req == nil {
			continue
		}
		kinds++
		if typ := fmt.Sprintf("%T", req); err != nil || !strings.Contains(source, typ) {
			t.Errorf("%s, %s: sent by nothing: %v", name, typ, err)
		}
	}
	if kinds < 50 {
		t.Errorf("only %d kinds", kinds)
	}
}

// TestEveryOperationHasACommand: whatever a node does, somebody can ask for on a command line.
func TestEveryOperationHasACommand(t *testing.T) {
	source := sourceOf(t, ".")
	for _, op := range operations.All() {
		if !regexp.MustCompile(`\b[a-z]+\.` + op.Variable() + `\b`).MatchString(source) {
			t.Errorf("%s: no command performs %s", op.About().Name, op.Variable())
		}
	}
}

// TestWhoActs: a flag that says who acts wins over the environment; two flags that do are refused.
func TestWhoActs(t *testing.T) {
	network := t.TempDir()
	t.Setenv("TALLY_PROFILE", filepath.Join(network, "d.yaml"))
	for _, c := range []struct{ args, said string }{
		{"party list", "there is no profile " + filepath.Join(network, "d.yaml")},
		{"party list --as G", "there is no profile " + filepath.Join(network, "parties", "G", "profile.yaml")},
		{"party list --profile f.yaml", "there is no profile f.yaml"},
		{"party list --as G --profile f.yaml", "--as and --profile both say who you are"},
	} {
		args := append(strings.Fields(c.args), "--network", network)
		if _, errs, exit := clitest.Run(t, root, args...); exit == 0 || !strings.Contains(errs, c.said) {
			t.Errorf("%s: %d, %s; want %q", c.args, exit, errs, c.said)
		}
	}
}
