package api

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/shirou/gopsutil/v4/disk"

	"tallystick/client/bounds"
	"tallystick/client/node"
	"tallystick/client/node/jobs"
)

// health is what is looked up when a node is scraped: its own database, its disk, its certificates.
type health struct {
	node *node.Node
	log  *slog.Logger
}

var (
	jobsDesc = prometheus.NewDesc("tally_jobs", "Jobs that the node keeps, by state.", []string{"state"}, nil)
	freeDesc = prometheus.NewDesc("tally_disk_free_bytes", "Room where the node's state is.", nil, nil)
	endsDesc = prometheus.NewDesc("tally_certificate_ends_seconds",
		"When a certificate ends, Unix time: the identity's, by which the party signs, and that of HTTPS.",
		[]string{"certificate"}, nil)
)

// Describe tells which metrics there are.
func (health) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsDesc, freeDesc, endsDesc} {
		to <- d
	}
}

// mostLooking is how long a scrape may look.
const mostLooking = 3 * time.Second

// Collect looks. What can't be looked up is left out, and an alert says that it is.
func (h health) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), mostLooking)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for what, look := range map[string]func() error{
		"jobs": func() error {
			book, err := jobs.Open(ctx, h.node)
			if err != nil {
				return err
			}
			counts, err := book.Counts(ctx)
			if err != nil {
				return err
			}
			for state, n := range counts {
				gauge(jobsDesc, float64(n), string(state))
			}
			return nil
		},
		"disk": func() error {
			usage, err := disk.UsageWithContext(ctx, h.node.Config().State)
			if err == nil {
				gauge(freeDesc, float64(usage.Free))
			}
			return err
		},
		"identity": func() error { return ends(h.node.Config().Identity.Cert, "identity", gauge) },
		"https": func() error {
			cert, _ := h.node.Config().ServeCert()
			return ends(cert, "https", gauge)
		},
	} {
		if err := look(); err != nil {
			h.log.Warn("a scrape leaves something out", "what", what, "err", err)
		}
	}
}

// ends says when a certificate ends; nothing if there is no file of one.
func ends(path, which string, gauge func(*prometheus.Desc, float64, ...string)) error {
	text, err := bounds.File(path, bounds.Key)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return x509.CertificateInvalidError{Detail: which + ": it isn't PEM"}
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err == nil {
		gauge(endsDesc, float64(c.NotAfter.Unix()), which)
	}
	return err
}
