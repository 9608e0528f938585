package books

import (
	"encoding/json"

	"tallystick/chaincode/codec"
)

// File is what an issuer keeps, as a file: as secret as what it says.
func (k Kept) File() ([]byte, error) { return fileOf(k) }

// ReadKept reads strictly what [Kept.File] writes.
func ReadKept(data []byte) (k Kept, err error) {
	err = codec.DecodeJSON(data, &k)
	return k, err
}

// File is a member's proof as a file, for that member.
func (p Inclusion) File() ([]byte, error) { return fileOf(p) }

// ReadInclusion reads strictly what [Inclusion.File] writes.
func ReadInclusion(data []byte) (p Inclusion, err error) {
	err = codec.DecodeJSON(data, &p)
	return p, err
}

func fileOf(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", " ")
	return append(data, '\n'), err
}
