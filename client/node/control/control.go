// Package control has what a node does about who may ask it: API keys, what waits for a second person, and the log
// of who asked for what.
package control

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a
// test.
func Operations() []node.Operation {
	return []node.Operation{
		KeyAdd, KeyList, KeyEnd,
		ApprovalList, ApprovalShow, ApprovalApprove, ApprovalReject,
		AuditLogList, AuditLogVerify, AuditLogVerifyFile,
	}
}
