package veil

import (
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/gtank/ristretto255"

	"tallystick/chaincode/fault"
)

// Salt keeps a value from being guessed: a number below the group's order in 32
// bytes, little-endian. Whoever commits draws it and keeps it with the value.
type Salt []byte

// NewSalt draws a salt. The source must be fit for secrets, such as crypto/rand's
// Reader.
func NewSalt(random io.Reader) (Salt, error) {
	var b [64]byte // twice the order's length, so that the remainder is even
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return nil, fmt.Errorf("veil: drawing a salt: %w", err)
	}
	s, err := ristretto255.NewScalar().SetUniformBytes(b[:])
	if err != nil {
		return nil, fmt.Errorf("veil: drawing a salt: %w", err)
	}
	return s.Bytes(), nil
}

// Check refuses with BAD_REQUEST what isn't a number below the group's order.
func (s Salt) Check() error {
	_, err := s.scalar()
	return err
}

func (s Salt) scalar() (*ristretto255.Scalar, error) {
	n, err := ristretto255.NewScalar().SetCanonicalBytes(s)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "salt: want %d bytes, as a number below the group's order", Size)
	}
	return n, nil
}

// MarshalText writes 64 hexadecimal digits.
func (s Salt) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(s)), nil }

// UnmarshalText reads what MarshalText writes. BAD_REQUEST for another length or
// other digits.
func (s *Salt) UnmarshalText(text []byte) (err error) {
	*s, err = digits("salt", text)
	return err
}

// Opening is what a commitment hides, with the salt that proves it. It is as
// secret as the value.
type Opening struct {
	_     struct{} `cbor:",toarray"`
	Value Value    `json:"value"`
	Salt  Salt     `json:"salt"`
}

// Known is the opening of a value that everyone may know: Public(v) has no salt.
func Known(v Value) Opening { return Opening{Value: v, Salt: make(Salt, Size)} }

// Check refuses with BAD_REQUEST a malformed salt.
func (o Opening) Check() error { return o.Salt.Check() }

// Commit is the opening's commitment, value·G + salt·H, in a time that says
// nothing of either. Refused as Check does.
func (o Opening) Commit() (Commitment, error) {
	salt, err := o.Salt.scalar()
	if err != nil {
		return nil, err
	}
	e := ristretto255.NewIdentityElement().ScalarMult(salt, hiding)
	return e.Add(e, ristretto255.NewIdentityElement().ScalarBaseMult(o.Value.scalar())).Bytes(), nil
}

// Opens says whether the opening is the commitment's.
func (o Opening) Opens(c Commitment) bool {
	own, err := o.Commit()
	return err == nil && subtle.ConstantTimeCompare(own, c) == 1
}

// Times opens what the commitment comes to k times. Refused: BAD_REQUEST, LIMIT
// (the value is above 2¹²⁸−1).
func (o Opening) Times(k uint64) (Opening, error) {
	salt, err := o.Salt.scalar()
	if err != nil {
		return Opening{}, err
	}
	value, err := o.Value.Times(k)
	if err != nil {
		return Opening{}, err
	}
	return Opening{Value: value, Salt: salt.Multiply(salt, Whole(k).scalar()).Bytes()}, nil
}

// Plus opens the sum of the two commitments. Refused: BAD_REQUEST, LIMIT (the value
// is above 2¹²⁸−1).
func (o Opening) Plus(p Opening) (Opening, error) {
	return o.with(p, (*ristretto255.Scalar).Add, Value.Plus)
}

// Minus opens the difference of the two commitments. Refused: BAD_REQUEST,
// INSUFFICIENT (the value is under 0).
func (o Opening) Minus(p Opening) (Opening, error) {
	return o.with(p, (*ristretto255.Scalar).Subtract, Value.Minus)
}

func (o Opening) with(p Opening, salts func(to, a, b *ristretto255.Scalar) *ristretto255.Scalar,
	values func(v, w Value) (Value, error)) (Opening, error) {
	a, err := o.Salt.scalar()
	if err != nil {
		return Opening{}, err
	}
	b, err := p.Salt.scalar()
	if err != nil {
		return Opening{}, err
	}
	value, err := values(o.Value, p.Value)
	if err != nil {
		return Opening{}, err
	}
	return Opening{Value: value, Salt: salts(a, a, b).Bytes()}, nil
}
