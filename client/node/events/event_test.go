package events_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/client/event"
	"tallystick/client/node/events"
	"tallystick/client/node/loyalty"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
)

// alliance has zhang hold 30 points each of DP and FP, of which D has taken some.
func alliance(t *testing.T) *nodetest.Alliance {
	a := nodetest.NewAlliance(t, operations.All())
	a.Do("F", loyalty.PointsIssue, `{"programme":"FP","grants":[{"member":"zhang","home":"D","amount":30,"expires":"2027-12-31"}]}`)
	a.Do("D", loyalty.PointsIssue, `{"programme":"DP","grants":[{"member":"zhang","amount":30,"expires":"2027-12-31"}]}`)
	a.Do("D", loyalty.PointsRedeem, `{"member":"zhang","take":[{"programme":"FP","points":7}],"for":900}`)
	a.Do("D", loyalty.PointsRedeem, `{"member":"zhang","take":[{"programme":"DP","points":5}],"for":900}`)
	return a
}

func page(t *testing.T, a *nodetest.Alliance, party, request string) events.EventPage {
	t.Helper()
	return a.Do(party, events.EventList, request).(events.EventPage)
}

// told are the events of subjects, as text: type, who sent the command, data.
func told(list []event.Event, subjects ...string) (lines []string) {
	for _, e := range list {
		subject, _, _ := strings.Cut(e.Type, ".")
		if slices.Contains(subjects, subject) {
			lines = append(lines, fmt.Sprintf("%s %s %s", e.Type, e.Command.Party, e.Data))
		}
	}
	return lines
}

// TestWhoIsTold: each party is told what concerns it, and no other of points.
func TestWhoIsTold(t *testing.T) {
	a := alliance(t)
	all := page(t, a, "D", `{"limit":500}`)
	hold := all.Rows[len(all.Rows)-1].Data
	for party, want := range map[string][]string{
		"D": {`points.issued F {"programme":"FP"}`, `points.issued D {"programme":"DP"}`,
			"points.held D", "points.captured D", "points.held D", "points.captured D"},
		"F": {`points.issued F {"programme":"FP"}`, "points.held D", "points.captured D"},
		"G": nil,
	} {
		got := told(page(t, a, party, `{"limit":500}`).Rows, "points")
		if len(got) != len(want) {
			t.Errorf("%s is told %q", party, got)
			continue
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("%s: %s, want %s", party, got[i], want[i])
			}
		}
	}
	for _, party := range []string{"G", "D", "F"} {
		if got := told(page(t, a, party, `{"limit":500}`).Rows, "party", "programme"); len(got) != 6 {
			t.Errorf("%s is told of parties and programmes: %q", party, got)
		}
	}
	if !strings.Contains(string(hold), `"amount":5`) || strings.Contains(fmt.Sprint(all), "12345") {
		t.Errorf("%s; %v", hold, all)
	}
	last := all.Rows[len(all.Rows)-1]
	if last.Time.IsZero() || time.Since(last.Time).Abs() > 48*time.Hour || last.Date != nodetest.November {
		t.Errorf("%+v", last)
	}
}

// TestPagesLoseNothing: pages of any length, of any types, are the whole list.
func TestPagesLoseNothing(t *testing.T) {
	a := alliance(t)
	all := page(t, a, "D", `{"limit":500}`)
	if all.More || len(all.Rows) < 12 || all.Next != all.Rows[len(all.Rows)-1].ID {
		t.Fatalf("%+v", all)
	}
	for _, types := range []string{`[]`, `["points.*"]`, `["points.captured","member.enrolled"]`, `["dispute.*"]`} {
		want := page(t, a, "D", `{"limit":500,"types":`+types+`}`)
		for limit := 1; limit <= 4; limit++ {
			var got []event.Event
			for next, more := "", true; more; {
				p := page(t, a, "D", fmt.Sprintf(`{"after":%q,"limit":%d,"types":%s}`, next, limit, types))
				got, next, more = append(got, p.Rows...), p.Next, p.More
			}
			if fmt.Sprint(got) != fmt.Sprint(want.Rows) {
				t.Errorf("%s by %d: %v, want %v", types, limit, got, want.Rows)
			}
		}
		if want.Next != all.Next {
			t.Errorf("%s: goes on after %s, though all were looked at up to %s", types, want.Next, all.Next)
		}
	}
}

// TestTailIsTheList: who follows, from wherever, gets what the pages have, across what comes meanwhile.
func TestTailIsTheList(t *testing.T) {
	a := alliance(t)
	ctx, stop := context.WithCancel(t.Context())
	tail := events.NewTail(a.Node("D"))
	ended := make(chan error, 1)
	go func() { ended <- tail.Run(ctx) }()
	before := page(t, a, "D", `{"limit":500}`)
	var cursors []*event.Cursor
	for _, i := range []int{-1, 0, 5, len(before.Rows) - 1} {
		if i < 0 {
			cursors = append(cursors, nil)
			continue
		}
		cursors = append(cursors, &before.Rows[i].At)
	}
	got := make([][]event.Event, len(cursors))
	follow := func(want int) {
		for i := range cursors {
			for len(got[i]) < want-skipped(before, cursors[i]) {
				var last *event.Cursor = cursors[i]
				if n := len(got[i]); n > 0 {
					last = &got[i][n-1].At
				}
				list, _, more, grown, err := tail.After(t.Context(), last, event.Wanted{}, 3)
				if err != nil {
					t.Fatal(err)
				}
				if got[i] = append(got[i], list...); len(list) == 0 && !more {
					<-grown
				}
			}
		}
	}
	follow(len(before.Rows))
	a.Do("D", loyalty.PointsRedeem, `{"member":"zhang","take":[{"programme":"DP","points":1}],"for":900}`)
	all := page(t, a, "D", `{"limit":500}`).Rows
	follow(len(all))
	for i, c := range cursors {
		if want := all[skipped(before, c):]; fmt.Sprint(got[i]) != fmt.Sprint(want) {
			t.Errorf("after %v: %v, want %v", c, got[i], want)
		}
	}
	stop()
	if err := <-ended; ctx.Err() == nil {
		t.Error(err)
	}
}

// skipped is how many events come before what follows a cursor.
func skipped(p events.EventPage, c *event.Cursor) int {
	if c == nil {
		return 0
	}
	return 1 + slices.IndexFunc(p.Rows, func(e event.Event) bool { return e.At == *c })
}
