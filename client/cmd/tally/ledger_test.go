package main

import (
	"testing"

	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
)

type entry = indextest.Entry

func put[T any](key row.Key[T], value T) entry { return indextest.Put(key, value) }

func numbered(i uint16) number.Command { return indextest.Numbered(i) }

func readModel(t *testing.T, blocks ...[]entry) *index.Reading {
	t.Helper()
	return indextest.ReadModel(t, blocks...)
}
