package iso20022

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"tallystick/chaincode/fault"
)

// guard hands the tokens of a file on and refuses what a bank's file never has and an
// attacker's would: document types with the entities that they declare, elements deep
// in each other, more than FileLimit bytes.
type guard struct {
	tokens *xml.Decoder
	depth  int
}

func newGuard(file io.Reader) *guard {
	g := guard{tokens: xml.NewDecoder(&bounded{file: file, left: FileLimit})}
	g.tokens.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		return nil, fault.New(fault.BadRequest, "the file is not in UTF-8")
	}
	return &g
}

// Token is the next token, before its names are resolved.
func (g *guard) Token() (xml.Token, error) {
	token, err := g.tokens.RawToken()
	if err != nil {
		return nil, err
	}
	switch token.(type) {
	case xml.Directive:
		return nil, fault.New(fault.BadRequest, "the file has a document type")
	case xml.StartElement:
		if g.depth++; g.depth > DepthLimit {
			return nil, fault.New(fault.Limit, "elements are more than %d deep", DepthLimit)
		}
	case xml.EndElement:
		g.depth--
	}
	return token, nil
}

// coded makes a refusal of an error of the decoder, whose words could quote the file:
// only the line is kept.
func (g *guard) coded(err error) error {
	var refusal *fault.Error
	var broken *unreadable
	if err == nil || errors.As(err, &refusal) || errors.As(err, &broken) {
		return err
	}
	line, _ := g.tokens.InputPos()
	return fault.New(fault.BadRequest, "line %d: the file is not well-formed XML", line)
}

// bounded reads no more than so many bytes.
type bounded struct {
	file io.Reader
	left int
}

// Read refuses with LIMIT the byte after the last that is allowed.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.file.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, fault.New(fault.Limit, "the file is longer than %d bytes", FileLimit)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = &unreadable{err}
	}
	return n, err
}

// unreadable is an error of whatever the file is read from, not of its content.
type unreadable struct{ cause error }

// Error says what went wrong.
func (u *unreadable) Error() string { return fmt.Sprintf("read: %v", u.cause) }

// Unwrap is the cause.
func (u *unreadable) Unwrap() error { return u.cause }
