// Command erp is a dealer's ERP system at work for a day, as an example of what such a program has to do to be right
// whatever fails: it knows nothing of this project but what the node's API says over HTTP.
//
//	erp day        sells, gives and takes points, takes goods back; goes on where it was killed
//	erp reconcile  compares its own books with the node's, and ends with 1 if they differ
//
// What makes it right: everything that it is going to ask for is in its own database before it asks, with the
// Idempotency-Key by which it asks until it is answered; and what the node tells it (events, by webhook and by page) is
// kept together with how far it has read.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// settings are what the program is told.
type settings struct {
	node, ca     string // URL and certificate
	key, finance string // files with API keys: of the roles loyalty and finance
	db           string // its own database
	listen       string // where webhooks come, "" for none
	secret       string // file with the webhook's secret
	programme    string // whose points it gives
	period       string // of the books
	sales        int    // of the day
	seed         uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "erp:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	var s settings
	flags := flag.NewFlagSet("erp day|reconcile", flag.ContinueOnError)
	flags.StringVar(&s.node, "node", "https://127.0.0.1:7443", "URL of the party's node")
	flags.StringVar(&s.ca, "ca", "", "file with the certificate to trust")
	flags.StringVar(&s.key, "key", "", "file with an API key of the role loyalty")
	flags.StringVar(&s.finance, "finance", "", "file with an API key of the role finance")
	flags.StringVar(&s.db, "db", "erp.db", "file of its own database")
	flags.StringVar(&s.listen, "listen", "", "host:port to which the node's webhooks come")
	flags.StringVar(&s.secret, "secret", "", "file with the webhook's secret, whsec_…")
	flags.StringVar(&s.programme, "programme", "DP", "whose points it gives")
	flags.StringVar(&s.period, "period", "", "of the books, such as 2026-11")
	flags.IntVar(&s.sales, "sales", 200, "sales of the day")
	flags.Uint64Var(&s.seed, "seed", 1, "of the day's sales")
	if len(args) == 0 {
		return errors.New("want day or reconcile")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	b, err := openBooks(ctx, s.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.db.Close()) }()
	n, err := dial(s)
	if err != nil {
		return err
	}
	switch args[0] {
	case "day":
		return day(ctx, s, b, n)
	case "reconcile":
		return reconcile(ctx, s, b, n)
	}
	return fmt.Errorf("there is no %q: want day or reconcile", args[0])
}

// read reads a secret from a file.
func read(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}
