package main

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"

	"tallystick/client/config"
)

// flushFor is how long what was traced last may take to be told.
const flushFor = 5 * time.Second

// startTraces tells a collector how requests came to their blocks, if the profile names one. Its caller ends it.
func startTraces(ctx context.Context, cfg config.Config) (end func() error, err error) {
	if cfg.Serve.Traces == "" {
		return func() error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(cfg.Serve.Traces))
	if err != nil {
		return nil, err
	}
	about, err := resource.Merge(resource.Default(), resource.NewSchemaless(
		attribute.String("service.name", "tallyd"), attribute.String("tally.party", cfg.Party)))
	if err != nil {
		return nil, errors.Join(err, exporter.Shutdown(ctx))
	}
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(about))
	otel.SetTracerProvider(provider)
	return func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushFor)
		defer cancel()
		return provider.Shutdown(ctx)
	}, nil
}
