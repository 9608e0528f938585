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
	} `json:"outstanding"`
	Owed []struct {
		Debtor    string `json:"debtor"`
		Creditor  string `json:"creditor"`
		Programme string `json:"programme"`
		Points    int64  `json:"points"`
	} `json:"owed"`
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

func (o owing) owed(debtor, creditor, programme string) int64 {
	for _, one := range o.Owed {
		if one.Debtor == debtor && one.Creditor == creditor && one.Programme == programme {
			return one.Points
		}
	}
	return 0
}

// picture draws who owes whom how many points, and checks it.
func picture(ctx context.Context, s *stage) error {
	o, err := s.owes(ctx)
	if err != nil {
		return err
	}
	s.chapter("", "Who owes whom how many points (as the auditor's own read model says)")
	most := int64(1)
	for _, one := range o.Outstanding {
		most = max(most, one.Outstanding)
	}
	bar := func(n int64) string {
		return text.FgCyan.Sprint(strings.Repeat("█", max(1, int(30*n/most))))
	}
	fmt.Fprintln(s.out)
	for _, one := range o.Outstanding {
		fmt.Fprintf(s.out, "     %-2s ──▶ members  %7s %s  %s\n", one.Issuer, show(one.Outstanding), one.Programme, bar(one.Outstanding))
	}
	for _, one := range o.Owed {
		fmt.Fprintf(s.out, "     %-2s ──▶ %-7s  %7s %s  %s\n", one.Debtor, one.Creditor, show(one.Points), one.Programme, bar(one.Points))
	}
	fmt.Fprintln(s.out)
	for _, want := range []struct {
		programme string
		points    int64
	}{{"GP", 25000}, {"DP", 2560}, {"FP", 8400}, {"MP", 7101}} {
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
