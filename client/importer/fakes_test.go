package importer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"maps"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/pedersen"
	"tallystick/client/gateway"
	"tallystick/client/vault"
)

// ledger is a numbered source whose process can be killed between any two
// positions; what was fed since the last batch is lost then. It refuses what
// refuse says.
type ledger struct {
	cursor uint64
	took   []command.Request // by position
	waits  []command.Request
	dieAt  int
	report func(gateway.Fed)
	refuse func(position uint64, req command.Request) error
	denied map[uint64]error // as the node's outbox has it
	redone []command.Request
}

func (l *ledger) Refused() (map[uint64]error, error) { return maps.Clone(l.denied), nil }

func (l *ledger) Explain(reasons map[uint64]error) error {
	for at, why := range reasons {
		if l.denied[at] = why; why == nil {
			delete(l.denied, at)
		}
	}
	return nil
}

func (l *ledger) Redo(_ context.Context, position uint64, req command.Request) error {
	if l.denied[position] == nil {
		return fmt.Errorf("position %d wasn't refused", position)
	}
	l.redone = append(l.redone, req)
	if l.refuse != nil {
		if err := l.refuse(position, req); err != nil {
			l.denied[position] = err
			return err
		}
	}
	delete(l.denied, position)
	l.took[position] = req
	return nil
}

var errKilled = errors.New("killed")

func (l *ledger) open(_ context.Context, _ string, _ int, report func(gateway.Fed)) (Source, error) {
	l.report, l.waits = report, nil
	return l, nil
}

func (l *ledger) Cursor() uint64 { return l.cursor }

func (l *ledger) Feed(ctx context.Context, position uint64, req command.Request) error {
	if l.dieAt--; l.dieAt == 0 {
		return errKilled
	}
	if position < l.cursor {
		l.report(gateway.Fed{Position: position, Before: true})
		return nil
	}
	if req == nil || position != l.cursor+uint64(len(l.waits)) {
		return fmt.Errorf("position %d after %d+%d: %v", position, l.cursor, len(l.waits), req)
	}
	if l.waits = append(l.waits, req); len(l.waits) == 3 {
		return l.Flush(ctx)
	}
	return nil
}

func (l *ledger) Flush(context.Context) error {
	for _, req := range l.waits {
		var err error
		if l.refuse != nil {
			err = l.refuse(l.cursor, req)
		}
		l.took = append(l.took, req)
		if err != nil {
			if l.denied == nil {
				l.denied = map[uint64]error{}
			}
			l.denied[l.cursor] = err
		}
		l.report(gateway.Fed{Position: l.cursor, Err: err})
		l.cursor++
	}
	l.waits = nil
	return nil
}

// safe is a vault in memory.
type safe struct {
	everybody bool // is a customer
	accounts  map[string]vault.Account
	salts     int
	terms     []vault.Terms
}

func (s *safe) PutTerms(list ...vault.Terms) error {
	s.terms = append(s.terms, list...)
	return nil
}

func (s *safe) TermsOf(supplier, sku, seller string, c pedersen.Commitment) (vault.Terms, bool, error) {
	for _, t := range s.terms {
		if t.Supplier == supplier && t.SKU == sku && t.Seller == seller && t.Opening.Opens(c) {
			return t, true, nil
		}
	}
	return vault.Terms{}, false, nil
}

func (s *safe) TermsSalt(under string, t vault.Terms) (pedersen.Salt, error) {
	sum := sha512.Sum512(fmt.Appendf(nil, "%s %+v", under, t))
	return pedersen.NewSalt(bytes.NewReader(sum[:]))
}

// shop is what a read model has of goods.
type shop struct {
	suppliers map[string]goods.Supplier
	terms     map[string]goods.Terms
	listings  map[string]goods.Listing
	free      map[string]amount.Units
	benefits  map[string]benefit.Model
	campaigns map[string]campaign.Campaign
}

func (s *shop) Benefit(id string) (benefit.Model, bool, error) {
	found, ok := s.benefits[id]
	return found, ok, nil
}

func (s *shop) Campaign(id string) (campaign.Campaign, bool, error) {
	found, ok := s.campaigns[id]
	return found, ok, nil
}

func (s *shop) Supplier(id string) (goods.Supplier, bool, error) {
	found, ok := s.suppliers[id]
	return found, ok, nil
}

func (s *shop) Terms(supplier, sku, seller string) (goods.Terms, bool, error) {
	found, ok := s.terms[supplier+"/"+sku+"/"+seller]
	return found, ok, nil
}

func (s *shop) Listing(seller, supplier, sku string) (goods.Listing, bool, error) {
	found, ok := s.listings[seller+"/"+supplier+"/"+sku]
	return found, ok, nil
}

func (s *shop) Free(supplier, sku, seller string) (amount.Units, error) {
	return s.free[supplier+"/"+sku+"/"+seller], nil
}

func (s *safe) Pseudonym(channel, customer string) (vault.Account, error) {
	list, err := s.Take(vault.Wanted{Channel: channel, Customer: customer, Like: channel})
	return list[0], err
}

func (s *safe) Account(channel, customer string) (vault.Account, bool, error) {
	a, found := s.accounts[channel+"\n"+customer]
	if !found && s.everybody {
		list, err := s.Take(vault.Wanted{Channel: channel, Customer: customer, Like: channel})
		return list[0], true, err
	}
	return a, found, nil
}

func (s *safe) Take(wanted ...vault.Wanted) (list []vault.Account, err error) {
	for _, w := range wanted {
		a, found := s.accounts[w.Channel+"\n"+w.Customer]
		if !found {
			id := w.Member
			if id == "" && w.Like != w.Channel {
				like, _ := s.Pseudonym(w.Like, w.Customer)
				id = like.Member
			}
			if id == "" {
				id = fmt.Sprintf("m-%x", sha256.Sum256([]byte(w.Channel+"\n"+w.Customer)))[:18]
			}
			s.salts++
			a = vault.Account{Channel: w.Channel, Customer: w.Customer, Member: id, Own: w.Member == "",
				Commitment: member.AccountCommitment([]byte{byte(s.salts)}, "D", w.Channel, w.Customer)}
			if s.accounts == nil {
				s.accounts = map[string]vault.Account{}
			}
			s.accounts[w.Channel+"\n"+w.Customer] = a
		}
		list = append(list, a)
	}
	return list, nil
}

func (s *safe) CodeSeed(source string, position uint64) code.Code {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", source, position))
	return sum[:code.Size]
}

// said is a request in one line, for comparing.
func said(req command.Request) string {
	return strings.ReplaceAll(fmt.Sprintf("%T%+v", req, req), "_:{} ", "")
}

// termsOf are terms with an opening.
func termsOf(supplier, sku, seller string, opening pedersen.Opening) vault.Terms {
	return vault.Terms{Supplier: supplier, SKU: sku, Seller: seller, Kind: goods.Supply, Opening: opening}
}
