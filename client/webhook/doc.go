// Package webhook tells other systems of events by HTTP, by the Standard Webhooks specification: signed, at least once,
// and in the order of the ledger for each subscription.
//
//	events ──▶ Deliverer ── POST, signed ──▶ endpoint
//	              │  2xx: the cursor moves on          410: it has ended
//	              │  else: again, later and later      days without a 2xx: it is parked, which raises an alarm
//	              ▼
//	            Book     subscriptions, their cursors and secrets, the last tries, in the node's own database
//
// A cursor moves after the endpoint has acknowledged, so what kills the node has events told again, and none left out.
// Endpoints don't wait for each other. An address is dialled only if it is public, or the configuration lists it; see
// [Policy].
package webhook
