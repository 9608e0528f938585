package settle

import (
	"context"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
)

// The views of what models select: the issuer's 积分服务商, the acceptor's 积分消费商.
const (
	IssuerView   = "issuer"
	AcceptorView = "acceptor"
)

// ModelQuestion is what a model is selected by. What a view leaves out is open.
type ModelQuestion struct {
	Issuer    string    `json:"issuer,omitempty"`    // who owes
	Acceptor  string    `json:"acceptor,omitempty"`  // whom it owes
	Scene     string    `json:"scene,omitempty"`     // in which points are spent
	Programme string    `json:"programme,omitempty"` // whose points
	Day       date.Date `json:"day,omitempty"`       // business date; today's if it is left out
}

// question is what the rules are asked.
func (q ModelQuestion) question() settlement.Question {
	return settlement.Question{Issuer: q.Issuer, Acceptor: q.Acceptor, Scene: q.Scene,
		Programme: q.Programme, Day: q.Day}
}

// SelectModelRequest asks what settles between two parties.
type SelectModelRequest struct{ ModelQuestion }

// Check refuses a question without two parties.
func (r SelectModelRequest) Check() error {
	if r.Issuer == "" || r.Acceptor == "" || r.Issuer == r.Acceptor {
		return fault.New(fault.BadRequest, "say `issuer` and `acceptor`, two parties, or choose a `view`")
	}
	return nil
}

// ViewModelsRequest asks for all that models select for one party.
type ViewModelsRequest struct {
	View string `json:"view"` // IssuerView or AcceptorView
	ModelQuestion
}

// Check refuses a view that there isn't, and one without the party whose it is.
func (r ViewModelsRequest) Check() error {
	switch {
	case r.View == IssuerView && r.Issuer == "":
		return fault.New(fault.BadRequest, "`view` issuer: say which, `issuer`")
	case r.View == AcceptorView && r.Acceptor == "":
		return fault.New(fault.BadRequest, "`view` acceptor: say which, `acceptor`")
	case r.View != IssuerView && r.View != AcceptorView:
		return fault.New(fault.BadRequest, "`view`: want issuer, acceptor or owner")
	}
	return nil
}

// Selected is what settles between two parties: a model, or none.
type Selected struct {
	Issuer    string    `json:"issuer"`
	Acceptor  string    `json:"acceptor"`
	Scene     string    `json:"scene"`
	Programme string    `json:"programme"`
	Day       date.Date `json:"day"`
	Number    uint32    `json:"number"` // of the model, 0 for none
	Model     string    `json:"model"`
	Version   uint32    `json:"version"`
	// fen a point: the model's, else the programme's; 0/0 if no programme is named
	Price amount.Rate      `json:"price"`
	Terms settlement.Terms `json:"terms"`
}

// Worth is what a member's home may tell of how points are settled.
type Worth struct {
	Programme string      `json:"programme"`
	At        string      `json:"at"` // acceptor
	Scene     string      `json:"scene"`
	Price     amount.Rate `json:"price"` // fen a point
	Day       date.Date   `json:"day"`
}

func selectModel(ctx context.Context, n *node.Node, _ *node.Call, req SelectModelRequest) (Selected, error) {
	s, q, err := sightOf(ctx, n, req.ModelQuestion)
	if err != nil {
		return Selected{}, err
	}
	return s.one(q), nil
}

func viewModels(ctx context.Context, n *node.Node, _ *node.Call, req ViewModelsRequest) (node.List[Selected], error) {
	s, q, err := sightOf(ctx, n, req.ModelQuestion)
	return node.List[Selected]{Rows: s.view(q)}, err
}

// viewWorth leaves out all that is between the enterprises.
func viewWorth(ctx context.Context, n *node.Node, _ *node.Call, req ModelQuestion) (node.List[Worth], error) {
	s, q, err := sightOf(ctx, n, req)
	return node.List[Worth]{Rows: s.worth(q)}, err
}

// sight is what the ledger has that a view shows.
type sight struct {
	book       settlement.Agreements
	parties    []party.Party
	programmes []points.Programme
}

// sightOf is what there is on a question's day, today's if it names none.
func sightOf(ctx context.Context, n *node.Node, asked ModelQuestion) (s sight, q settlement.Question, err error) {
	q = asked.question()
	if s.book, q.Day, err = bookOf(ctx, n, q.Day); err != nil {
		return s, q, err
	}
	if s.programmes, err = n.Query().AllProgrammes(ctx); err != nil {
		return s, q, err
	}
	s.parties, err = n.Query().AllParties(ctx)
	return s, q, err
}

// bookOf is the book of a business date that there was; today's, to look ahead, of a later one, and for none.
func bookOf(ctx context.Context, n *node.Node, day date.Date) (settlement.Agreements, date.Date, error) {
	cycle, err := n.Query().Cycle(ctx)
	if err != nil {
		return settlement.Agreements{}, 0, err
	}
	if day == 0 || day > cycle.Date {
		book, err := n.Query().Models(ctx, cycle.Date)
		return book, max(day, cycle.Date), err
	}
	book, err := n.Query().Models(ctx, day)
	return book, day, err
}

// one is what settles one question.
func (s sight) one(q settlement.Question) Selected {
	found := Selected{Issuer: q.Issuer, Acceptor: q.Acceptor, Scene: q.Scene, Programme: q.Programme, Day: q.Day}
	found.Terms, found.Number = s.book.Select(q)
	if i := slices.IndexFunc(s.book.Models, func(m settlement.Model) bool { return m.Number == found.Number }); i >= 0 {
		found.Model, found.Version = s.book.Models[i].ID, s.book.Models[i].Version
	}
	if found.Price = found.Terms.Price; found.Price.Den == 0 {
		if i := slices.IndexFunc(s.programmes, func(p points.Programme) bool { return p.ID == q.Programme }); i >= 0 {
			found.Price = s.programmes[i].Price
		}
	}
	return found
}

// view lists what settles, for each programme, acceptor and scene that the question leaves open: a scene only where it
// is settled otherwise than in general.
func (s sight) view(q settlement.Question) []Selected {
	list := []Selected{}
	for _, p := range s.programmes {
		if q.Issuer != "" && p.Issuer != q.Issuer || q.Programme != "" && p.ID != q.Programme {
			continue
		}
		for _, to := range s.parties {
			if to.ID == p.Issuer || !to.Roles.Has(party.Acceptor) ||
				q.Acceptor != "" && to.ID != q.Acceptor {
				continue
			}
			one := settlement.Question{Issuer: p.Issuer, Acceptor: to.ID, Programme: p.ID, Day: q.Day}
			list = append(list, s.scenes(one, q.Scene)...)
		}
	}
	return list
}

func (s sight) worth(q settlement.Question) []Worth {
	list := []Worth{}
	for _, one := range s.view(q) {
		list = append(list, Worth{one.Programme, one.Acceptor, one.Scene, one.Price, one.Day})
	}
	return list
}

func (s sight) scenes(q settlement.Question, only string) []Selected {
	q.Scene = only
	general := s.one(q)
	list := []Selected{general}
	if only != "" {
		return list
	}
	for _, scene := range s.namedScenes() {
		q.Scene = scene
		if one := s.one(q); one.Number != general.Number {
			list = append(list, one)
		}
	}
	return list
}

// namedScenes are those that some model is for, sorted.
func (s sight) namedScenes() []string {
	var list []string
	for _, m := range s.book.Models {
		if m.Scope.Scene != "" {
			list = append(list, m.Scope.Scene)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
