package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// owing is who owes whom, as tally answers it.
type owing struct {
	Outstanding []struct {
		Issuer      string `json:"issuer"`
		Programme   string `json:"programme"`
		Outstanding int64  `json:"outstanding"`
		Held        int64  `json:"held"`
		Worth       string `json:"worth"` // fen, exact
	} `json:"outstanding"`
	Owed []struct {
		Debtor    string `json:"debtor"`
		Creditor  string `json:"creditor"`
		Programme string `json:"programme"`
		Points    int64  `json:"points"`
		Fen       int64  `json:"fen"`
	} `json:"owed"`
	Hidden []struct {
		Debtor   string `json:"debtor"`
		Creditor string `json:"creditor"`
		Count    int    `json:"count"`
	} `json:"hidden"`
	Breakage []struct {
		Party     string `json:"party"`
		Programme string `json:"programme"`
		Points    int64  `json:"points"`
		Fen       string `json:"fen"`
	} `json:"breakage"`
}

// owes asks the auditor's read model.
func (s *stage) owes(ctx context.Context) (o owing, err error) {
	return o, s.tally(ctx, "A", &o, "query", "owes")
}

func (o owing) outstanding(programme string) int64 {
	for _, one := range o.Outstanding {
		if one.Programme == programme {
			return one.Outstanding
		}
	}
	return 0
}

// fen sums up what a debtor owes a creditor.
func (o owing) fen(debtor, creditor string) (sum int64) {
	for _, one := range o.Owed {
		if one.Debtor == debtor && one.Creditor == creditor {
			sum += one.Fen
		}
	}
	return sum
}

func (o owing) worth(programme string) string {
	for _, one := range o.Outstanding {
		if one.Programme == programme {
			return one.Worth
		}
	}
	return "0"
}

func (o owing) breakage(party, programme string) string {
	for _, one := range o.Breakage {
		if one.Party == party && one.Programme == programme {
			return fmt.Sprintf("%s %s, %s fen", show(one.Points), programme, one.Fen)
		}
	}
	return "none"
}

// picture draws who owes whom how much, and checks it.
func picture(ctx context.Context, s *stage) error {
	var o owing
	if err := s.tally(ctx, "A", &o, "query", "owes", "--open"); err != nil {
		return err
	}
	s.chapter("", "Who owes whom (as the auditor's own read model says)")
	most := int64(1)
	for _, one := range o.Outstanding {
		most = max(most, one.Outstanding)
	}
	bar := func(n int64) string {
		if n == 0 {
			return ""
		}
		return text.FgCyan.Sprint(strings.Repeat("█", max(1, int(30*n/most))))
	}
	fmt.Fprintln(s.out)
	for _, one := range o.Outstanding {
		fmt.Fprintf(s.out, "     %-2s ──▶ members  %7s %s  %s\n",
			one.Issuer, show(one.Outstanding), one.Programme, bar(one.Outstanding))
	}
	for _, one := range o.Owed {
		what := one.Programme
		if what == "" {
			what = "fee, ruling"
		}
		fmt.Fprintf(s.out, "     %-2s ──▶ %-7s  %7s fen (%s)  %s\n",
			one.Debtor, one.Creditor, show(one.Fen), what, bar(one.Fen))
	}
	for _, one := range o.Hidden {
		fmt.Fprintf(s.out, "     %-2s ──▶ %-7s   hidden (supply of %d; only the two know)\n",
			one.Debtor, one.Creditor, one.Count)
	}
	fmt.Fprintln(s.out)
	for _, want := range []struct {
		programme string
		points    int64
	}{{"GP", 350 + 10000}, {"DP", 1600 + 1}, {"FP", 0}, {"MP", 1}, {"BP", 3 + 100 + 25000}} {
		s.figure("outstanding "+want.programme, want.points, o.outstanding(want.programme))
	}
	var digests []string
	for _, party := range []string{"G", "D", "F", "M", "A"} {
		var d struct {
			Digest string `json:"digest"`
		}
		if err := s.tally(ctx, party, &d, "query", "digest"); err != nil {
			return err
		}
		digests = append(digests, d.Digest)
	}
	same := map[string]bool{}
	for _, d := range digests {
		same[d] = true
	}
	s.figure("different digests of five parties' read models", 1, len(same))
	return nil
}
