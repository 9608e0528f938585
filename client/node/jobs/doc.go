// Package jobs keeps long work that a node does by itself once it was asked for: an import, a close, an expiry run. A
// job is in the node's own database with its request and its file until it has ended, so it goes on after the node was
// stopped or killed, in whichever process of the party. Its id is the request id by which the ledger remembers what it
// does, so work that is done twice takes effect once.
package jobs
