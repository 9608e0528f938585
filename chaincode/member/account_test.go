package member

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
)

// TestAccountCommitment: the vector is from another implementation of HMAC
// (Python's), so that every client can come to the same.
func TestAccountCommitment(t *testing.T) {
	salt := bytes.Repeat([]byte{7}, 32)
	got := AccountCommitment(salt, "D", "app", "13800000000")
	if want := "40dfb77912d1e35fd05df7e59741f1477a584c599e70c0e9ceac4289ef776074"; got.String() != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, other := range []struct {
		name                     string
		salt                     []byte
		party, channel, customer string
	}{
		{"salt", bytes.Repeat([]byte{8}, 32), "D", "app", "13800000000"},
		{"party", salt, "G", "app", "13800000000"},
		{"channel", salt, "D", "shop", "13800000000"},
		{"customer", salt, "D", "app", "13800000001"},
		{"channel and customer, cut elsewhere", salt, "D", "app1", "3800000000"},
		{"a customer with a line break", salt, "D", "app", "13800000000\n"},
	} {
		if bytes.Equal(got, AccountCommitment(other.salt, other.party, other.channel, other.customer)) {
			t.Errorf("another %s, and the same commitment", other.name)
		}
	}
}

// TestDictionary: whoever has the salt finds the customer among ten thousand;
// whoever doesn't finds nobody.
func TestDictionary(t *testing.T) {
	secret := sha256.Sum256([]byte("the salt"))
	on := AccountCommitment(secret[:], "D", "app", "1380000"+"4711")
	find := func(salt []byte) (found []string) {
		for i := range 10_000 {
			customer := fmt.Sprintf("1380000%04d", i)
			if bytes.Equal(on, AccountCommitment(salt, "D", "app", customer)) {
				found = append(found, customer)
			}
		}
		return found
	}
	if found := find(secret[:]); len(found) != 1 || found[0] != "13800004711" {
		t.Errorf("with the salt: %v", found)
	}
	for _, guess := range [][]byte{nil, make([]byte, 32), []byte("D"), []byte("the salt")} {
		if found := find(guess); found != nil {
			t.Errorf("with the guess %x: %v", guess, found)
		}
	}
}
