package vault

import (
	"bytes"
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
)

func open(t *testing.T, dir string) *Vault {
	t.Helper()
	v, err := Open(dir, "D")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// secretOf is a code of a member's for an entitlement.
func secretOf(member, reference string, b byte, until int64) Secret {
	return Secret{
		Purpose: "entitlement", Reference: reference, Member: member, Code: bytes.Repeat([]byte{b}, code.Size),
		Until: until,
	}
}

func TestAccounts(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	ann := must[Account](t)(v.NewAccount("app", "13800000001", "ann"))
	if len(ann.Salt) != 32 ||
		!bytes.Equal(ann.Commitment, member.AccountCommitment(ann.Salt, "D", "app", "13800000001")) {
		t.Errorf("%+v", ann)
	}
	if again := must[Account](t)(v.NewAccount("app", "13800000001", "ann")); !bytes.Equal(again.Salt, ann.Salt) {
		t.Error("the same account again has another salt")
	}
	shop := must[Account](t)(v.NewAccount("Shop", "13800000001", "ann"))
	if bytes.Equal(shop.Salt, ann.Salt) {
		t.Error("two accounts share a salt")
	}
	if _, err := v.NewAccount("app", "13800000001", "bob"); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another member's customer: %v", err)
	}
	for name, ask := range map[string]func() error{
		"no channel":      func() error { _, err := v.NewAccount("", "1", "ann"); return err },
		"channel":         func() error { _, err := v.NewAccount("a b", "1", "ann"); return err },
		"no customer":     func() error { _, err := v.NewAccount("app", "", "ann"); return err },
		"long customer":   func() error { _, err := v.NewAccount("app", strings.Repeat("x", 129), "ann"); return err },
		"customer, UTF-8": func() error { _, err := v.NewAccount("app", "\xff", "ann"); return err },
		"member":          func() error { _, err := v.NewAccount("app", "1", "a/b"); return err },
		"member before conflict": func() error {
			_, err := v.NewAccount("app", "13800000001", "")
			return err
		},
		"asked channel": func() error { _, _, err := v.Account("", "1"); return err },
		"asked member":  func() error { _, err := v.Accounts(""); return err },
		"merged member": func() error { return v.SetMember("ann", "") },
		"erased member": func() error { return v.Erase("") },
		"forgotten":     func() error { return v.Forget("app", "") },
	} {
		if err := ask(); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	v.Close()
	v = open(t, dir) // as after a restart
	found, ok, err := v.Account("app", "13800000001")
	if err != nil || !ok || !bytes.Equal(found.Salt, ann.Salt) || found.Member != "ann" {
		t.Errorf("%+v %v %v", found, ok, err)
	}
	if _, ok, err := v.Account("app", "13800000002"); ok || err != nil {
		t.Errorf("a stranger: %v %v", ok, err)
	}
	if list := must[[]Account](t)(v.Accounts("ann")); len(list) != 2 || list[0].Channel != "Shop" ||
		list[1].Channel != "app" {
		t.Errorf("%+v", list)
	}
	if err := v.Forget("app", "13800000001"); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := v.Account("app", "13800000001"); ok {
		t.Error("a forgotten account is found")
	}
}

func TestSetMember(t *testing.T) {
	v := open(t, t.TempDir())
	salt := must[Account](t)(v.NewAccount("app", "1", "ann")).Salt
	must[Account](t)(v.NewAccount("app", "2", "bob"))
	must[Profile](t)(v.PutProfile("ann", map[string]string{"name": "Ann"}))
	if err := v.PutCode(secretOf("ann", "D.1.2.0.0", 1, 0)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.SetMember("ann", "bob"); err != nil {
			t.Fatal(err)
		}
	}
	if list := must[[]Account](t)(v.Accounts("bob")); len(list) != 2 || !bytes.Equal(list[0].Salt, salt) ||
		list[0].Member != "bob" {
		t.Errorf("%+v", list)
	}
	if p, found, err := v.Profile("bob"); err != nil || !found || p.Fields["name"] != "Ann" || p.Member != "bob" {
		t.Errorf("%+v %v %v", p, found, err)
	}
	if list := must[[]Secret](t)(v.Codes("entitlement", "D.1.2.0.0")); len(list) != 1 || list[0].Member != "bob" {
		t.Errorf("%+v", list)
	}
	must[Profile](t)(v.PutProfile("carl", map[string]string{"name": "Carl"}))
	if err := v.SetMember("bob", "carl"); err != nil {
		t.Fatal(err)
	}
	if p, _, _ := v.Profile("carl"); p.Fields["name"] != "Carl" {
		t.Errorf("the profile of who stays: %v", p.Fields)
	}
	for _, gone := range []string{"ann", "bob"} {
		if _, found, err := v.Profile(gone); found || err != nil {
			t.Errorf("%s still has a profile: %v", gone, err)
		}
		if list := must[[]Account](t)(v.Accounts(gone)); len(list) != 0 {
			t.Errorf("%s still has %v", gone, list)
		}
	}
	if err := v.SetMember("carl", "carl"); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := v.Profile("carl"); !found {
		t.Error("into himself, and the profile is gone")
	}
}

func TestProfiles(t *testing.T) {
	v := open(t, t.TempDir())
	fields := map[string]string{"phone": "13800000001", "name": "张<三>"}
	first := must[Profile](t)(v.PutProfile("ann", fields))
	read, digest, err := ReadProfile(first.Bytes)
	if err != nil || !maps.Equal(read, fields) || !bytes.Equal(digest, first.Digest) {
		t.Errorf("%v %v %v", read, digest, err)
	}
	if again := must[Profile](t)(v.PutProfile("ann", fields)); !bytes.Equal(again.Digest, first.Digest) {
		t.Error("the same fields have another digest")
	}
	if other := must[Profile](t)(v.PutProfile("bob", fields)); bytes.Equal(other.Digest, first.Digest) {
		t.Error("two members' digests tell that their profiles are the same")
	}
	changed := must[Profile](t)(v.PutProfile("ann", map[string]string{"phone": "13800000002"}))
	if bytes.Equal(changed.Salt, first.Salt) {
		t.Error("a changed profile keeps its salt")
	}
	if none := must[Profile](t)(v.PutProfile("none", nil)); none.Fields == nil {
		t.Error("an empty profile reads as none")
	}
	salt := make([]byte, 32)
	if data, err := ProfileBytes(salt, map[string]string{"b": "2", "a": "1"}); err != nil ||
		string(data) != `{"salt":"`+strings.Repeat("00", 32)+`","fields":{"a":"1","b":"2"}}` {
		t.Errorf("%s %v", data, err)
	}
	for _, c := range []struct {
		name string
		text string
	}{
		{"fields in another order", `{"salt":"` + strings.Repeat("00", 32) + `","fields":{"b":"2","a":"1"}}`},
		{"a space", `{"salt":"` + strings.Repeat("00", 32) + `", "fields":{}}`},
		{"no salt", `{"salt":"","fields":{}}`},
		{"null", `{"salt":"` + strings.Repeat("00", 32) + `","fields":null}`},
		{"a field twice", `{"salt":"` + strings.Repeat("00", 32) + `","fields":{"a":"1","a":"2"}}`},
		{"more", `{"salt":"` + strings.Repeat("00", 32) + `","fields":{},"x":1}`},
	} {
		if _, _, err := ReadProfile([]byte(c.text)); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	many, big := map[string]string{}, map[string]string{}
	for i := range 65 {
		many[strings.Repeat("x", i%60+1)+strings.Repeat("y", i/60)] = "1"
	}
	for i := range 20 {
		big[strings.Repeat("x", i+1)] = strings.Repeat("1", 1000)
	}
	for _, c := range []struct {
		name   string
		fields map[string]string
		code   fault.Code
	}{
		{"a name", map[string]string{"a b": "1"}, fault.BadRequest},
		{"no UTF-8", map[string]string{"a": "\xff"}, fault.BadRequest},
		{"65 fields", many, fault.Limit},
		{"a long field", map[string]string{"a": strings.Repeat("x", 1025)}, fault.Limit},
		{"17 KiB", big, fault.Limit},
		{"no UTF-8, and long", map[string]string{"a": strings.Repeat("\xff", 1025)}, fault.BadRequest},
	} {
		if _, err := v.PutProfile("ann", c.fields); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCodes(t *testing.T) {
	v := open(t, t.TempDir())
	for _, s := range []Secret{secretOf("ann", "r", 2, 200), secretOf("ann", "r", 1, 300),
		secretOf("ann", "other", 3, 0)} {
		if err := v.PutCode(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.PutCode(secretOf("ann", "r", 2, 100)); err != nil { // the same, with another end
		t.Fatal(err)
	}
	if list := must[[]Secret](t)(v.Codes("entitlement", "r")); len(list) != 2 || list[0].Until != 100 ||
		list[1].Until != 300 {
		t.Errorf("%+v", list)
	}
	if err := v.ForgetCodes(time.Unix(200, 0)); err != nil {
		t.Fatal(err)
	}
	if list := must[[]Secret](t)(v.Codes("entitlement", "r")); len(list) != 1 || list[0].Until != 300 {
		t.Errorf("after the first's end: %+v", list)
	}
	if list := must[[]Secret](t)(v.Codes("entitlement", "other")); len(list) != 1 {
		t.Errorf("without end: %+v", list)
	}
	for name, change := range map[string]func(*Secret){
		"purpose":   func(s *Secret) { s.Purpose = "" },
		"reference": func(s *Secret) { s.Reference = "" },
		"member":    func(s *Secret) { s.Member = "a b" },
		"code":      func(s *Secret) { s.Code = s.Code[:15] },
		"until":     func(s *Secret) { s.Until = -1 },
	} {
		s := secretOf("ann", "r", 9, 0)
		change(&s)
		if err := v.PutCode(s); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCodeSeeds(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	first := v.CodeSeed("erp", 7)
	v.Close()
	v = open(t, dir)
	if len(first) != code.Size || !bytes.Equal(first, v.CodeSeed("erp", 7)) {
		t.Error("the same item has another code after a restart")
	}
	elsewhere := open(t, t.TempDir())
	for _, other := range []code.Code{v.CodeSeed("erp", 8), v.CodeSeed("erp2", 7), elsewhere.CodeSeed("erp", 7)} {
		if bytes.Equal(first, other) {
			t.Error("another item, source or vault has the same code")
		}
	}
}

func TestPseudonyms(t *testing.T) {
	v, dir := open(t, t.TempDir()), t.TempDir()
	who := func(v *Vault, channel, customer string) string {
		return must[Account](t)(v.Pseudonym(channel, customer)).Member
	}
	one := who(open(t, dir), "app", "7")
	if again := who(open(t, dir), "app", "7"); again != one {
		t.Errorf("another process says %s, not %s", again, one)
	}
	if len(one) != 18 || !strings.HasPrefix(one, "m-") || name.CheckID("member", one) != nil {
		t.Errorf("%s", one)
	}
	there := open(t, dir)
	for _, other := range []string{who(there, "app", "8"), who(there, "card", "7"), who(there, "app7", "x"),
		who(v, "app", "7")} {
		if other == one {
			t.Errorf("two customers are %s", other)
		}
	}
	must[Account](t)(there.NewAccount("shop", "9", "wang"))
	if known := must[Account](t)(there.Pseudonym("shop", "9")); known.Member != "wang" || known.Own {
		t.Errorf("a customer who is wang is %+v", known)
	}
}

// After an erasure neither the customer's id nor the vault's key and file lead to the
// pseudonym that the customer had.
func TestAnErasedPseudonymIsNeverFoundAgain(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	before := must[Account](t)(v.Pseudonym("app", "7"))
	if err := v.Erase(before.Member); err != nil {
		t.Fatal(err)
	}
	if after := must[Account](t)(open(t, dir).Pseudonym("app", "7")); after.Member == before.Member ||
		after.Commitment.String() == before.Commitment.String() {
		t.Errorf("the customer is %s again", after.Member)
	}
}

// A member who was merged into another's is no longer the party's own to enrol.
func TestAMergedPseudonymIsNotOwn(t *testing.T) {
	v := open(t, t.TempDir())
	own := must[Account](t)(v.Pseudonym("app", "7"))
	if err := v.SetMember(own.Member, "wang"); err != nil {
		t.Fatal(err)
	}
	if now := must[Account](t)(v.Pseudonym("app", "7")); !own.Own || now.Own || now.Member != "wang" {
		t.Errorf("%+v, then %+v", own, now)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	v := open(t, dir)
	must[Account](t)(v.NewAccount("app", "1", "ann"))
	for file, want := range map[string]os.FileMode{"": 0o700, dataFile: 0o600, keyFile: 0o600} {
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %#o", file, info.Mode(), err, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
		t.Errorf("files: %v", left)
	}
	for pragma, want := range map[string]string{
		"secure_delete": "1", "journal_mode": "delete", "synchronous": "2", "temp_store": "2",
	} {
		var got string
		if err := v.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v", pragma, got, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	other := t.TempDir()
	open(t, other).Close()
	for _, c := range []struct {
		name  string
		party string
		spoil func(dir string) error
		says  string
	}{
		{"a party's name", "a b", func(string) error { return nil }, "party"},
		{"a directory for all", "D", func(dir string) error { return os.Chmod(dir, 0o777) }, "chmod 700"},
		{"a key for the group", "D", func(dir string) error { return os.Chmod(filepath.Join(dir, keyFile), 0o640) },
			"chmod 600"},
		{"a key for others", "D", func(dir string) error { return os.Chmod(filepath.Join(dir, keyFile), 0o604) },
			"chmod 600"},
		{"data for the group", "D", func(dir string) error { return os.Chmod(filepath.Join(dir, dataFile), 0o660) },
			"chmod 600"},
		{"no key", "D", func(dir string) error { return os.Remove(filepath.Join(dir, keyFile)) }, "is missing"},
		{"half a key", "D", func(dir string) error { return os.Truncate(filepath.Join(dir, keyFile), 16) }, "16 bytes"},
		{"another vault's key", "D", func(dir string) error {
			key, err := os.ReadFile(filepath.Join(other, keyFile))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, keyFile), key, 0o600)
		}, "not this vault's key"},
		{"another party", "G", func(string) error { return nil }, "vault of party D"},
		{"another version", "D", func(dir string) error {
			db, err := sql.Open("sqlite", filepath.Join(dir, dataFile))
			if err != nil {
				return err
			}
			defer db.Close()
			_, err = db.Exec("PRAGMA user_version = 3")
			return err
		}, "version 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			open(t, dir).Close()
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			v, err := Open(dir, c.party)
			if err == nil {
				v.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("says %v, want something on %q", err, c.says)
			}
		})
	}
}

// TestTampering changes the file behind the vault's back.
func TestTampering(t *testing.T) {
	for _, c := range []struct{ name, change string }{
		{"a value", "UPDATE account SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)"},
		{"a value cut short", "UPDATE account SET sealed = x'00'"},
		{"values exchanged", "UPDATE account SET sealed = (SELECT sealed FROM account b WHERE b.id != account.id)"},
		{"a value of another table", "UPDATE account SET sealed = (SELECT sealed FROM secret LIMIT 1)"},
		{"the member", "UPDATE account SET member = x'00'"},
		{"a profile exchanged",
			"UPDATE profile SET sealed = (SELECT sealed FROM profile b WHERE b.member != profile.member)"},
		{"a secret's end", "UPDATE secret SET until = 5"},
		{"a secret's place", "UPDATE secret SET place = (SELECT place FROM secret ORDER BY place LIMIT 1)"},
		{"a secret exchanged", "UPDATE secret SET sealed = (SELECT sealed FROM secret b WHERE b.id != secret.id)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := open(t, t.TempDir())
			for _, one := range []string{"ann", "bob"} {
				must[Account](t)(v.NewAccount("app", one, one))
				must[Profile](t)(v.PutProfile(one, map[string]string{"name": one}))
				if err := v.PutCode(secretOf(one, one, one[0], 0)); err != nil {
					t.Fatal(err)
				}
			}
			all := func() (errs int) {
				for _, one := range []string{"ann", "bob"} {
					if _, _, err := v.Account("app", one); err != nil {
						errs++
					}
					if _, _, err := v.Profile(one); err != nil {
						errs++
					}
					if _, err := v.Codes("entitlement", one); err != nil {
						errs++
					}
				}
				return errs
			}
			if n := all(); n != 0 {
				t.Fatalf("%d errors before", n)
			}
			if _, err := v.db.Exec(c.change); err != nil {
				t.Fatal(err)
			}
			if all() == 0 {
				t.Error("nobody noticed")
			}
		})
	}
}

// TestErase: of an erased member nothing is found, and of what was sealed not a
// byte is left in any file.
func TestErase(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	for _, one := range []string{"ann", "bob"} {
		for i := range 50 { // more than a page's
			must[Account](t)(v.NewAccount("app", one+strings.Repeat("x", i), one))
		}
		must[Profile](t)(v.PutProfile(one, map[string]string{"name": one + "'s long name, to be looked for"}))
		if err := v.PutCode(secretOf(one, one, one[0], 0)); err != nil {
			t.Fatal(err)
		}
	}
	sealed := map[string][][]byte{}
	for _, one := range []string{"ann", "bob"} {
		for _, table := range []string{"account", "profile", "secret"} {
			rows, err := v.db.Query("SELECT sealed FROM "+table+" WHERE member = ?", v.memberID(one))
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var value []byte
				if err := rows.Scan(&value); err != nil {
					t.Fatal(err)
				}
				sealed[one] = append(sealed[one], value[:24], value[24:40]) // nonce, and some of the text
			}
			rows.Close()
		}
		sealed[one] = append(sealed[one], v.memberID(one))
	}
	if len(sealed["ann"]) != 2*52+1 || holds(t, dir, sealed["ann"]) != 2*52+1 {
		t.Fatalf("%d pieces to look for, %d of them there", len(sealed["ann"]), holds(t, dir, sealed["ann"]))
	}
	salt := must[[]Account](t)(v.Accounts("ann"))[0].Salt
	if n := holds(t, dir, [][]byte{salt, []byte("annx"), []byte("long name")}); n != 0 {
		t.Errorf("%d plain values are in the files", n)
	}
	if err := v.Erase("ann"); err != nil {
		t.Fatal(err)
	}
	if n := holds(t, dir, append(sealed["ann"], salt)); n != 0 {
		t.Errorf("%d pieces are left after the erasure", n)
	}
	if n := holds(t, dir, sealed["bob"]); n != len(sealed["bob"]) {
		t.Errorf("of the other member %d pieces of %d are there", n, len(sealed["bob"]))
	}
	if _, found, err := v.Account("app", "ann"); found || err != nil {
		t.Errorf("account: %v %v", found, err)
	}
	if list := must[[]Account](t)(v.Accounts("ann")); len(list) != 0 {
		t.Errorf("accounts: %v", list)
	}
	if _, found, err := v.Profile("ann"); found || err != nil {
		t.Errorf("profile: %v %v", found, err)
	}
	if list := must[[]Secret](t)(v.Codes("entitlement", "ann")); len(list) != 0 {
		t.Errorf("secrets: %v", list)
	}
	if list := must[[]Account](t)(v.Accounts("bob")); len(list) != 50 {
		t.Errorf("the other member has %d accounts", len(list))
	}
	again := must[Account](t)(v.NewAccount("app", "ann", "ann2"))
	if bytes.Equal(again.Salt, salt) {
		t.Error("who comes back has the old salt")
	}
}

// holds counts the pieces that are in any file of a directory.
func holds(t *testing.T, dir string, pieces [][]byte) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range pieces {
		for _, file := range files {
			if data := must[[]byte](t)(os.ReadFile(file)); bytes.Contains(data, piece) {
				n++
				break
			}
		}
	}
	return n
}
