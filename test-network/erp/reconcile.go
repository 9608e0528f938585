package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// line is one comparison of the end of the day.
type line struct {
	what       string
	own, nodes int64
}

// reconcile compares what the ERP system wrote down with what the node's ledger, events and books have.
func reconcile(ctx context.Context, s settings, b *books, n *nodeOf) error {
	if err := pull(ctx, b, n); err != nil {
		return err
	}
	var lines []line
	for _, compare := range []func(context.Context, settings, *books, *nodeOf) ([]line, error){ledger, told, journal,
		goods} {
		more, err := compare(ctx, s, b, n)
		if err != nil {
			return err
		}
		lines = append(lines, more...)
	}
	differences := 0
	for _, l := range lines {
		mark := ""
		if l.own != l.nodes {
			mark = "  DIFFERS"
			differences++
		}
		fmt.Printf("%-46s %12d %12d%s\n", l.what, l.own, l.nodes, mark)
	}
	fmt.Printf("%d differences\n", differences)
	if differences > 0 {
		return fmt.Errorf("%d of %d figures differ", differences, len(lines))
	}
	return nil
}

// ledger compares the day's points.
func ledger(ctx context.Context, s settings, b *books, n *nodeOf) ([]line, error) {
	var before, after totals
	text, err := b.known(ctx, "before")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &before); err != nil {
		return nil, err
	}
	if err := n.ask(ctx, n.key, http.MethodGet, "/v1/programmes/"+s.programme+"/totals", "", nil, &after); err != nil {
		return nil, err
	}
	lines := []line{
		{"points given", 0, after.Issued - before.Issued}, {"points taken", 0, after.Captured - before.Captured},
		{"points given back", 0, after.Refunded - before.Refunded},
	}
	for i, query := range []string{
		fmt.Sprintf("SELECT COALESCE(SUM(gives), 0) + %d * (SELECT COUNT(*) FROM customers) FROM sales WHERE lot <> ''", welcome),
		"SELECT COALESCE(SUM(takes), 0) FROM sales WHERE capture <> ''",
		"SELECT COALESCE(SUM(takes), 0) FROM sales WHERE refund <> ''",
	} {
		if lines[i].own, err = b.figure(ctx, query); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// told compares the commands of the day's sales with the events of them, one by one.
func told(ctx context.Context, _ settings, b *books, _ *nodeOf) (lines []line, err error) {
	for _, c := range []struct{ what, column, event string }{
		{"gifts, told as events", "lot", "points.issued"}, {"payments, told as events", "capture", "points.captured"},
		{"returns, told as events", "refund", "points.refunded"},
	} {
		l := line{what: c.what}
		if l.own, err = b.figure(ctx, "SELECT COUNT(*) FROM sales WHERE "+c.column+" <> ''"); err != nil {
			return nil, err
		}
		if l.nodes, err = b.figure(ctx, "SELECT COUNT(*) FROM events JOIN sales ON command = "+c.column+" WHERE type "+
			"= ?",
			c.event); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// journal has the node write the period's journal, and see whether it fits the statements and the liability.
func journal(ctx context.Context, s settings, _ *books, n *nodeOf) ([]line, error) {
	if s.period == "" {
		return nil, nil
	}
	var made struct {
		Vouchers    int64
		Differences []json.RawMessage
		State       string
	}
	if err := n.ask(ctx, n.finance, http.MethodPost, "/v1/books/periods/"+s.period+"/journal", "erp-journal-"+s.period,
		map[string]any{}, &made); err != nil {
		return nil, err
	}
	fmt.Printf("journal of %s: %d vouchers, %s\n", s.period, made.Vouchers, made.State)
	return []line{{"differences of the journal", 0, int64(len(made.Differences))}}, nil
}

// goods compares the stock with what left it and came back, by the sales that are done.
func goods(ctx context.Context, s settings, b *books, _ *nodeOf) ([]line, error) {
	left, err := b.figure(ctx, "SELECT COALESCE(SUM(quantity), 0) FROM sales WHERE done = 1")
	if err != nil {
		return nil, err
	}
	back, err := b.figure(ctx, "SELECT COALESCE(SUM(returned), 0) FROM sales WHERE refund <> ''")
	if err != nil {
		return nil, err
	}
	done, err := b.figure(ctx, "SELECT COUNT(*) FROM sales WHERE done = 1")
	fmt.Printf("stock: %d of %d units\n", stock-left+back, stock)
	return []line{{"sales done, of those planned", done, int64(s.sales)}}, err
}
