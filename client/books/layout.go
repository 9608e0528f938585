package books

import (
	"cmp"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"tallystick/chaincode/fault"
)

// layouts are the forms of file that each accounting system reads, and how a journal is written in them.
var layouts = map[string]map[string]func(io.Writer, iter.Seq2[Voucher, error]) error{
	"plain":   {"csv": WriteCSV, "xlsx": WriteXLSX, "json": WriteJSON},
	"kingdee": {"xlsx": WriteKingdee},
	"yonyou":  {"txt": WriteYonyou},
}

// CheckLayout refuses with BAD_REQUEST a layout that there isn't, and a form that it hasn't. "" is the plain layout,
// and no form yet.
func CheckLayout(layout, form string) error {
	forms, known := layouts[orPlain(layout)]
	if !known {
		return fault.New(fault.BadRequest, "`layout`: want plain, kingdee or yonyou")
	}
	if form != "" && forms[form] == nil {
		return fault.New(fault.BadRequest, "`form`: of layout %s want %s", orPlain(layout),
			strings.Join(slices.Sorted(maps.Keys(forms)), ", "))
	}
	return nil
}

func orPlain(layout string) string {
	if layout == "" {
		return "plain"
	}
	return layout
}

// Write writes vouchers in a layout, in one of its forms. BAD_REQUEST as [CheckLayout], and for no form.
func Write(to io.Writer, layout, form string, vouchers []Voucher) error {
	write := layouts[orPlain(layout)][form]
	if write == nil {
		return cmp.Or(CheckLayout(layout, form), error(fault.New(fault.BadRequest, "`form`: want one")))
	}
	return write(to, each(vouchers))
}

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range list {
			if !yield(one, nil) {
				return
			}
		}
	}
}
