package event

import (
	"encoding/json"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/touch"
)

// Transaction is one that took effect, as a block has it.
type Transaction struct {
	ID     string
	Time   int64          // UTC seconds
	Number number.Command // of its first command
	Answer []byte         // of the chaincode
	Rows   []Row          // that it wrote

	Commands []command.Command // that it was proposed with
	Alone    []byte            // the request, in JSON, of the one that was sent alone; nil if they are a batch
}

// Row is a row that a transaction wrote.
type Row struct {
	Key string
	row.Named
}

// Of says which commands of a transaction took effect, and whom they concern. It has none if nobody can read what the
// transaction was proposed with, or what it answered: whoever endorses can answer anything, and no block may stop a
// read model.
func Of(t Transaction) Done {
	d := Done{Tag: TagOf(t.ID), Time: t.Time, Party: t.Number.Party, Lane: t.Number.Lane, Seq: t.Number.Seq}
	asked := d.asked(t)
	if len(asked) == 0 {
		return d
	}
	concerned := concernedBy(t, asked)
	for _, a := range asked {
		data, err := DataOf(a.request)
		if err != nil {
			data = []byte("{}") // ids and figures always can be written
		}
		c := Command{Index: a.index, Kind: a.kind, Data: data}
		if known := byKind[a.kind]; known != nil && !known.everyone {
			c.Parties = concerned.of(a, t.Number.Party)
		}
		d.Commands = append(d.Commands, c)
	}
	return d
}

// Concerned are the parties that some of the commands concern, sorted; "" stands for everyone.
func (d Done) Concerned() (parties []string) {
	for _, c := range d.Commands {
		if len(c.Parties) == 0 {
			parties = append(parties, "")
		}
		parties = append(parties, c.Parties...)
	}
	slices.Sort(parties)
	return slices.Compact(parties)
}

// asked is a command that took effect.
type asked struct {
	index   uint16
	kind    command.Kind
	request command.Request
}

// asked reads the commands of a transaction that took effect by it: neither those that were refused nor those that had
// been answered before.
func (d *Done) asked(t Transaction) []asked {
	if t.Alone != nil {
		return d.single(t)
	}
	var result command.Result
	if codec.Decode(t.Answer, &result) != nil {
		return nil
	}
	d.Date = result.Date
	without := map[uint16]bool{}
	for _, o := range result.Outcomes {
		without[o.Index] = true
	}
	var list []asked
	for i, c := range t.Commands {
		if without[uint16(i)] {
			continue
		}
		if req, err := c.Decode(); err == nil {
			list = append(list, asked{uint16(i), c.Kind, req})
		}
	}
	return list
}

// single reads a command that was sent alone.
func (d *Done) single(t Transaction) []asked {
	var receipt command.Receipt
	if len(t.Commands) != 1 || json.Unmarshal(t.Answer, &receipt) != nil || receipt.Duplicate {
		return nil
	}
	req, err := command.Parse(t.Commands[0].Kind.String(), t.Alone)
	if err != nil {
		return nil
	}
	d.Date = receipt.Date
	return []asked{{0, t.Commands[0].Kind, req}}
}

// concerned is whom the rows of a transaction concern, by the commands that wrote them.
type concerned map[uint16][]string

// of are whom one of a party's commands concerns, sorted.
func (c concerned) of(a asked, party string) []string {
	list := append(append(named(a.request), c[a.index]...), party)
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(id string) bool { return id == "" })
}

// concernedBy finds which command wrote each row: the one whose number the row has, those that name it, or else each
// whose kind may write such a row.
func concernedBy(t Transaction, list []asked) concerned {
	c := concerned{}
	if len(list) == 1 {
		for _, r := range t.Rows {
			c.add(list[:1], rowParties(r))
		}
	} else {
		c.several(t, list)
	}
	for _, r := range t.Rows {
		if all, is := r.Row.(settlement.Obligations); is {
			c.owed(all)
		}
	}
	return c
}

func (c concerned) several(t Transaction, list []asked) {
	batch := row.Batch(t.Number.Party, t.Number.Lane, t.Number.Seq)
	byKey := map[string][]asked{}
	for _, a := range list {
		var touched touch.Touch
		touched.Add(touch.At{Caller: t.Number.Party, Lane: t.Number.Lane}, a.request)
		for _, key := range touched.Reads {
			byKey[key] = append(byKey[key], a)
		}
	}
	for _, r := range t.Rows {
		parties := rowParties(r)
		if len(parties) == 0 {
			continue
		}
		index, numbered := row.IndexIn(r.Key, batch)
		switch {
		case numbered:
			c.add([]asked{{index: index}}, parties)
		case len(byKey[r.Key]) > 0:
			c.add(byKey[r.Key], parties)
		default:
			c.add(slices.DeleteFunc(slices.Clone(list), func(a asked) bool {
				return !row.MayWrite(r.Key, a.kind)
			}), parties)
		}
	}
}

func (c concerned) add(list []asked, parties []string) {
	for _, a := range list {
		c[a.index] = append(c[a.index], parties...)
	}
}

// owed adds whom the obligations concern that a batch's commands made.
func (c concerned) owed(all settlement.Obligations) {
	for _, o := range all.List {
		c[o.Index] = append(c[o.Index], o.Debtor, o.Creditor)
	}
	for _, h := range all.Hidden {
		c[h.Index] = append(c[h.Index], h.Debtor, h.Creditor)
	}
}

// rowParties are whom a row concerns.
func rowParties(r Row) []string {
	if of := partiesOf[r.Kind]; of != nil {
		return of(r.Row)
	}
	return nil
}
