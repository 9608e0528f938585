package command

import "tallystick/chaincode/points"

// The kinds of points, 10–49.
const (
	OpenProgramme Kind = 10
	Issue         Kind = 11
	Activate      Kind = 12
	Hold          Kind = 13
	Capture       Kind = 14
	Release       Kind = 15
	TimeOut       Kind = 16
	Transfer      Kind = 17
	Freeze        Kind = 18
	Unfreeze      Kind = 19
)

var pointsSpecs = []spec{
	specOf[points.OpenProgrammeRequest](OpenProgramme, "points:OpenProgramme"),
	specOf[points.IssueRequest](Issue, "points:Issue"),
	specOf[points.ActivateRequest](Activate, "points:Activate"),
	specOf[points.HoldRequest](Hold, "points:Hold"),
	specOf[points.CaptureRequest](Capture, "points:Capture"),
	specOf[points.ReleaseRequest](Release, "points:Release"),
	specOf[points.TimeOutRequest](TimeOut, "points:TimeOut"),
	specOf[points.TransferRequest](Transfer, "points:Transfer"),
	specOf[points.FreezeRequest](Freeze, "points:Freeze"),
	specOf[points.UnfreezeRequest](Unfreeze, "points:Unfreeze"),
}
