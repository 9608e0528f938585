package checkpoint_test

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A stranger verifies a checkpoint with golang.org/x/mod/sumdb/note alone: two auditors' public keys, and the note.
func Example() {
	const g = "G/audit+372c2de1+AYnR5wBIZRla8pKHMRVS+NwShY0i9lg+hT2YwreMrfn3"
	const signed = `tallystick/tally
213
AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
genesis 0100000000000000000000000000000000000000000000000000000000000000
state 0300000000000000000000000000000000000000000000000000000000000000
findings 0

— G/audit Nywt4Uvfh/Bn3UVt5xQOvk04FM8KijC03motejx2R3f7EvkPTOK8XlZWyBwakVKghjNmKwaeqtLC/+Q42FH06toqhwo=
`
	key, err := note.NewVerifier(g)
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := note.Open([]byte(signed), note.VerifierList(key))
	if err != nil {
		fmt.Println(err)
		return
	}
	lines := strings.Split(n.Text, "\n")
	fmt.Printf("%s vouches for %s at height %s: %s\n", n.Sigs[0].Name, lines[0], lines[1], lines[5])
	// Output: G/audit vouches for tallystick/tally at height 213: findings 0
}
