package importer

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/sheets"
)

// CatalogueColumns are those of a catalogue, in the order in which it is written.
var CatalogueColumns = []string{
	"supplier", "sku", "gtin", "en", "zh", "category", "labels", "unit", "tax", "delivery", "regions", "images", "from",
	"until", "open", "price", "stock",
}

// CatalogueLine is a good as a catalogue has it.
type CatalogueLine struct {
	Good  goods.Good    `json:"good"`
	Price amount.Units  `json:"price,omitempty"` // fen, to everybody; 0 for none
	Stock *amount.Units `json:"stock,omitempty"` // free at a seller; nil if it never had any
}

func (l CatalogueLine) cells() []string {
	g, open, price, stock := l.Good, "no", "", ""
	if g.Open {
		open = "yes"
	}
	if l.Price > 0 {
		price = decimal.New(int64(l.Price), -2).StringFixed(2)
	}
	if l.Stock != nil {
		stock = strconv.FormatInt(int64(*l.Stock), 10)
	}
	return []string{
		g.Supplier, g.SKU, g.GTIN, g.En, g.Zh, g.Category, strings.Join(g.Labels, ";"), g.Unit, g.Tax,
		g.Delivery.String(),
		strings.Join(g.Regions, ";"), hashesText(g.Images), g.From.String(), g.Until.String(), open, price, stock,
	}
}

func hashesText(list []codec.Hash) string {
	texts := make([]string, len(list))
	for i, hash := range list {
		texts[i] = hash.String()
	}
	return strings.Join(texts, ";")
}

// WriteCatalogue writes a catalogue as an import reads it: a CSV, or a workbook if the name says so. BAD_REQUEST for
// another name.
func WriteCatalogue(path string, lines []CatalogueLine) error {
	rows := [][]string{CatalogueColumns}
	for _, l := range lines {
		rows = append(rows, l.cells())
	}
	var write func(io.Writer) error
	switch {
	case strings.HasSuffix(path, ".xlsx"):
		write = func(w io.Writer) error { return WriteSheet(w, rows) }
	case strings.HasSuffix(path, ".csv"):
		write = func(w io.Writer) error { return sheets.WriteCSV(w, rows) }
	default:
		return fault.New(fault.BadRequest, "file: want a name that ends in .csv or .xlsx")
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
