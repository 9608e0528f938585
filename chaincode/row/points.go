package row

import (
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

// pointsReaders reads the rows of points:
//
//	g/PROGRAMME                programme
//	l/NUMBER, h/NUMBER         lot, hold: named by the command that made it
//	t/PROGRAMME/PARTY/LANE     totals of a lane
//	gs/PROGRAMME/MEMBER        standing of a member, where the programme's rules ask for one
//	ge/PROGRAMME/RULE          earn rule
//	gc/FROM/TO                 conversion: the rate between two programmes
//	gp/NUMBER                  pledge
//	d/NUMBER                   trade
var pointsReaders = map[string]reader{
	"g": as[points.Programme]("programme"),
	"l": byRow[points.Lot]("lot"),
	"h": byCommand[points.Hold]("hold"),
	"t": as[points.Totals]("totals"),

	"gs": as[points.Standing]("standing"),
	"ge": as[points.Rule]("rule"),
	"gc": as[points.Conversion]("conversion"),
	"gp": byCommand[points.Pledge]("pledge"),
	"d":  byCommand[points.Trade]("trade"),
}

// Standing is the key of what a member has done in a programme.
func Standing(programme, member string) Key[points.Standing] {
	return Key[points.Standing]("gs/" + programme + "/" + member)
}

// Rule is the key of an earn rule.
func Rule(programme, rule string) Key[points.Rule] {
	return Key[points.Rule]("ge/" + programme + "/" + rule)
}

// Conversion is the key of the rate between two programmes.
func Conversion(from, to string) Key[points.Conversion] {
	return Key[points.Conversion]("gc/" + from + "/" + to)
}

// Pledge is the key of a pledge.
func Pledge(n number.Command) Key[points.Pledge] {
	return Key[points.Pledge](appendSortable([]byte("gp/"), n))
}

// Trade is the key of a trade.
func Trade(n number.Command) Key[points.Trade] {
	return Key[points.Trade](appendSortable([]byte("d/"), n))
}

// Programme is the key of a programme.
func Programme(id string) Key[points.Programme] { return Key[points.Programme]("g/" + id) }

// Lot is the key of a lot.
func Lot(n number.Row) Key[points.Lot] {
	var room [96]byte
	return Key[points.Lot](appendHex(appendSortable(append(room[:0], "l/"...), n.Command), uint64(n.Ord), 2))
}

// Hold is the key of a hold.
func Hold(n number.Command) Key[points.Hold] {
	var room [96]byte
	return Key[points.Hold](appendSortable(append(room[:0], "h/"...), n))
}

// Totals is the key of a lane's totals of a programme.
func Totals(programme, party string, lane uint8) Key[points.Totals] {
	return Key[points.Totals]("t/" + programme + "/" + party + "/" + hexadecimal(uint64(lane), 2))
}
