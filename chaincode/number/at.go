package number

import "tallystick/chaincode/date"

// At is the setting of a command: who sent it, its number, and the two times.
type At struct {
	Caller string    // party that signed
	Number Command   // of this command
	Now    int64     // the transaction's timestamp, UTC seconds
	Date   date.Date // the ledger's business date
}
