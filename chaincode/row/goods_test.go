package row

import "testing"

// No row of one noun lies among those of another whose id begins alike.
func TestGoodsOfOneSupplierLieTogether(t *testing.T) {
	from, to := GoodsOf("care").Bounds()
	for _, outside := range []string{string(Good("care-2", "kit")), string(Good("car", "kit")),
		string(GoodVersion("care", "kit", 1))} {
		if outside >= from && outside < to {
			t.Errorf("%q is inside [%q, %q)", outside, from, to)
		}
	}
}
