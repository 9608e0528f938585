package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/bounds"
	"tallystick/client/importer/table"
)

// catalogue are goods (goods:Set), each once. A line can also say how much of its good
// is to be free at a seller, and the price at which the party sells its own good in
// its own storefront.
type catalogue struct{}

func (catalogue) form() form {
	return form{
		supply: true,
		must:   []part{partSupplier, partSKU, partEn, partZh, partCategory, partUnit, partTax, partDelivery},
		may: []part{partGTIN, partLabels, partRegions, partImages, partFrom, partUntil, partOpen, partStock,
			partSeller, partPrice, partScene},
		keys: []string{"rate"}, unique: true,
		ordered: (*Mapping).saysMore, index: (*Mapping).saysMore,
	}
}

// saysMore says whether lines say more than what a good is: it is there before that is
// said.
func (m *Mapping) saysMore() bool { return m.says(partStock) || m.says(partPrice) }

func (catalogue) check(m *Mapping) error {
	if m.says(partPrice) != m.says(partScene) {
		return fmt.Errorf("price: want it with the scene of what is sold at it")
	}
	if m.says(partSeller) && !m.says(partStock) {
		return fmt.Errorf("seller: means nothing without stock")
	}
	return m.checkPrices(m.says(partPrice))
}

func (catalogue) item(m *Mapping, s Stores, l *line) (*Item, error) {
	req, err := m.good(l)
	if err != nil {
		return nil, err
	}
	item := &Item{key: req.Supplier + "/" + req.SKU, Adds: Totals{Goods: 1}, Drafts: ready(req)}
	if l.says(partPrice) {
		listing, err := m.listing(l)
		if err != nil {
			return nil, err
		}
		item.Adds.Listings++
		item.Drafts = append(item.Drafts,
			func(s Stores) (command.Request, string, error) { return repriced(s, listing) })
	}
	if l.says(partStock) {
		free, err := l.count(partStock, 0)
		if err != nil {
			return nil, err
		}
		seller := s.Party
		if l.says(partSeller) {
			seller = l.parts[partSeller]
		}
		item.Adds.Stocked++
		item.Drafts = append(item.Drafts,
			func(s Stores) (command.Request, string, error) { return stockedTo(s, req, seller, free) })
	}
	return item, nil
}

// good reads what a line says of a good.
func (m *Mapping) good(l *line) (req goods.SetGoodRequest, err error) {
	req = goods.SetGoodRequest{
		GTIN: l.parts[partGTIN], En: l.parts[partEn], Zh: l.parts[partZh], Unit: l.parts[partUnit],
		Tax:    l.parts[partTax],
		Labels: l.list(partLabels), Regions: l.list(partRegions), Open: true,
	}
	for _, one := range []struct {
		part part
		to   *string
	}{{partSupplier, &req.Supplier}, {partSKU, &req.SKU}, {partCategory, &req.Category}} {
		if *one.to, err = m.id(l, one.part); err != nil {
			return req, err
		}
	}
	if word(l.parts[partDelivery], "", &req.Delivery) != nil || req.Delivery == 0 {
		return req, l.wrong(partDelivery, "want shipped, counter or virtual")
	}
	if req.Images, err = l.hashes(partImages); err != nil {
		return req, err
	}
	if req.From, err = m.maybeDay(l, partFrom); err != nil {
		return req, err
	}
	if req.Until, err = m.maybeDay(l, partUntil); err != nil {
		return req, err
	}
	if l.says(partOpen) {
		if req.Open, err = l.yes(partOpen); err != nil {
			return req, err
		}
	}
	return req, l.checked(req)
}

// listing is a good in the party's own storefront at the line's price.
func (m *Mapping) listing(l *line) (req goods.ListRequest, err error) {
	req = goods.ListRequest{Scene: l.parts[partScene], Labels: l.list(partLabels), Open: true}
	if req.Supplier, err = m.id(l, partSupplier); err != nil {
		return req, err
	}
	if req.SKU, err = m.id(l, partSKU); err != nil {
		return req, err
	}
	price := goods.Price{Regions: []string{}}
	if price.Fen, err = m.fen(l, partPrice); err != nil {
		return req, err
	}
	req.Prices = []goods.Price{price}
	return req, l.checked(req)
}

// fen is an amount of money: a number at the mapping's rate, or one that is made of
// the text.
func (m *Mapping) fen(l *line, p part) (amount.Units, error) {
	if !l.says(p) {
		return 0, l.empty(p)
	}
	if m.Spread.most > 0 {
		return m.Spread.of(l.parts[p]), nil
	}
	fen, err := m.fenOf(l, p)
	if err == nil && fen == 0 {
		err = l.wrong(p, "want an amount of at least one fen, as 298.00 is one")
	}
	return fen, err
}

// repriced keeps what a listing has besides its prices.
func repriced(s Stores, req goods.ListRequest) (command.Request, string, error) {
	there, found, err := s.Shop.Listing(s.Party, req.Supplier, req.SKU)
	if err != nil {
		return nil, "", err
	}
	req.Labels = nil
	if found {
		req.Scene, req.Labels, req.Open, req.Kind, req.Terms = there.Scene, there.Labels, there.Open, there.Kind,
			there.Terms
	}
	return req, "", nil
}

// stockedTo fills a good's stock up, or withdraws of it, so that so many are free. If
// so many are, the good is set again, which changes nothing: the position needs a
// command.
func stockedTo(s Stores, req goods.SetGoodRequest, seller string, want amount.Units) (command.Request, string, error) {
	free, err := s.Shop.Free(req.Supplier, req.SKU, seller)
	switch {
	case err != nil:
		return nil, "", err
	case free < want:
		return goods.RestockRequest{Supplier: req.Supplier, SKU: req.SKU, Seller: seller, Units: want - free}, "", nil
	case free > want:
		return goods.WithdrawStockRequest{Supplier: req.Supplier, SKU: req.SKU, Seller: seller, Units: free - want,
			Reason: "counted"}, "", nil
	}
	return req, "", nil
}

// list reads a part with ; between its words.
func (l *line) list(p part) []string {
	list := []string{}
	for word := range strings.SplitSeq(l.parts[p], ";") {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// hash reads a SHA-256, which must be there.
func (l *line) hash(p part) (codec.Hash, error) {
	if !l.says(p) {
		return nil, l.empty(p)
	}
	hash, err := codec.ParseHash(l.parts[p])
	if err != nil {
		return nil, l.wrong(p, "want a SHA-256, 64 hexadecimal digits")
	}
	return hash, nil
}

func (l *line) hashes(p part) ([]codec.Hash, error) {
	list := []codec.Hash{}
	for _, text := range l.list(p) {
		hash, err := codec.ParseHash(text)
		if err != nil {
			return nil, l.wrong(p, "want SHA-256s, 64 hexadecimal digits each, with ; between them")
		}
		list = append(list, hash)
	}
	return list, nil
}

// yes reads yes or no, as people and spreadsheets write them.
func (l *line) yes(p part) (bool, error) {
	switch strings.ToLower(l.parts[p]) {
	case "yes", "true", "1", "是":
		return true, nil
	case "no", "false", "0", "否":
		return false, nil
	}
	return false, l.wrong(p, "want yes or no")
}

// Catalogue is the mapping of a catalogue: a file that has the ledger's own words as its
// columns, as far as it has them. Prices are in yuan. Without a source it is one that the
// content makes.
//
// Refused: a column that no good has or that stands twice; without one that a
// catalogue must have.
func Catalogue(file bounds.Input, source, scene, seller string) (*Mapping, error) {
	var must []string
	for _, p := range (catalogue{}).form().must {
		must = append(must, p.String())
	}
	rows, err := table.Open(file, table.Options{Columns: must})
	if err != nil {
		return nil, inFile(file.Name, err)
	}
	header := rows.Header
	if err := rows.Close(); err != nil {
		return nil, err
	}
	if source == "" {
		sum := sha256.New()
		if _, err := io.Copy(sum, file.Stream()); err != nil {
			return nil, err
		}
		source = "catalogue-" + hex.EncodeToString(sum.Sum(nil)[:12])
	}
	return catalogueMapping(source, header, scene, seller)
}

func catalogueMapping(source string, header []string, scene, seller string) (*Mapping, error) {
	m := &Mapping{Kind: "goods", Source: source}
	columns, given := m.Columns.byPart(), []string{"kind"}
	f := catalogue{}.form()
	for i, name := range header {
		p, known := partNamed(name)
		if !known || !f.has(p) || p == partSeller || p == partScene {
			return nil, fault.New(fault.BadRequest, "line 1: column %d, %.40q, is none of a catalogue's", i+1, name)
		}
		if *columns[p] != "" {
			return nil, fault.New(fault.BadRequest, "line 1: column %s stands twice", name)
		}
		*columns[p] = name
	}
	if m.Columns.Price != "" {
		m.Fixed.Scene = scene
	}
	if m.Columns.Stock != "" {
		m.Fixed.Seller = seller
	}
	m.complete(given)
	return m, m.check(given)
}
