//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/importer"
	"tallystick/client/index"
)

// TestTheCatalogue imports real products by one plan: their manufacturers as suppliers
// of S1's, goods, terms, stock, D's outlets and listings, and campaigns; killed in the
// middle, and run again. Without the real input the sample's has its shape.
func TestTheCatalogue(t *testing.T) {
	products, purchases := retail()
	plan := planFor(t, must(filepath.Abs(products)), must(filepath.Abs(purchases)))
	descriptions := table(t, campaignsBeside(products))
	d := net.open(t, "D", "20")
	openStorefront(t, d)

	cmd := plan.run()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	awaitApproval(t, d, plan.prefix+"69") // who made some of them
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	t.Logf("killed: %v", cmd.Wait())

	began := time.Now()
	reports := plan.end(t)
	for _, r := range reports {
		t.Logf("%s %s: %d commands, %d before, %d rejected, %d ms",
			r.Source, r.Kind, r.Commands, r.Before, len(r.Rejected), r.Millis)
		if r.Refused != 0 || r.Done+r.Before != r.Commands {
			t.Errorf("%s: %+v", r.Source, tidy(*r))
		}
	}
	t.Logf("the rest in %.1f s", time.Since(began).Seconds())
	for _, r := range plan.end(t) {
		if r.Done != 0 {
			t.Errorf("%s, once more: %+v", r.Source, tidy(*r))
		}
	}
	proposed := all[campaign.Campaign](t, read(t, d), index.Filter{Party: "D", States: []string{"PROPOSED"}})
	if n := len(slices.DeleteFunc(proposed, func(c index.Entry[campaign.Campaign]) bool {
		return !strings.HasPrefix(c.ID, plan.prefix+"-")
	})); n != len(descriptions) {
		t.Errorf("%d campaigns are proposed, the file has %d", n, len(descriptions))
	}
	compareCatalogue(t, read(t, d), plan.prefix, table(t, products), table(t, purchases))
	catalogue = plan.prefix
}

// catalogue is what the ids of the suppliers begin with that TestTheCatalogue imported;
// "" if it didn't run.
var catalogue string

// catalogueFor is the same, imported if it isn't yet.
func catalogueFor(t *testing.T, products, purchases string) string {
	t.Helper()
	if catalogue == "" {
		plan := planFor(t, must(filepath.Abs(products)), must(filepath.Abs(purchases)))
		openStorefront(t, net.open(t, "D", "20"))
		plan.end(t)
		catalogue = plan.prefix
	}
	return catalogue
}

// campaignsBeside is the file of campaigns that lies beside one of products.
func campaignsBeside(products string) string {
	return strings.Replace(products, "products.csv", "campaign_descriptions.csv", 1)
}

// imports is a plan with sources and suppliers of its own.
type imports struct{ path, prefix string }

// planFor writes the sample's plan for other files.
func planFor(t *testing.T, products, purchases string) imports {
	t.Helper()
	dir, p := t.TempDir(), fresh("m")
	for _, name := range []string{"plan", "suppliers", "approvals", "goods", "terms", "stock", "outlets", "listings",
		"campaigns"} {
		text := string(must(os.ReadFile(filepath.Join("../sample", name+".yaml"))))
		text = strings.NewReplacer("file: products.csv", "file: "+products, "file: baskets.csv", "file: "+purchases,
			"file: campaign_descriptions.csv", "file: "+campaignsBeside(products), "{campaign: c,",
			"{campaign: "+p+"-,", "later: 0", "later: 3652",
			"source: sample-", "source: "+p+"-", "{supplier: m,", "{supplier: "+p+",", "{supplier: m}",
			"{supplier: "+p+"}").Replace(text)
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return imports{filepath.Join(dir, "plan.yaml"), p}
}

func (p imports) run() *exec.Cmd {
	return exec.Command(filepath.Join(root, "bin", "tally"), "--network", net.dir, "-o", "json", "import", "--plan",
		p.path, "--max-rejected", "100%")
}

func (p imports) end(t *testing.T) (reports []*importer.Report) {
	t.Helper()
	out, err := p.run().Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		t.Fatalf("%v: %s", err, exit.Stderr)
	}
	var list struct {
		Rows []*importer.Report `json:"rows"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	return list.Rows
}

// awaitApproval waits until a supplier may list.
func awaitApproval(t *testing.T, g *node, supplier string) {
	t.Helper()
	await(t, "the import gets on", func() bool {
		found, err := g.Query().Supplier(t.Context(), supplier)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			t.Fatal(err)
		}
		return found.State == goods.Approved
	})
}

// compareCatalogue holds the read model against the files, by maps over their rows.
func compareCatalogue(t *testing.T, now *index.Reading, prefix string, products, purchases []map[string]string) {
	t.Helper()
	makers, listed, stores := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, row := range products {
		makers[prefix+row["manufacturer_id"]] = true
		listed[prefix+row["manufacturer_id"]+"/p"+row["product_id"]] = true
	}
	for _, row := range purchases {
		stores["D/s"+row["store_id"]] = true
	}
	suppliers := every(t, func(page index.Page) (index.Part[index.Entry[goods.Supplier]], error) {
		return now.Suppliers(index.SupplierFilter{Party: "S1", State: "APPROVED"}, page)
	})
	for _, s := range suppliers {
		delete(makers, s.ID)
	}
	priced, goodsFound := 0, map[string]bool{}
	for _, n := range every(t, func(page index.Page) (index.Part[index.Entry[goods.Good]], error) {
		return now.Goods(index.GoodFilter{Party: "S1"}, page)
	}) {
		if strings.HasPrefix(n.ID, prefix) {
			goodsFound[n.ID] = true
			if n.Row.Version != 1 {
				t.Errorf("%s is of version %d", n.ID, n.Row.Version)
			}
		}
	}
	for _, n := range every(t, func(page index.Page) (index.Part[index.Entry[goods.Listing]], error) {
		return now.Listings("D", index.GoodFilter{}, page)
	}) {
		if strings.HasPrefix(n.ID, "D/"+prefix) && n.Row.Prices[0].Fen >= 199 && n.Row.Kind == goods.Commission {
			priced++
		}
	}
	stocked := 0
	for _, s := range every(t,
		func(page index.Page) (index.Part[index.Stock], error) { return now.Stocks("", "", "S1", "D", page) }) {
		if strings.HasPrefix(s.Supplier, prefix) && s.Free == 1000 {
			stocked++
		}
	}
	for _, o := range every(t, func(page index.Page) (index.Part[index.Entry[goods.Outlet]], error) {
		return now.Outlets("D", "", page)
	}) {
		delete(stores, o.ID)
	}
	if len(makers) != 0 || len(stores) != 0 || len(goodsFound) != len(listed) || priced != len(listed) ||
		stocked != len(listed) {
		t.Errorf("%d suppliers and %d outlets are missing; %d goods, %d listings, %d in stock, the files say %d",
			len(makers), len(stores), len(goodsFound), priced, stocked, len(listed))
	}
}

// every asks for all pages.
func every[T any](t *testing.T, ask func(index.Page) (index.Part[T], error)) (list []T) {
	t.Helper()
	for page := (index.Page{Limit: index.MaxPage}); ; {
		part, err := ask(page)
		if err != nil {
			t.Fatal(err)
		}
		if list = append(list, part.Rows...); part.Next == "" {
			return list
		}
		page.After = part.Next
	}
}

// A private price is in no file of the network, however it comes about that it is
// offered, shown, exported or refused.
func TestAPrivatePriceIsNowhere(t *testing.T) {
	const price, units = "771.774242", "771774242"
	dir := t.TempDir()
	s1, g := net.open(t, "S1", "20"), net.open(t, "G", "20")
	care := supplier(t, s1, g)
	sku := good(t, s1, care)
	file, export := filepath.Join(dir, "price.txt"), filepath.Join(dir, "for-D.json")
	if err := os.WriteFile(file, []byte(price), 0o600); err != nil {
		t.Fatal(err)
	}
	said := ""
	tally := func(fails bool, args ...string) {
		t.Helper()
		cmd := exec.Command(filepath.Join(root, "bin", "tally"), append([]string{"--network", net.dir}, args...)...)
		out, err := cmd.CombinedOutput()
		if (err != nil) != fails {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		said += string(out)
	}
	tally(false, "--as", "S1", "terms", "offer", care, sku, "D", "--value", file)
	read(t, s1) // by the peer that the program asked
	net.everywhere(t)
	tally(true, "--as", "S1", "terms", "offer", care, sku, "S1", "--value", file)
	tally(true, "--as", "D", "terms", "offer", care, sku, "G", "--value", file)
	tally(false, "--as", "S1", "terms", "export", "D", "--out", export, "--supplier", care)
	tally(true, "--as", "G", "terms", "accept", export)
	tally(true, "--as", "D", "storefront", "sell", care, sku, "--price", "900")
	tally(false, "--as", "D", "terms", "accept", export)
	tally(false, "--as", "G", "terms", "show", care, sku, "D")
	if strings.Contains(said, price) || strings.Contains(said, units) {
		t.Errorf("it was said:\n%s", said)
	}
	for what, found := range filesWithAny(t, net.dir, map[string][]byte{price: []byte(price), units: []byte(units)}) {
		t.Errorf("%s is in %v", what, found)
	}
	shown, err := exec.Command(filepath.Join(root, "bin", "tally"), "--network", net.dir, "--as", "D", "terms", "show",
		care, sku, "D").Output()
	if err != nil || !strings.Contains(string(shown), price) {
		t.Errorf("the seller doesn't know it: %s, %v", shown, err)
	}
}
