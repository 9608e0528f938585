package row

import (
	"testing"

	"tallystick/chaincode/goods"
)

// Rows of goods read back by their key.
func TestGoodsRowsReadBack(t *testing.T) {
	for key, want := range map[string]struct {
		kind, id string
		value    []byte
	}{
		string(Supplier("care")):               {"supplier", "care", Encode(goods.Supplier{})},
		string(Good("care", "kit")):            {"good", "care/kit", Encode(goods.Good{})},
		string(GoodVersion("care", "kit", 12)): {"good-version", "care/kit/12", Encode(goods.Good{})},
		string(Terms("care", "kit", "D")):      {"terms", "care/kit/D", Encode(goods.Terms{})},
		string(Storefront("D")):                {"storefront", "D", Encode(goods.Storefront{})},
		string(Outlet("D", "12")):              {"outlet", "D/12", Encode(goods.Outlet{})},
		string(Listing("D", "care", "kit")):    {"listing", "D/care/kit", Encode(goods.Listing{})},
		string(Pool("care", "kit", "D")):       {"pool", "care/kit/D", Encode(goods.Pool{})},
		string(Shard("care", "kit", "D", 31)):  {"shard", "care/kit/D/1f", Encode(goods.Shard{})},
	} {
		if found, err := Read(key, want.value); err != nil || found.Kind != want.kind || found.ID != want.id {
			t.Errorf("%s: %+v, %v", key, found, err)
		}
	}
}

// No row of one noun lies among those of another whose id begins alike.
func TestGoodsOfOneSupplierLieTogether(t *testing.T) {
	from, to := Prefix("wg", "care")
	for _, outside := range []string{string(Good("care-2", "kit")), string(Good("car", "kit")), string(GoodVersion("care", "kit", 1))} {
		if outside >= from && outside < to {
			t.Errorf("%q is inside [%q, %q)", outside, from, to)
		}
	}
}
