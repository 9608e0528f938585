package iso20022

import (
	"encoding/xml"
	"io"
	"strings"
	"time"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Made is what a file of ours says of when it was made and is to be carried out.
type Made struct {
	MessageID string    `json:"message"`
	Made      time.Time `json:"made"`
	Execute   date.Date `json:"execute"` // of its first group
}

// ReadMade reads it of a pain.001 that Encode wrote, in either version. BAD_REQUEST for anything else.
func ReadMade(file io.Reader) (Made, error) {
	var d struct {
		XMLName xml.Name
		Header  header `xml:"CstmrCdtTrfInitn>GrpHdr"`
		Groups  []struct {
			Execute execution `xml:"ReqdExctnDt"`
		} `xml:"CstmrCdtTrfInitn>PmtInf"`
	}
	if err := xml.NewDecoder(&bounded{file: file, most: FileLimit, left: FileLimit}).Decode(&d); err != nil ||
		!strings.HasPrefix(d.XMLName.Space, pain001) || len(d.Groups) == 0 {
		return Made{}, fault.New(fault.BadRequest, "the file is no pain.001 of ours")
	}
	made, err := time.Parse(time.RFC3339, d.Header.Created)
	if err != nil {
		return Made{}, fault.New(fault.BadRequest, "the file doesn't say when it was made")
	}
	day := d.Groups[0].Execute
	text := day.Text
	if day.Day != nil {
		text = *day.Day
	}
	execute, err := date.Parse(strings.TrimSpace(text))
	return Made{MessageID: d.Header.MessageID, Made: made, Execute: execute}, err
}
