package api

import (
	"bytes"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// TestTraces: a request's span is called by its operation, is in its caller's trace, and names nothing of what was
// asked for but the Idempotency-Key; the log has the trace.
func TestTraces(t *testing.T) {
	told := tracetest.NewInMemoryExporter()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSyncer(told)))
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	var log bytes.Buffer
	s := serverOf(t, &log)
	const parent = "4bf92f3577b34da6a3ce929d0e0e4736"
	s.ask("admin", "POST", "/v1/members/kunde-7731/profile/show", `{}`, "traceparent",
		"00-"+parent+"-00f067aa0ba902b7-01")
	spans := told.GetSpans()
	if len(spans) != 1 || spans[0].Name != "member.profile.show" || spans[0].SpanContext.TraceID().String() != parent {
		t.Fatalf("%+v", spans)
	}
	for _, a := range spans[0].Attributes {
		if strings.Contains(a.Value.Emit(), "7731") {
			t.Errorf("%s names who was asked for", a.Key)
		}
	}
	if !strings.Contains(log.String(), "trace="+parent) {
		t.Errorf("the log hasn't the trace: %s", log.String())
	}
}
