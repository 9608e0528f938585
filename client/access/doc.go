// Package access says who asks a node, what he may, and keeps what is to be known of it: API keys, tokens of people,
// certificates of machines, how much each has moved, what waits for a second person, and who asked for what.
//
//	bearer key · token · certificate · socket
//	        │
//	     Caller    its role, outlet and limits
//	        │
//	     Limits    what its requests have moved today
//	     Approvals what a second person has to let happen
//	     Log       who asked for what, chained by hashes
//
// Everything that is kept is in the node's own database, so it is one for all processes of the party and stays.
package access
