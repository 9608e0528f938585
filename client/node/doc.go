// Package node is one enterprise's node: what its people and programs do on the ledger and ask of it, whoever asks,
// the command line, an API or a page.
//
//	command line   API   pages
//	        └───────┼──────┘      a Call: request id, intent, whom to tell of progress
//	                ▼
//	              Node             use cases: check, choose, send, answer
//	     ┌──────────┼─────────┐
//	  gateway     index     vault  the ledger, the read model, what the ledger must not hold
//
// This package has what all use cases stand on, and imports. The others are below it, by their subjects: consortium,
// members, loyalty, catalogue, settle, accounting; operations lists all of them.
//
// A use case is a function in the file of its noun. It takes a [Node], a [Call], and a request of plain
// values: ids, dates, integers in smallest units. It answers a value that is the schema of the answer, as JSON has it.
// It prints nothing, reads no flag, and looks into no environment.
//
// Errors are refusals with the ledger's codes; see the table in package fault. What its caller must correct is named by
// the field of the request. UNKNOWN_OUTCOME says under which request id to ask again.
package node
