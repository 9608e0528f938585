package importer

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tallystick/chaincode/name"
)

// longestID is the longest id of the ledger.
const longestID = 64

// slug makes an id of a text: small letters and digits stay, whatever else is between
// them becomes one -. Where letters or digits are lost, as those of Chinese names are,
// or the id would be too long, eight letters made of the whole text stand for them: so
// the same text makes the same id in every file, and another text another.
func slug(text string) string {
	text = strings.ToLower(name.Fold(norm.NFC.String(text)))
	if text == "" {
		return ""
	}
	var b strings.Builder
	lost := false
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		lost = lost || r >= 0x80 &&
			(unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.IsNumber(r))
	}
	id := strings.TrimSuffix(b.String(), "-")
	if !lost && id != "" && len(id) <= longestID {
		return id
	}
	sum := sha256.Sum256([]byte(text))
	mark := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
	id = strings.TrimSuffix(id[:min(len(id), longestID-1-len(mark))], "-")
	if id == "" {
		return "x-" + mark
	}
	return id + "-" + mark
}
