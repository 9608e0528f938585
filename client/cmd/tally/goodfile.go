package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/importer"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/sheets"
)

// catalogueColumns are those of a catalogue, in the order of an export.
var catalogueColumns = []string{
	"supplier", "sku", "gtin", "en", "zh", "category", "labels", "unit", "tax", "delivery", "regions", "images", "from", "until", "open", "price", "stock",
}

func importGoods(a *app) *cobra.Command {
	var seller, scene, source string
	var strict bool
	var i importing
	cmd := leaf("import FILE", "Make goods, their prices and stock of a catalogue, CSV or XLSX (目录导入)",
		`  tally --as S1 good import catalogue.xlsx --seller D
  tally --as S1 good import catalogue.csv --strict --rejected bad-lines.csv`,
		func(ctx context.Context, args []string) error {
			path, done, err := a.spooled(args[0])
			if err != nil {
				return err
			}
			m, err := catalogueMapping(path, scene, seller, source)
			if err != nil {
				return errors.Join(err, done())
			}
			return errors.Join(a.importOne(ctx, importer.Job{Mapping: m, Path: path, Strict: strict}, i), done())
		})
	cmd.Long = `Import a catalogue: the first line or row names the columns,
` + strings.Join(catalogueColumns, ", ") + `.
What isn't in the file may be left out from gtin on; lists have ; between their words.

  price   in yuan: you sell your own good at it in your own storefront, to everybody
  stock   so many are to be free at the seller: it is filled up, or taken back

An empty price or stock leaves it as it is. Every line that is wrong is listed with its
number, its column and what to do; the others are sent, or with --strict none. The same
file again changes nothing: to have it done again, give it another --source.`
	word(cmd, &seller, "seller", "at whose storefront the stock is; you, if it isn't said")
	scene = "retail"
	word(cmd, &scene, "scene", "scene of what you begin to sell")
	word(cmd, &source, "source", "name under which the file counts once; made of its content if it isn't said")
	i.flags(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false, "send nothing if a line is wrong")
	return a.takesLong(cmd)
}

// catalogueMapping is the mapping of a catalogue's own columns, as far as the file
// has them.
func catalogueMapping(path, scene, seller, source string) (*importer.Mapping, error) {
	rows, err := importer.OpenCatalogue(path)
	if err != nil {
		return nil, err
	}
	header := rows.Header
	if err := rows.Close(); err != nil {
		return nil, err
	}
	if source == "" {
		sum, err := hashFile(path)
		if err != nil {
			return nil, err
		}
		source = "catalogue-" + hex.EncodeToString(sum[:12])
	}
	return importer.CatalogueMapping(source, header, scene, seller)
}

func exportGoods(a *app) *cobra.Command {
	var f index.GoodFilter
	var seller, out string
	cmd := leaf("export", "Write goods with your prices and a seller's stock, CSV or XLSX, as import reads it (目录导出)",
		`  tally --as S1 good export --out catalogue.xlsx --party S1 --seller D
  tally --as S1 good export --out catalogue.csv --supplier care`,
		func(ctx context.Context, _ []string) error {
			return a.withIndex(ctx, func(_ context.Context, g *node.Node, r *index.Reading) error {
				if seller == "" {
					seller = g.Party()
				}
				rows, err := catalogueOf(r, f, g.Party(), seller)
				if err != nil {
					return err
				}
				if err := writeRows(out, rows); err != nil {
					return err
				}
				return a.print(map[string]any{"file": out, "goods": len(rows) - 1}, func(t table.Writer) {
					t.AppendRows([]table.Row{{"file", out}, {"goods", len(rows) - 1}})
				})
			})
		})
	goodFilter(cmd, &f)
	word(cmd, &seller, "seller", "whose stock; yours, if it isn't said")
	word(cmd, &out, "out", "file to write: .csv or .xlsx")
	require(cmd, "out")
	return cmd
}

// catalogueOf writes goods as lines of a catalogue: with the price if the party sells
// its own at one for everybody, and with the stock that the seller ever had.
func catalogueOf(r *index.Reading, f index.GoodFilter, party, seller string) ([][]string, error) {
	found, err := node.All(func(page index.Page) (index.Part[index.Noun[goods.Good]], error) { return r.Goods(f, page) })
	if err != nil {
		return nil, err
	}
	rows := [][]string{catalogueColumns}
	for _, n := range found {
		price, err := ownPrice(r, party, n.Row)
		if err != nil {
			return nil, err
		}
		stock, err := r.Stocks(n.Row.Supplier, n.Row.SKU, "", seller, index.Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		free := ""
		if len(stock.Rows) > 0 {
			free = fmt.Sprint(int64(stock.Rows[0].Free))
		}
		rows = append(rows, append(goodCells(n.Row), price, free))
	}
	return rows, nil
}

// ownPrice is what a party sells its own good at to everybody, in yuan; "" if it
// doesn't, or not so simply.
func ownPrice(r *index.Reading, party string, g goods.Good) (string, error) {
	l, found, err := r.Listing(party, g.Supplier, g.SKU)
	if err != nil || !found || len(l.Terms) > 0 || len(l.Prices) != 1 {
		return "", err
	}
	p := l.Prices[0]
	if p.Hidden || !p.Audience.Everybody() || len(p.Regions) > 0 || p.From != 0 || p.Until != 0 || p.MinPoints != 0 || p.MinCash != 0 {
		return "", nil
	}
	return decimal.New(int64(p.Fen), -2).StringFixed(2), nil
}

func goodCells(g goods.Good) []string {
	open := "no"
	if g.Open {
		open = "yes"
	}
	return []string{
		g.Supplier, g.SKU, g.GTIN, g.En, g.Zh, g.Category, strings.Join(g.Labels, ";"), g.Unit, g.Tax, g.Delivery.String(),
		strings.Join(g.Regions, ";"), hashesText(g.Images), g.From.String(), g.Until.String(), open,
	}
}

func hashesText(list []codec.Hash) string {
	texts := make([]string, len(list))
	for i, hash := range list {
		texts[i] = hash.String()
	}
	return strings.Join(texts, ";")
}

// writeRows writes a CSV, or a workbook if the name says so.
func writeRows(path string, rows [][]string) error {
	var write func(io.Writer) error
	switch {
	case strings.HasSuffix(path, ".xlsx"):
		write = func(w io.Writer) error { return importer.WriteSheet(w, rows) }
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
