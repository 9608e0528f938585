// Package api serves a node's operations over HTTP: a route for each, made from the table of operations.
//
// A request is the operation's request in JSON: of a POST its body, of a GET its query; what the route's path names
// stands there alone. A POST that writes says in Idempotency-Key by which name the ledger is to remember it: the same
// key and request answers the same bytes again, at any time, from any process of the party. Every answer says in
// Tally-Height how many blocks it has seen, and waits for as many as Tally-Min-Height names.
//
// A list comes in parts or in lines, up to 500 commands in a batch, and Tally-Dry-Run asks what would happen.
//
// What is refused is a problem by RFC 9457; see [Problem].
package api
