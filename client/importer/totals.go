package importer

import (
	"reflect"

	"tallystick/chaincode/amount"
)

// Totals are what items come to. Each number is named in English by its tag; adding and
// listing go by the fields alone.
type Totals struct {
	Awards       uint64       `json:"awards,omitempty" name:"awards"`
	Points       amount.Units `json:"points,omitempty"` // of those awards
	Members      uint64       `json:"members,omitempty" name:"members"`
	Accounts     uint64       `json:"accounts,omitempty" name:"accounts"` // of those members
	Labels       uint64       `json:"labels,omitempty" name:"labels"`
	Benefits     uint64       `json:"benefits,omitempty" name:"benefits"`
	Entitlements uint64       `json:"entitlements,omitempty" name:"entitlements"`
	WriteOffs    uint64       `json:"writeOffs,omitempty" name:"write-offs"`
	Suppliers    uint64       `json:"suppliers,omitempty" name:"suppliers"`
	Goods        uint64       `json:"goods,omitempty" name:"goods"`
	Terms        uint64       `json:"terms,omitempty" name:"terms"`
	Stocked      uint64       `json:"stocked,omitempty" name:"stocked"` // goods whose stock was filled up or set
	Listings     uint64       `json:"listings,omitempty" name:"listings"`
	Outlets      uint64       `json:"outlets,omitempty" name:"outlets"`
	Campaigns    uint64       `json:"campaigns,omitempty" name:"campaigns"`
}

// Total is how many of one thing there are.
type Total struct {
	Name string
	N    uint64
}

// List names all counts that aren't 0. Points are no count.
func (t Totals) List() (list []Total) {
	v := reflect.ValueOf(t)
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("name"); name != "" && v.Field(i).Uint() > 0 {
			list = append(list, Total{name, v.Field(i).Uint()})
		}
	}
	return list
}

// add adds more. LIMIT if the points are too many.
func (t *Totals) add(more Totals) (err error) {
	sum, v := reflect.ValueOf(t).Elem(), reflect.ValueOf(more)
	for i := range sum.NumField() {
		if f := sum.Field(i); f.CanUint() {
			f.SetUint(f.Uint() + v.Field(i).Uint())
		}
	}
	t.Points, err = t.Points.Add(more.Points)
	return err
}
