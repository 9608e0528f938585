package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"tallystick/chaincode/codec"
)

// format names the file's form, and so what its checks are.
const format = "tallystick proof v1"

// file is a proof as it is handed on: the envelope, and for people the answer
// that stands in it.
type file struct {
	Format   string          `json:"format"`
	Answer   json.RawMessage `json:"answer"`
	Envelope []byte          `json:"envelope"` // base64
}

// Write writes the file of an envelope that Prove made.
func Write(envelope []byte) ([]byte, error) {
	p, err := parse(envelope)
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	c, err := p.question()
	if err == nil {
		err = p.answer(&c)
	}
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	if !json.Valid(c.Answer) {
		return nil, errors.New("proof: the answer is no JSON")
	}
	return file{format, c.Answer, envelope}.written()
}

// written is the one way in which a file is written.
func (f file) written() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	return out.Bytes(), nil
}

func readFile(data []byte) (file, error) {
	if len(data) > maxFile {
		return file{}, fmt.Errorf("the file has %d bytes, want %d at most", len(data), maxFile)
	}
	var f file
	if err := codec.DecodeJSON(data, &f); err != nil {
		return file{}, fmt.Errorf("the file can't be read: %w", err)
	}
	if f.Format != format {
		return file{}, fmt.Errorf("the format is %.40q, want %q", f.Format, format)
	}
	return f, nil
}

// matches refuses a file whose answer for people is not the signed one, or that
// says anything besides.
func (f file) matches(data, answer []byte) error {
	var shown, signed bytes.Buffer
	if err := errors.Join(json.Compact(&shown, f.Answer), json.Compact(&signed, answer)); err != nil {
		return errors.New("the answer is no JSON")
	}
	if !bytes.Equal(shown.Bytes(), signed.Bytes()) {
		return errors.New("the answer that is shown is not the one that is signed")
	}
	again, err := f.written()
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return errors.New("the file is not written as it was: something was added or changed")
	}
	return nil
}
