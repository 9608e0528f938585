package goods

import (
	"testing"

	"tallystick/chaincode/fault"
)

func TestCheckGTIN(t *testing.T) {
	for _, c := range []struct {
		name, gtin string
		good       bool
	}{
		{"8 digits", "96385074", true},
		{"12 digits", "036000291452", true},
		{"13 digits", "6901234567892", true},
		{"13 digits, check digit 0", "4006381333900", true},
		{"14 digits", "10614141000415", true},
		{"the 13 digits, led by a 0", "06901234567892", true},
		{"zeros", "00000000", true},
		{"8 digits, check digit off by one", "96385075", false},
		{"12 digits, two exchanged", "063000291452", false},
		{"13 digits, one wrong", "6901234567893", false},
		{"14 digits, one wrong", "10614141000416", false},
		{"none", "", false},
		{"7 digits", "9638507", false},
		{"9 digits", "963850740", false},
		{"10 digits", "7390000000", false},
		{"11 digits", "03600029145", false},
		{"15 digits", "006901234567892", false},
		{"a letter", "9638507A", false},
		{"a space", "9638 074", false},
		{"a sign", "-6385074", false},
		{"a digit of another script", "٩638507", false},
	} {
		if err := CheckGTIN(c.gtin); (err == nil) != c.good || err != nil && fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Any one digit changed is noticed.
func TestGTINNoticesADigit(t *testing.T) {
	for _, good := range []string{"96385074", "036000291452", "6901234567892", "10614141000415"} {
		for i := range len(good) {
			for d := byte('0'); d <= '9'; d++ {
				text := good[:i] + string(d) + good[i+1:]
				if (CheckGTIN(text) == nil) != (text == good) {
					t.Errorf("%s", text)
				}
			}
		}
	}
}
