package members

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/node/members"
)

func TestFieldsAreRead(t *testing.T) {
	bad := fault.BadRequest
	name, none := "王=李", ""
	clitest.Readings(t, parseField,
		clitest.Reading{Text: "name=王=李", Want: members.Field{Name: "name", Value: &name}},
		clitest.Reading{Text: "name", Want: members.Field{Name: "name"}},
		clitest.Reading{Text: "name=", Want: members.Field{Name: "name", Value: &none}},
		clitest.Reading{Text: "=x", Code: bad}, clitest.Reading{Text: "full name=x", Code: bad})
}
