package event

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
)

// told are the fields of requests that events tell: ids and figures that every party of the alliance may know. One that
// has fields of its own isn't told, nor is a list of more than mostListed.
var told = words(`a acceptBy acceptor activator against amount authorisation b back benefit booked by campaign campaigns
	cap capture cash category channel charges consent creditor cycle date debit debtor deadline dispute due entitlement
	execute expires fen for from hold holder id into invitation kind label liability line lot lots lost member model next
	offer open order outlet owed owes part parties party payment payments perDay perMember price programme purpose
	quantity quota reference region remove restock return rule scene seller since sku state supplier to trade units
	until version wants with writeOff`)

// withheld are all others, so that a new field is put to the question: what people wrote, which may be anything; what
// proves, opens or signs something; who brings it; what is long, and asked for by an id.
var withheld = words(`en zh message reason alias carrier waybill
	account answer code commitment commitments digest evidence grounds hash images key licence nonce opening pickup quote
	receipt root signature source terms
	accept accounts audience caps categories consents days delivery fee funders gift grants grantors gtin
	labels lanes lapse lines made parts pieces points policy prices rate receipts regions reopen returnDays answerDays
	shipDays silenceDays roles rules scope split stackable tax tenders transferable unit uses whole window`)

// namesParty are those fields that name parties, whom the command concerns.
var namesParty = words(`a acceptor activator against b by creditor debtor grantors holder parties party seller with`)

// mostListed is how long a list may be that is told.
const mostListed = 32

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// field is a field of a request that is of interest here.
type field struct {
	at            int
	name          []byte // "hold":
	told, parties bool
}

var fieldsByType sync.Map // reflect.Type → []field

// fieldsOf are the fields of a type of request, in its order.
func fieldsOf(t reflect.Type) []field {
	if known, ok := fieldsByType.Load(t); ok {
		return known.([]field)
	}
	var fields []field
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		f := field{at: i, name: []byte(`"` + name + `":`), told: told[name] && plain(t.Field(i).Type),
			parties: namesParty[name]}
		if f.told || f.parties {
			fields = append(fields, f)
		}
	}
	fieldsByType.Store(t, fields)
	return fields
}

// plain says whether a field is an id, a figure, a date, or a list of such.
func plain(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[number.Command](), reflect.TypeFor[number.Row](), reflect.TypeFor[date.Date]():
		return true
	}
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8 && plain(t.Elem())
	case reflect.Struct, reflect.Map, reflect.Array, reflect.Pointer, reflect.Interface:
		return false
	}
	return true
}

// DataOf writes what an event tells of its command's request: a JSON object of the fields that aren't empty.
func DataOf(req command.Request) ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	v := reflect.ValueOf(req)
	for _, f := range fieldsOf(v.Type()) {
		value := v.Field(f.at)
		if !f.told || value.IsZero() || value.Kind() == reflect.Slice &&
			(value.Len() == 0 || value.Len() > mostListed) {
			continue
		}
		text, err := json.Marshal(value.Interface())
		if err != nil {
			return nil, err
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		out.Write(f.name)
		out.Write(text)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// named are the parties that a request names.
func named(req command.Request) (list []string) {
	v := reflect.ValueOf(req)
	for _, f := range fieldsOf(v.Type()) {
		if !f.parties {
			continue
		}
		switch said := v.Field(f.at).Interface().(type) {
		case string:
			list = append(list, said)
		case []string:
			list = append(list, said...)
		}
	}
	return slices.DeleteFunc(list, func(id string) bool { return id == "" })
}
