package gateway

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"tallystick/chaincode/fault"
)

// tracer tells OpenTelemetry how a command came to the ledger, if the program set up a provider. A caller's command has
// a span of the caller's trace, which says in which transaction and block it took effect. A batch carries many callers'
// commands, so it has a trace of its own, with a link to each of theirs. Nothing in them is from a command's content.
var tracer = otel.Tracer("tallystick/client/gateway")

// begin begins a span.
func begin(ctx context.Context, name string, said ...attribute.KeyValue) (context.Context, trace.Span) {
	return tracer.Start(ctx, name, trace.WithAttributes(said...))
}

// beginBatch begins a batch's trace.
func beginBatch(ctx context.Context, j *job) (context.Context, trace.Span) {
	var links []trace.Link
	for _, t := range j.tickets {
		if t.trace.IsValid() {
			links = append(links, trace.Link{SpanContext: t.trace})
		}
	}
	return tracer.Start(ctx, "batch", trace.WithNewRoot(), trace.WithLinks(links...), trace.WithAttributes(
		attribute.Int("tally.lane", int(j.batch.Lane)), attribute.Int64("tally.seq", int64(j.batch.Seq)),
		attribute.Int("tally.commands", len(j.batch.Commands))))
}

// end ends a span: with the code of a refusal, if there is one, and nothing of its words.
func end(span trace.Span, err error) {
	if err != nil {
		code := string(fault.CodeOf(err))
		span.SetAttributes(attribute.String("tally.code", code))
		span.SetStatus(codes.Error, code)
	}
	span.End()
}

// came says in which transaction and block something took effect.
func came(span trace.Span, ran Outcome) {
	if ran.TxID != "" {
		span.SetAttributes(attribute.String("tally.tx", ran.TxID), attribute.Int64("tally.block", int64(ran.Block)))
	}
}
