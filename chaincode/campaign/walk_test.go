package campaign

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// double11 is G's and D's, who has yet to agree in PROPOSED.
func double11(state State) Campaign {
	return Campaign{

		ID: "double11", By: "G", State: state,
		Terms: Terms{Budget: 1000, Gives: Gives{Programme: "GP", Bonus: 10}, From: 100, Until: 200},
		Funders: []Funder{{Party: "D", Parts: 40, Agreed: state != Proposed && state != Withdrawn},
			{Party: "F", Parts: 20, Agreed: true}, {Party: "G", Parts: 40, Agreed: true}},
	}
}

func by(caller string) At { return At{Caller: caller, Date: 150} }

var walkVerbs = []struct {
	name string
	do   func(Campaign, At) (Campaign, error)
}{
	{"agree", func(c Campaign, at At) (Campaign, error) { return c.Agree(AgreeRequest{Campaign: c.ID, Cap: 7}, at) }},
	{"leave", func(c Campaign, at At) (Campaign, error) {
		return c.Leave(LeaveRequest{Campaign: c.ID, Reason: "x"}, at)
	}},
	{"end", func(c Campaign, at At) (Campaign, error) { return c.Close(EndRequest{Campaign: c.ID, Reason: "x"}, at) }},
	{"award", func(c Campaign, at At) (Campaign, error) {
		_, err := c.Admit(AwardRequest{Lines: []Line{{Fen: 1}}}, at.Date)
		return c, err
	}},
}

// TestCampaignWalk tries every verb in every state: by G who proposed and has
// agreed, D who is still to agree where that can be, and M who is nobody.
func TestCampaignWalk(t *testing.T) {
	want := strings.TrimSpace(`
PROPOSED  agree G: WRONG_STATE D: ACTIVE      M: FORBIDDEN
PROPOSED  leave G: WITHDRAWN   D: WITHDRAWN   M: FORBIDDEN
PROPOSED  end   G: WITHDRAWN   D: FORBIDDEN   M: FORBIDDEN
PROPOSED  award G: WRONG_STATE D: WRONG_STATE M: WRONG_STATE
ACTIVE    agree G: WRONG_STATE D: WRONG_STATE M: FORBIDDEN
ACTIVE    leave G: ENDED       D: ENDED       M: FORBIDDEN
ACTIVE    end   G: ENDED       D: FORBIDDEN   M: FORBIDDEN
ACTIVE    award G: ACTIVE      D: ACTIVE      M: ACTIVE
ENDED     agree G: WRONG_STATE D: WRONG_STATE M: FORBIDDEN
ENDED     leave G: WRONG_STATE D: WRONG_STATE M: FORBIDDEN
ENDED     end   G: WRONG_STATE D: FORBIDDEN   M: FORBIDDEN
ENDED     award G: WRONG_STATE D: WRONG_STATE M: WRONG_STATE
WITHDRAWN agree G: WRONG_STATE D: WRONG_STATE M: FORBIDDEN
WITHDRAWN leave G: WRONG_STATE D: WRONG_STATE M: FORBIDDEN
WITHDRAWN end   G: WRONG_STATE D: FORBIDDEN   M: FORBIDDEN
WITHDRAWN award G: WRONG_STATE D: WRONG_STATE M: WRONG_STATE`)
	var got strings.Builder
	for state := Proposed; state <= Withdrawn; state++ {
		for _, v := range walkVerbs {
			fmt.Fprintf(&got, "%-9s %-5s", state, v.name)
			for _, caller := range []string{"G", "D", "M"} {
				before := double11(state)
				next, err := v.do(before, by(caller))
				outcome := next.State.String()
				if err != nil {
					outcome = string(fault.CodeOf(err))
				}
				if fmt.Sprint(before) != fmt.Sprint(double11(state)) {
					t.Errorf("%s %s by %s changed what it was given", state, v.name, caller)
				}
				if over := next.State.Over() && !state.Over(); over &&
					next.End != (End{By: caller, Reason: "x", Date: 150}) {
					t.Errorf("%s %s by %s ended as %+v", state, v.name, caller, next.End)
				}
				fmt.Fprintf(&got, " %s: %-11s", caller, outcome)
			}
			got.WriteString("\n")
		}
	}
	lines := strings.Split(strings.TrimSpace(got.String()), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("the walk changed:\n%s", got)
	}
}

// The proposer bears first, the others by party, and nobody is lost.
func TestBearers(t *testing.T) {
	c := double11(Active)
	for by, want := range map[string]string{"G": "GDF", "D": "DFG", "F": "FDG", "M": "DFG"} {
		c.By = by
		got := ""
		for _, f := range c.Bearers() {
			got += f.Party
		}
		if got != want {
			t.Errorf("proposed by %s: %s", by, got)
		}
	}
}

// Whoever is the last to agree begins the campaign, in whatever order, and each
// cap is its own.
func TestTheLastAgreementBegins(t *testing.T) {
	for _, order := range [][]string{{"D", "F"}, {"F", "D"}} {
		c, err := Propose(proposal(func(r *ProposeRequest) { r.Cap = 100 }), nil, by("G"))
		if err != nil || c.State != Proposed {
			t.Fatal(c, err)
		}
		for i, party := range order {
			if c, err = c.Agree(AgreeRequest{Cap: amount.Units(i)}, by(party)); err != nil {
				t.Fatal(err)
			}
			if (c.State == Active) != (i == 1) {
				t.Errorf("after %v: %s", order[:i+1], c.State)
			}
		}
		for _, f := range c.Funders {
			if want := map[string]amount.Units{order[0]: 0, order[1]: 1, "G": 100}[f.Party]; f.Cap != want ||
				!f.Agreed {
				t.Errorf("%v: %+v", order, f)
			}
		}
	}
	late := At{Caller: "D", Date: 201}
	if _, err := double11(Proposed).Agree(AgreeRequest{}, late); fault.CodeOf(err) != fault.Expired {
		t.Errorf("after its last day: %v", err)
	}
	if _, err := double11(Active).Agree(AgreeRequest{}, late); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("the state is before the day: %v", err)
	}
}
