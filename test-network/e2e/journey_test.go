//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/member"
	"tallystick/client/importer"
	"tallystick/client/index"
)

// files are where a journey's input is.
type files struct {
	dir, purchases, campaigns, coupons, redemptions, descriptions string
}

// TestTheJourney imports half a year of real households through tally import:
// members, labels, coupons, entitlements, write-offs by code, campaigns, and points; killed
// in the middle of members and of write-offs.
func TestTheJourney(t *testing.T) {
	f := files{
		filepath.Dir(journey), "transactions.csv.gz", "campaigns.csv.gz", "coupons.csv.gz", "coupon_redemptions.csv.gz",
		"campaign_descriptions.csv.gz",
	}
	if !real() {
		t.Skip("this is no soak, or the real input isn't here; TestTheJourneyOfASample covers the rest")
	}
	want := f.count(t)
	known := importer.Totals{
		Awards: 23301, Points: 11388988, Members: 2212, Accounts: 4424, Labels: 6589, Benefits: 647, Entitlements: 530,
		WriteOffs: 538, Campaigns: 27,
	}
	if want.totals != known {
		t.Errorf("the files have %+v, known is %+v", want.totals, known)
	}
	travel(t, f, want)
}

// TestTheJourneyOfASample does the same with the generated files of the sample.
func TestTheJourneyOfASample(t *testing.T) {
	f := files{
		"../sample", "baskets.csv", "campaigns.csv", "coupons.csv", "coupon_redemptions.csv",
		"campaign_descriptions.csv",
	}
	travel(t, f, f.count(t))
}

// counted is what the files come to, by maps over their rows.
type counted struct {
	totals                            importer.Totals
	labels                            map[string]int // that members can get, by campaign
	unlabelled, unentitled, unwritten uint64         // lines that the ledger must refuse
	granted                           map[string]int // entitlements by benefit
	redeemed                          map[string]int // write-offs by benefit and day
}

func (f files) count(t *testing.T) counted {
	t.Helper()
	members := map[string]bool{}
	purchases := table(t, filepath.Join(f.dir, f.purchases))
	for _, row := range purchases {
		if household := row["household_id"]; household != "" {
			members[household] = true
		}
	}
	c := counted{labels: map[string]int{}, granted: map[string]int{}, redeemed: map[string]int{}}
	c.totals = importer.Totals{
		Awards: uint64(len(baskets(purchases))), Points: expected(t, filepath.Join(f.dir, f.purchases)),
		Members: uint64(len(members)), Accounts: uint64(2 * len(members)),
	}
	labelled := map[string]bool{}
	for _, row := range table(t, filepath.Join(f.dir, f.campaigns)) {
		switch {
		case row["household_id"] == "":
			continue
		case members[row["household_id"]]:
			c.labels["campaign-"+row["campaign_id"]]++
			labelled[row["campaign_id"]+"/"+row["household_id"]] = true
		default:
			c.unlabelled++
		}
		c.totals.Labels++
	}
	coupons := map[string]bool{}
	for _, row := range table(t, filepath.Join(f.dir, f.coupons)) {
		coupons[row["campaign_id"]+"-"+row["coupon_upc"]] = true
	}
	c.totals.Benefits = uint64(len(coupons))
	c.totals.Campaigns = uint64(len(table(t, filepath.Join(f.dir, f.descriptions))))
	pairs := map[string]bool{}
	for _, row := range table(t, filepath.Join(f.dir, f.redemptions)) {
		coupon := row["campaign_id"] + "-" + row["coupon_upc"]
		if row["household_id"] == "" || row["coupon_upc"] == "" {
			continue
		}
		may, pair := coupons[coupon] && labelled[row["campaign_id"]+"/"+row["household_id"]],
			coupon+"/"+row["household_id"]
		c.totals.WriteOffs++
		if !may {
			c.unwritten++
		} else {
			c.redeemed[coupon+" "+row["redemption_date"]]++
		}
		if pairs[pair] {
			continue
		}
		pairs[pair] = true
		c.totals.Entitlements++
		if !may {
			c.unentitled++
		} else {
			c.granted[coupon]++
		}
	}
	return c
}

// trip is one party's imports, from one state directory.
type trip struct {
	t    *testing.T
	g    *node
	dir  string // with the mappings as they are used
	tag  string // in the sources and benefits, which the ledger knows for good
	from files
}

func travel(t *testing.T, f files, want counted) {
	d := net.open(t, "D", "")
	j := trip{t, d, t.TempDir(), fresh("j"), f}
	before := tallied(t, d)
	points := balance(t, d, "DP").Issued
	got := importer.Totals{}
	for _, step := range []struct {
		kind, mapping, file string
		kill                uint64 // after how many commands; 0 for never
		refused             uint64 // of them by the ledger
		total               func(r importer.Report)
	}{
		{"members", "members", f.purchases, want.totals.Accounts / 2, 0,
			func(r importer.Report) { got.Members, got.Accounts = r.Members, r.Accounts }},
		{"labels", "labels", f.campaigns, 0, want.unlabelled, func(r importer.Report) { got.Labels = r.Labels }},
		{"benefits", "benefits", f.coupons, 0, 0, func(r importer.Report) { got.Benefits = r.Benefits }},
		{"entitlements", "entitlements", f.redemptions, 0, want.unentitled,
			func(r importer.Report) { got.Entitlements = r.Entitlements }},
		{"writeoffs", "writeoffs", f.redemptions, want.totals.WriteOffs / 2, want.unwritten,
			func(r importer.Report) { got.WriteOffs = r.WriteOffs }},
		{"campaigns", "campaigns", f.descriptions, 0, 0, func(r importer.Report) { got.Campaigns = r.Campaigns }},
		{"awards", "baskets", f.purchases, 0, 0,
			func(r importer.Report) { got.Awards, got.Points = r.Awards, r.Points }},
	} {
		began := time.Now()
		refused := j.killed(step.mapping, step.file, step.kill)
		report := j.end(step.mapping, step.file)
		again := j.end(step.mapping, step.file)
		step.total(report)
		t.Logf("%s in %.1f s: %d lines, %d commands, %d seen, %d rejected", report.Kind, time.Since(began).Seconds(),
			report.Lines, report.Commands, report.Seen, len(report.Rejected))
		if report.Done+report.Before+report.Refused+report.RefusedBefore != report.Commands ||
			step.kill == 0 && report.Refused != step.refused ||
			step.kill > 0 && report.Before+report.RefusedBefore < refused {
			t.Errorf("%s: %+v, want %d refused", step.kind, tidy(report), step.refused)
		}
		if again.Before+again.RefusedBefore != again.Commands ||
			again.RefusedBefore != report.Refused+report.RefusedBefore || again.Commands != report.Commands ||
			again.Totals != report.Totals {
			t.Errorf("%s, once more: %+v", step.kind, tidy(again))
		}
	}
	if got != want.totals {
		t.Errorf("the reports say %+v, the files %+v", got, want.totals)
	}
	j.compare(before, want)
	if more := balance(t, d, "DP").Issued - points; more != want.totals.Points {
		t.Errorf("the ledger has %d more points, the file says %d", more, want.totals.Points)
	}
}

// tidy shortens a report for a message.
func tidy(r importer.Report) importer.Report {
	r.Rejected = r.Rejected[:min(5, len(r.Rejected))]
	return r
}

// tally is how many members and accounts are D's, and how many of its members have a campaign's label.
type tally struct {
	members, accounts int
	labels            map[string]int
}

func tallied(t *testing.T, d *node) tally {
	t.Helper()
	now := read(t, d)
	n := tally{
		len(all[member.Member](t, now, index.Filter{Party: "D"})),
		len(all[member.Account](t, now, index.Filter{Party: "D"})), map[string]int{},
	}
	for _, one := range all[member.Labels](t, now, index.Filter{Party: "D"}) {
		for _, label := range one.Row.List {
			if strings.HasPrefix(label.ID, "campaign-") {
				n.labels[label.ID]++
			}
		}
	}
	return n
}

// compare holds the rows that the imports made against the files.
func (j trip) compare(before tally, want counted) {
	got := tallied(j.t, j.g)
	if n := got.members - before.members; uint64(n) != want.totals.Members {
		j.t.Errorf("%d members, the files say %d", n, want.totals.Members)
	}
	if n := got.accounts - before.accounts; uint64(n) != want.totals.Accounts {
		j.t.Errorf("%d accounts, the files say %d", n, want.totals.Accounts)
	}
	for label, n := range before.labels {
		got.labels[label] -= n
	}
	maps.DeleteFunc(got.labels, func(_ string, n int) bool { return n == 0 })
	if !maps.Equal(got.labels, want.labels) {
		j.t.Errorf("labels: %v, the files say %v", got.labels, want.labels)
	}
	after := read(j.t, j.g)
	j.compareBenefits(after, want)
	proposed := all[campaign.Campaign](j.t, after, index.Filter{Party: "D", States: []string{"PROPOSED"}})
	proposed = slices.DeleteFunc(proposed,
		func(one index.Entry[campaign.Campaign]) bool { return !strings.HasPrefix(one.ID, j.benefits()) })
	if uint64(len(proposed)) != want.totals.Campaigns {
		j.t.Errorf("%d campaigns are proposed, the files say %d", len(proposed), want.totals.Campaigns)
	}
}

func (j trip) compareBenefits(now *index.Reading, want counted) {
	models, granted, redeemed := 0, map[string]int{}, map[string]int{}
	used, uses := 0, 0
	for _, one := range all[benefit.Model](j.t, now, index.Filter{Party: "D"}) {
		if strings.HasPrefix(one.ID, j.benefits()) {
			models++
		}
	}
	for _, one := range all[benefit.Entitlement](j.t, now, index.Filter{Party: "D"}) {
		if coupon, ours := strings.CutPrefix(one.Row.Benefit, j.benefits()); ours {
			granted[coupon]++
			used += int(one.Row.Used)
		}
	}
	for _, one := range all[benefit.WriteOff](j.t, now, index.Filter{Party: "D"}) {
		if coupon, ours := strings.CutPrefix(one.Row.Benefit, j.benefits()); ours {
			redeemed[coupon+" "+one.Row.Reference]++
			uses++
		}
	}
	if uint64(models) != want.totals.Benefits || !maps.Equal(granted, want.granted) ||
		!maps.Equal(redeemed, want.redeemed) || used != uses {
		j.t.Errorf("%d benefits, entitlements %v, write-offs %v of %d uses; the files say %+v",
			models, granted, redeemed, used, want)
	}
}

func (j trip) benefits() string { return "c" + j.tag + "-" }

func (j trip) source(mapping string) string { return j.tag + "-" + mapping }

// mapping writes a mapping of the sample down as this trip uses it, and answers
// its path.
func (j trip) mapping(name string) string {
	text := string(must(os.ReadFile(filepath.Join("../sample", name+".yaml"))))
	for _, change := range [][2]string{
		{"source: sample-", "source: " + j.tag + "-"}, {"entitlements: sample-", "entitlements: " + j.tag + "-"},
		{"source: " + j.tag + "-2026-10", "source: " + j.source("baskets")}, {"benefit: c", "benefit: " + j.benefits()},
		{"prefix: {campaign: c", "prefix: {campaign: " + j.benefits()},
		{"expires: {days: 730}", "expires: {on: 2027-12-31}"},                         // the real purchases are of 2017
		{"later: 0", "later: 3652"}, {"reference: b}", "reference: " + j.tag + "-b}"}, // a receipt earns once
	} {
		text = strings.Replace(text, change[0], change[1], 1)
	}
	path := filepath.Join(j.dir, name+".yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		j.t.Fatal(err)
	}
	return path
}

func (j trip) program(mapping, file string, env ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(root, "bin", "tally"), "--as", "D", "--network", net.dir, "-o", "json",
		"import", filepath.Join(j.from.dir, file), "--mapping", j.mapping(mapping), "--max-rejected", "100%")
	cmd.Env = append(os.Environ(), append(env, "TALLY_STATE="+filepath.Join(j.dir, "state"))...)
	return cmd
}

// killed starts an import in small batches and kills it once it has done so many
// commands; it answers how many were done for sure.
func (j trip) killed(mapping, file string, after uint64) uint64 {
	if after == 0 {
		return 0
	}
	j.t.Helper()
	cmd := j.program(mapping, file, fmt.Sprintf("TALLY_BATCH=%d", max(2, after/5)))
	if err := cmd.Start(); err != nil {
		j.t.Fatal(err)
	}
	done := uint64(0)
	await(j.t, mapping+": the import gets on", func() (so bool) {
		var err error
		if done, err = j.g.Query().Cursor(j.t.Context(), "D", j.source(mapping)); err != nil {
			j.t.Fatal(err)
		}
		return done >= after
	})
	if err := cmd.Process.Kill(); err != nil {
		j.t.Fatal(err)
	}
	j.t.Logf("%s: after %d commands: %v", mapping, done, cmd.Wait())
	return done
}

// end runs an import to its end.
func (j trip) end(mapping, file string) (report importer.Report) {
	j.t.Helper()
	out, err := j.program(mapping, file).Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		j.t.Fatalf("%s: %v: %s", mapping, err, exit.Stderr)
	}
	if err := json.Unmarshal(out, &report); err != nil {
		j.t.Fatal(err)
	}
	return report
}

// all lists the rows of a kind.
func all[T any](t *testing.T, now *index.Reading, f index.Filter) []index.Entry[T] {
	t.Helper()
	list, err := index.All[T](now, f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
