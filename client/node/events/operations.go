// Package events has what a node tells other systems: the events that concern its party, by pages, as they come
// ([Tail]), and to webhooks.
package events

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []node.Operation {
	return []node.Operation{
		EventList, EventTypes,
		WebhookAdd, WebhookList, WebhookShow, WebhookEnd, WebhookPing, WebhookReplay, WebhookDeliveries, WebhookRotate,
	}
}
