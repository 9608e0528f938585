package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/bounds"
)

// generateKey makes a private key in a new file and answers its public half.
func generateKey(path string) (member.Key, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fault.New(fault.BadRequest, "--out: %s exists; to set its key use --key-file", path)
	}
	if err != nil {
		return nil, err
	}
	err = pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return member.Key(public), errors.Join(err, file.Sync(), file.Close())
}

// readPublicKey reads a key file, public or private.
func readPublicKey(path string) (member.Key, error) {
	block, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	if block.Type == "PRIVATE KEY" {
		private, err := parsePrivateKey(block)
		if err != nil {
			return nil, err
		}
		return member.Key(private.Public().(ed25519.PublicKey)), nil
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	public, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, fault.New(fault.BadRequest, "%s: want an Ed25519 key", path)
	}
	return member.Key(public), nil
}

func readPrivateKey(path string) (ed25519.PrivateKey, error) {
	block, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	return parsePrivateKey(block)
}

func readPEM(path string) (*pem.Block, error) {
	data, err := bounds.File(path, bounds.Key)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fault.New(fault.BadRequest, "%s: want a key in PEM", path)
	}
	return block, nil
}

func parsePrivateKey(block *pem.Block) (ed25519.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fault.New(fault.BadRequest, "want an Ed25519 private key, PKCS#8")
	}
	return private, nil
}
