package main

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/node/members"
)

func TestFieldsAreRead(t *testing.T) {
	bad := fault.BadRequest
	name, none := "王=李", ""
	readings(t, parseField,
		reading{text: "name=王=李", want: members.Field{Name: "name", Value: &name}},
		reading{text: "name", want: members.Field{Name: "name"}},
		reading{text: "name=", want: members.Field{Name: "name", Value: &none}},
		reading{text: "=x", code: bad}, reading{text: "full name=x", code: bad})
}
