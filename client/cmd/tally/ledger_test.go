package main

import (
	"testing"

	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/vault"
)

type entry = indextest.Entry

func put[T any](key row.Key[T], value T) entry { return indextest.Put(key, value) }

func numbered(i uint16) number.Command { return indextest.Numbered(i) }

func readModel(t *testing.T, blocks ...[]entry) *index.Reading {
	t.Helper()
	return indextest.ReadModel(t, blocks...)
}

func readModelUpTo(t *testing.T, height uint64, blocks ...[]entry) *index.Reading {
	t.Helper()
	return indextest.ReadModelUpTo(t, height, blocks...)
}

func aVault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.TempDir(), "D")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}
