package gateway

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/config"
)

// answers is a network whose peers answer every question alike.
type answers struct {
	ledgerNet
	text []byte
}

func (a answers) Evaluate(context.Context, call) ([]byte, error) { return a.text, nil }

func (a answers) Height(context.Context) (uint64, error) { return 1 << 63, nil }

// Whatever a peer answers, nothing breaks, hangs or takes more than the answer itself: it is refused.
func TestWhateverAPeerAnswers(t *testing.T) {
	rows := func(n int, next string) string {
		return fmt.Sprintf(`{"rows":[%s],"next":%q}`, strings.TrimSuffix(strings.Repeat(`{"id":"x"},`, n), ","), next)
	}
	lot := number.Row{Command: number.Command{Party: "D", Lane: 1, Seq: 1}}
	for name, c := range map[string]struct {
		text string
		lots bool // instead of a page
		well bool
	}{
		"a page":                 {rows(3, "p/z"), false, true},
		"the last page":          {rows(0, ""), false, true},
		"more than was asked":    {rows(6, ""), false, false},
		"the same page again":    {rows(5, "p/a"), false, false},
		"a page before":          {rows(5, "p/Z"), false, false},
		"nothing, and more":      {rows(0, "p/z"), false, false},
		"no JSON":                {"\x00", false, false},
		"deep":                   {strings.Repeat(`{"rows":[`, 1_000_000), false, false},
		"a number too large":     {`{"rows":[{"liability":1e999}],"next":""}`, false, false},
		"a lot":                  {`[{}]`, true, true},
		"no lot":                 {`[]`, true, false},
		"nothing for a lot":      {`null`, true, false},
		"two lots for one":       {`[{},{}]`, true, false},
		"a lot in another shape": {`[[]]`, true, false},
	} {
		q := (&Gateway{cfg: config.Config{}, net: answers{text: bytes.Clone([]byte(c.text))}}).Query()
		var err error
		if c.lots {
			_, err = q.Lots(t.Context(), lot)
		} else {
			_, err = q.Parties(t.Context(), answer.Page{Limit: 5, After: "p/a"})
		}
		if (err == nil) != c.well || !c.well && fault.CodeOf(err) != fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}
