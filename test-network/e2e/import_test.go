//go:build e2e

package e2e

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"golang.org/x/sync/errgroup"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
)

// journey is real input: purchases of real households. Tests of it take minutes: a soak runs
// them, where the files are; the generated sample has their shape.
const journey = "../../../shared/data/complete-journey/transactions.csv.gz"

// real says whether the real input is to be used.
func real() bool {
	_, err := os.Stat(journey)
	return soaking && err == nil
}

// retail is where products and purchases of them are.
func retail() (products, purchases string) {
	if real() {
		return filepath.Join(filepath.Dir(journey), "products.csv.gz"), journey
	}
	return "../sample/products.csv", "../sample/baskets.csv"
}

// TestImportOfRealBaskets awards every basket of half a year, kills the program
// twice in the middle, and compares the ledger with the file.
func TestImportOfRealBaskets(t *testing.T) {
	if !real() {
		t.Skip("this is no soak, or the real input isn't here; TestImportOfASample covers the rest")
	}
	importAndKill(t, journey, "journey")
}

// TestImportOfASample does the same with generated baskets.
func TestImportOfASample(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sample.csv")
	if err := os.WriteFile(path, sample(8000), 0o600); err != nil {
		t.Fatal(err)
	}
	importAndKill(t, path, "sample")
}

// sample makes lines like the real ones: some without quantity or value, some
// with a member missing or no number where one should be.
func sample(lines int) []byte {
	rng := rand.New(rand.NewPCG(2017, 1))
	var b strings.Builder
	b.WriteString("household_id,store_id,basket_id,product_id,quantity,sales_value,transaction_timestamp\n")
	member := ""
	for i := range lines {
		value := fmt.Sprintf("%d.%02d", rng.IntN(30), rng.IntN(100))
		if i%2 == 0 {
			member = fmt.Sprint(rng.IntN(500))
		}
		switch rng.IntN(50) {
		case 0:
			value = "0"
		case 1:
			value = "n/a"
		}
		who := member
		if rng.IntN(50) == 0 {
			who = ""
		}
		fmt.Fprintf(&b, "%s,%d,%d,%d,1,%s,2017-01-01 07:30:27\n", who, 300+rng.IntN(20), i/2, rng.IntN(9999), value)
	}
	return []byte(b.String())
}

const mapping = `
source: %s
programme: DP
columns: {member: household_id, outlet: store_id, amount: sales_value, date: transaction_timestamp, reference: basket_id}
prefix: {member: %s-, outlet: s, reference: %s-}
rate: "100"
rounding: half_even
merge: true
where: [{column: sales_value, is: "!=", value: "0"}]
layout: "2006-01-02 15:04:05"
expires: {on: 2027-12-31}
`

func importAndKill(t *testing.T, file, source string) {
	d := net.open(t, "D", "")
	before := balance(t, d, "DP")
	dir := t.TempDir()
	path := filepath.Join(dir, "mapping.yaml")
	prefix := fresh(source)
	enrolHouseholds(t, net.open(t, "D", "12"), file, prefix)
	source = fmt.Sprintf("%s-%d", source, time.Now().UnixNano()) // the ledger knows every source for good
	if err := os.WriteFile(path, fmt.Appendf(nil, mapping, source, prefix, fresh("b")), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() *exec.Cmd {
		cmd := exec.Command(filepath.Join(root, "bin", "tally"), "--as", "D", "--network", net.dir, "-o", "json",
			"import", file, "--mapping", path, "--max-rejected", "100%")
		cmd.Env = append(os.Environ(), "TALLY_STATE="+filepath.Join(dir, "state"))
		return cmd
	}
	want := expected(t, file)
	for kill := range 2 {
		cmd := run()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		awaitIssued(t, d, before, want*amount.Units(kill+1)/4)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		t.Logf("killed: %v", cmd.Wait())
	}
	for range 2 { // to the end, and once more
		out, err := run().Output()
		if err != nil {
			var exit *exec.ExitError
			errors.As(err, &exit)
			t.Fatalf("%v: %s", err, exit.Stderr)
		}
		var report struct {
			Points   amount.Units `json:"points"`
			Done     uint64       `json:"done"`
			Before   uint64       `json:"before"`
			Commands uint64       `json:"commands"`
		}
		if err := json.Unmarshal(out, &report); err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", report)
		if report.Points != want || report.Done+report.Before != report.Commands {
			t.Errorf("the report says %+v, the file %d", report, want)
		}
		if after := balance(t, d, "DP"); after.Issued-before.Issued != want {
			t.Errorf("the ledger has %d more points, the file says %d", after.Issued-before.Issued, want)
		}
	}
}

// enrolHouseholds makes members of those in a file.
func enrolHouseholds(t *testing.T, d *node, file, prefix string) {
	t.Helper()
	var group errgroup.Group
	done := map[string]bool{}
	for _, row := range table(t, file) {
		who := row["household_id"]
		if who == "" || done[who] {
			continue
		}
		done[who] = true
		group.Go(func() error {
			_, err := d.Do(t.Context(), "", member.EnrolRequest{Member: prefix + "-" + who})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// awaitIssued waits until so many points more are on the ledger.
func awaitIssued(t *testing.T, g *node, before points.Totals, more amount.Units) {
	t.Helper()
	await(t, "the import gets on", func() bool {
		now, err := g.Query().Totals(t.Context(), "DP")
		if err != nil {
			t.Fatal(err)
		}
		return now.Issued-before.Issued >= more
	})
}

// expected sums up a file in another way than the importer: by basket, in a map.
func expected(t *testing.T, path string) amount.Units {
	t.Helper()
	sum := int64(0)
	for _, value := range baskets(table(t, path)) {
		sum += value.Shift(2).RoundBank(0).IntPart()
	}
	return amount.Units(sum)
}

// baskets are what was bought by member and basket, without those of which a line can't
// be taken.
func baskets(rows []map[string]string) map[string]decimal.Decimal {
	sums, bad := map[string]decimal.Decimal{}, map[string]bool{}
	for _, row := range rows {
		value, err := decimal.NewFromString(row["sales_value"])
		if err != nil || row["household_id"] == "" && row["sales_value"] != "0" {
			bad[row["basket_id"]] = true
		}
		if err == nil && !value.IsZero() {
			key := row["household_id"] + "/" + row["basket_id"]
			sums[key] = sums[key].Add(value)
		}
	}
	for key := range sums {
		if _, basket, _ := strings.Cut(key, "/"); bad[basket] {
			delete(sums, key)
		}
	}
	return sums
}

// table reads a CSV's rows by the names of their columns.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	list := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		list[i] = map[string]string{}
		for k, name := range rows[0] {
			list[i][name] = row[k]
		}
	}
	return list
}
