package vault

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
)

// agreed are terms of the kit at D with a salt of their own.
func agreed(t *testing.T, v *Vault, value uint64) Terms {
	t.Helper()
	terms := Terms{
		Supplier: "care", SKU: "kit", Seller: "D", Kind: goods.Supply,
		Opening: pedersen.Opening{Value: pedersen.Whole(value)},
	}
	terms.Opening.Salt = must[pedersen.Salt](t)(v.TermsSalt("test", terms))
	return terms
}

func TestTermsAreFoundByTheirCommitment(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	first, second, other := agreed(t, v, 26_800_0000), agreed(t, v, 27_000_0000), agreed(t, v, 1)
	second.Until, other.SKU = 20600, "mat"
	if err := v.PutTerms(first, second, other); err != nil {
		t.Fatal(err)
	}
	if err := v.PutTerms(first); err != nil {
		t.Fatal(err)
	}
	for _, one := range []Terms{first, second, other} {
		commitment := must[pedersen.Commitment](t)(one.Opening.Commit())
		found, ok, err := v.TermsOf(one.Supplier, one.SKU, "D", commitment)
		if err != nil || !ok || found.Opening.Value != one.Opening.Value || found.Until != one.Until {
			t.Errorf("%+v: %+v, %v", one, found, err)
		}
	}
	commitment := must[pedersen.Commitment](t)(first.Opening.Commit())
	for _, not := range [][3]string{{"care", "mat", "D"}, {"care", "kit", "M"}, {"parts", "kit", "D"}} {
		if _, ok, err := v.TermsOf(not[0], not[1], not[2], commitment); ok || err != nil {
			t.Errorf("%v: %v, %v", not, ok, err)
		}
	}
	if list := must[[]Terms](t)(v.Terms("care", "kit", "D")); len(list) != 2 || list[1].Until != 20600 {
		t.Errorf("%+v", list)
	}
	data, err := os.ReadFile(filepath.Join(dir, dataFile))
	if err != nil || bytes.Contains(data, []byte("care")) || bytes.Contains(data, first.Opening.Salt) {
		t.Errorf("the file shows what it seals: %v", err)
	}
}

func TestTermsRefused(t *testing.T) {
	v := open(t, t.TempDir())
	for name, spoil := range map[string]func(*Terms){
		"no supplier": func(x *Terms) { x.Supplier = "" },
		"odd SKU":     func(x *Terms) { x.SKU = "a/b" },
		"no seller":   func(x *Terms) { x.Seller = "" },
		"no kind":     func(x *Terms) { x.Kind = 0 },
		"no salt":     func(x *Terms) { x.Opening.Salt = nil },
		"a long salt": func(x *Terms) { x.Opening.Salt = append(x.Opening.Salt, 0) },
	} {
		bad := agreed(t, v, 5)
		spoil(&bad)
		if err := v.PutTerms(agreed(t, v, 6), bad); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list := must[[]Terms](t)(v.Terms("care", "kit", "D")); len(list) != 0 {
		t.Errorf("half of it was kept: %+v", list)
	}
}

// A salt is the same for the same offer, and another one for any other.
func TestTermsSalts(t *testing.T) {
	v, other := open(t, t.TempDir()), open(t, t.TempDir())
	first := agreed(t, v, 5)
	seen := map[string]string{string(first.Opening.Salt): "the first"}
	if again := agreed(t, v, 5); !bytes.Equal(again.Opening.Salt, first.Opening.Salt) {
		t.Error("the same offer again has another salt")
	}
	for name, change := range map[string]func(*Terms) (*Vault, string){
		"another value":    func(x *Terms) (*Vault, string) { x.Opening.Value = pedersen.Whole(6); return v, "test" },
		"another supplier": func(x *Terms) (*Vault, string) { x.Supplier = "parts"; return v, "test" },
		"another good":     func(x *Terms) (*Vault, string) { x.SKU = "mat"; return v, "test" },
		"another seller":   func(x *Terms) (*Vault, string) { x.Seller = "M"; return v, "test" },
		"another kind":     func(x *Terms) (*Vault, string) { x.Kind = goods.Commission; return v, "test" },
		"another source":   func(*Terms) (*Vault, string) { return v, "test-2" },
		"another vault":    func(*Terms) (*Vault, string) { return other, "test" },
	} {
		terms := first
		by, under := change(&terms)
		salt := must[pedersen.Salt](t)(by.TermsSalt(under, terms))
		if before, twice := seen[string(salt)]; twice || salt.Check() != nil {
			t.Errorf("%s: as %s, %v", name, before, salt.Check())
		}
		seen[string(salt)] = name
	}
}

// A vault of version 1 gets the table of terms and keeps what it has.
func TestAVaultOfVersionOneIsBroughtUp(t *testing.T) {
	dir := t.TempDir()
	v, err := Open(dir, "D")
	if err != nil {
		t.Fatal(err)
	}
	must[Account](t)(v.NewAccount("app", "1", "ann"))
	if _, err := v.db.Exec("DROP TABLE terms; PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	v = open(t, dir)
	if err := v.PutTerms(agreed(t, v, 5)); err != nil {
		t.Error(err)
	}
	if _, found, err := v.Account("app", "1"); !found || err != nil {
		t.Errorf("the account: %v, %v", found, err)
	}
}
