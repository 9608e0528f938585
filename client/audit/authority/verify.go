package authority

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// ecdsaSignature is the ASN.1 of a signature.
type ecdsaSignature struct{ R, S *big.Int }

var (
	errSignature = errors.New("the signature isn't the key's")
	errHighS     = errors.New("the signature's S is above half of the curve's order")
)

// verify checks a message's signature as fabric-lib-go bccsp/sw/ecdsa.go does: S at most half of the curve's
// order, what stands behind the ASN.1 sequence doesn't matter.
func verify(key any, hash hashFamily, message, signature []byte) error {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		r, s, err := parseSignature(signature)
		if err != nil {
			return err
		}
		if s.Cmp(halfOrder(key)) > 0 {
			return errHighS
		}
		if !ecdsa.Verify(key, hash.sum(message), r, s) {
			return errSignature
		}
		return nil
	case ed25519.PublicKey:
		if !ed25519.Verify(key, message, signature) {
			return errSignature
		}
		return nil
	}
	return fmt.Errorf("a key of type %T doesn't sign here", key)
}

func parseSignature(raw []byte) (r, s *big.Int, err error) {
	var sig ecdsaSignature
	if _, err := asn1.Unmarshal(raw, &sig); err != nil {
		return nil, nil, fmt.Errorf("not an ECDSA signature: %w", err)
	}
	if sig.R.Sign() <= 0 || sig.S.Sign() <= 0 {
		return nil, nil, errors.New("not an ECDSA signature: R and S are above zero")
	}
	return sig.R, sig.S, nil
}

func halfOrder(key *ecdsa.PublicKey) *big.Int { return new(big.Int).Rsh(key.Params().N, 1) }

// hashFamily is what an organisation's members hash before they sign.
type hashFamily string

// Fabric's families (msp/identities.go).
const (
	sha2Family hashFamily = "SHA2"
	sha3Family hashFamily = "SHA3"
)

func (h hashFamily) sum(message []byte) []byte {
	if h == sha3Family {
		sum := sha3.Sum256(message)
		return sum[:]
	}
	sum := sha256.Sum256(message)
	return sum[:]
}

// certificateParts is a certificate around its signature.
type certificateParts struct {
	Signed    asn1.RawValue
	Algorithm asn1.RawValue
	Signature asn1.BitString
}

// lowS returns the certificate with its issuer's signature in the one form that Fabric compares, S at most half
// of the order (msp/cert.go). A certificate that isn't signed with ECDSA stays as it is.
func lowS(cert, issuer *x509.Certificate) (*x509.Certificate, error) {
	key, ok := issuer.PublicKey.(*ecdsa.PublicKey)
	if !ok || !signedWithECDSA(cert) {
		return cert, nil
	}
	r, s, err := parseSignature(cert.Signature)
	if err != nil {
		return nil, err
	}
	if s.Cmp(halfOrder(key)) > 0 {
		s = new(big.Int).Sub(key.Params().N, s)
	}
	signature, err := asn1.Marshal(ecdsaSignature{r, s})
	if err != nil {
		return nil, err
	}
	if string(signature) == string(cert.Signature) {
		return cert, nil
	}
	var parts certificateParts
	if _, err := asn1.Unmarshal(cert.Raw, &parts); err != nil {
		return nil, err
	}
	parts.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	raw, err := asn1.Marshal(parts)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(raw)
}

func signedWithECDSA(cert *x509.Certificate) bool {
	switch cert.SignatureAlgorithm {
	case x509.ECDSAWithSHA1, x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return true
	}
	return false
}
