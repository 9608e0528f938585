// Package blockfiletest writes block files as a peer does.
package blockfiletest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/encoding/protowire"
)

// Encode is a file's bytes, as Fabric's blkstorage writes them.
func Encode(blocks ...*common.Block) (file []byte) {
	for _, b := range blocks {
		file = protowire.AppendBytes(file, encode(b))
	}
	return file
}

func encode(b *common.Block) []byte {
	out := protowire.AppendVarint(nil, b.GetHeader().GetNumber())
	out = protowire.AppendBytes(out, b.GetHeader().GetDataHash())
	out = protowire.AppendBytes(out, b.GetHeader().GetPreviousHash())
	for _, list := range [][][]byte{b.GetData().GetData(), b.GetMetadata().GetMetadata()} {
		out = protowire.AppendVarint(out, uint64(len(list)))
		for _, part := range list {
			out = protowire.AppendBytes(out, part)
		}
	}
	return out
}

// Write writes a channel's folder with so many files.
func Write(t testing.TB, dir string, files ...[]*common.Block) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i, blocks := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("blockfile_%06d", i)), Encode(blocks...),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
}
