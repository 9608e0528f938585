package lifecycle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"tallystick/network/identity"
	"tallystick/network/topology"
)

// Package is a chaincode that runs as a service: where its server listens and
// how the peer proves itself there. No code is in it.
//
// Each party has a package of its own, for its own server and keys; Fabric lets
// every organisation approve another package id for the same definition. A
// package holds the peer's client key, so it goes to that party's peer only.
type Package struct {
	Label string
	Bytes []byte // the tar.gz that is installed
}

// ID is the package's id as the peer computes it: the server must be started
// with exactly this as CHAINCODE_ID, or endorsements hang.
func (p Package) ID() string {
	sum := sha256.Sum256(p.Bytes)
	return p.Label + ":" + hex.EncodeToString(sum[:])
}

// connection is the peer's connection.json.
type connection struct {
	Address            string `json:"address"`
	DialTimeout        string `json:"dial_timeout"`
	TLSRequired        bool   `json:"tls_required"`
	ClientAuthRequired bool   `json:"client_auth_required"`
	ClientKey          string `json:"client_key"`
	ClientCert         string `json:"client_cert"`
	RootCert           string `json:"root_cert"`
}

// NewPackage packs the way to a server. The same server and keys give the same
// bytes, and so the same id, on any machine and at any time.
func NewPackage(server topology.Server, link identity.Link) (Package, error) {
	label := server.Chaincode.Name + "_" + server.Chaincode.Version
	conn := connection{Address: server.Address, DialTimeout: "3s", TLSRequired: true, ClientAuthRequired: true}
	for _, field := range []struct {
		into *string
		file string
	}{{&conn.ClientKey, link.ClientKey}, {&conn.ClientCert, link.ClientCert}, {&conn.RootCert, link.CA}} {
		text, err := os.ReadFile(field.file)
		if err != nil {
			return Package{}, fmt.Errorf("package %s: %w", label, err)
		}
		*field.into = string(text)
	}
	packed, err := pack(label, conn)
	return Package{label, packed}, err
}

// pack nests the two archives that Fabric expects: metadata.json beside
// code.tar.gz, which holds connection.json.
func pack(label string, conn connection) ([]byte, error) {
	where, err := json.Marshal(conn)
	if err != nil {
		return nil, err
	}
	code, err := archive(file{"connection.json", where})
	if err != nil {
		return nil, err
	}
	metadata, err := json.Marshal(struct {
		Path  string `json:"path"`
		Type  string `json:"type"`
		Label string `json:"label"`
	}{Type: "ccaas", Label: label})
	if err != nil {
		return nil, err
	}
	return archive(file{"metadata.json", metadata}, file{"code.tar.gz", code})
}

type file struct {
	name string
	data []byte
}

// archive writes a tar.gz without times, owners or compression: a compressor's
// output may change with the Go version, and the package id with it.
func archive(files ...file) ([]byte, error) {
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.NoCompression)
	if err != nil {
		return nil, err
	}
	writer := tar.NewWriter(zip)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), Format: tar.FormatUSTAR}
		if err := writer.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := writer.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
