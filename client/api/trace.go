package api

import (
	"net/http"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"tallystick/chaincode/fault"
)

// tracer tells OpenTelemetry of requests, if the program set up a provider: what they name isn't told, but their
// Idempotency-Key.
var tracer = otel.Tracer("tallystick/client/api")

// parents reads a caller's traceparent, by W3C's Trace Context.
var parents = propagation.TraceContext{}

// traced begins the span of a request to an operation's route, in its caller's trace if it is in one.
func traced(r *http.Request, rt route) (*http.Request, trace.Span) {
	ctx := parents.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := tracer.Start(ctx, rt.row.Name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", r.Method), attribute.String("http.route", rt.row.Path),
		attribute.String("tally.request", keyOf(r))))
	return r.WithContext(ctx), span
}

// tellTrace says what a request was answered with.
func tellTrace(r *http.Request, status int, code fault.Code) {
	span := trace.SpanFromContext(r.Context())
	span.SetAttributes(attribute.Int("http.response.status_code", status))
	if code != "" {
		span.SetAttributes(attribute.String("tally.code", string(code)))
	}
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, string(code))
	}
}

// traceOf is the trace that a request is in, "" if nobody is told of it.
func traceOf(r *http.Request) string {
	if span := trace.SpanContextFromContext(r.Context()); span.IsSampled() {
		return span.TraceID().String()
	}
	return ""
}
