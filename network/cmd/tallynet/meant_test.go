package main

import (
	"errors"
	"strings"
	"testing"
)

// TestMeant: a word or a flag that there isn't is answered by the nearest that there is, at every level.
func TestMeant(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"statsu"}, "did you mean status?"},
		{[]string{"process", "kil"}, "did you mean kill?"},
		{[]string{"up", "--topolgy", "x"}, "did you mean --topology?"},
		{[]string{"logs", "--folow"}, "did you mean --follow?"},
		{[]string{"chaincode", "restart"}, "say --party"},
	} {
		root := newRoot()
		root.SetArgs(c.args)
		err := root.ExecuteContext(t.Context())
		var usage usageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.args, err, c.want)
		}
	}
}
