package gateway

import (
	"slices"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"tallystick/chaincode/fault"
)

// TestTraces: a command's span says in which transaction and block it took effect, or with which code it was refused;
// its batch's is linked to it, and had it endorsed.
func TestTraces(t *testing.T) {
	told := tracetest.NewInMemoryExporter()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSyncer(told)))
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		if _, err := g.Do(t.Context(), "r1", issue("ann")); err != nil {
			t.Fatal(err)
		}
		refused := issue("bob")
		refused.Programme = "refused"
		if _, err := g.Do(t.Context(), "r2", refused); fault.CodeOf(err) != fault.NotFound {
			t.Fatal(err)
		}
	})
	spans := map[string][]tracetest.SpanStub{}
	for _, s := range told.GetSpans() {
		spans[s.Name] = append(spans[s.Name], s)
	}
	has := func(s tracetest.SpanStub, key attribute.Key) bool {
		return slices.ContainsFunc(s.Attributes, func(a attribute.KeyValue) bool { return a.Key == key })
	}
	lanes, batches, endorsed := spans["lane"], spans["batch"], spans["endorse"]
	if len(lanes) != 2 || len(batches) != 2 || len(endorsed) < 2 {
		t.Fatalf("%d lane, %d batch, %d endorse", len(lanes), len(batches), len(endorsed))
	}
	for i, l := range lanes {
		b := batches[i]
		if !has(l, "tally.tx") || !has(b, "tally.block") || has(l, "tally.code") != (i == 1) {
			t.Errorf("%d: %v, %v", i, l.Attributes, b.Attributes)
		}
		if len(b.Links) != 1 || b.Links[0].SpanContext.SpanID() != l.SpanContext.SpanID() ||
			b.SpanContext.TraceID() == l.SpanContext.TraceID() {
			t.Errorf("%d: the batch's links are %v, the command's span is %s", i, b.Links, l.SpanContext.SpanID())
		}
		if endorsed[i].Parent.SpanID() != b.SpanContext.SpanID() {
			t.Errorf("%d: the endorsement isn't its batch's", i)
		}
	}
}
