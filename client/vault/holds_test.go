package vault

import (
	"bytes"
	"testing"

	"tallystick/chaincode/code"
)

func TestHolds(t *testing.T) {
	v, err := Open(t.TempDir(), "D")
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close() // nothing of it is read again
	fail := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = v.NewAccount("app", "12345", "ann")
	fail(err)
	_, err = v.PutProfile("bob", map[string]string{"name": "Bob"})
	fail(err)
	fail(v.PutCode(Secret{
		Purpose: "invitation", Reference: "D.0.1.0", Member: "cid", Code: code.Code(bytes.Repeat([]byte{1}, code.Size)),
	}))
	for member, want := range map[string]bool{"ann": true, "bob": true, "cid": true, "dan": false} {
		if got, err := v.Holds(member); err != nil || got != want {
			t.Errorf("%s: %v, %v", member, got, err)
		}
	}
	fail(v.Erase("ann"))
	if got, err := v.Holds("ann"); err != nil || got {
		t.Errorf("after the erasure: %v, %v", got, err)
	}
	if _, err := v.Holds("no name"); err == nil {
		t.Error("a malformed member is looked for")
	}
}
