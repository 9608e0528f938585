package goods

import "tallystick/chaincode/fault"

// CheckGTIN refuses with BAD_REQUEST what is no Global Trade Item Number: 8, 12, 13
// or 14 digits, of which the last checks the others. Counted from it, every second
// digit weighs three, and all together come to a multiple of ten (GS1 General
// Specifications, 7.9).
func CheckGTIN(text string) error {
	switch len(text) {
	case 8, 12, 13, 14:
	default:
		return fault.New(fault.BadRequest, "gtin: want 8, 12, 13 or 14 digits")
	}
	sum := 0
	for i := range len(text) {
		digit := int(text[i]) - '0'
		if digit < 0 || digit > 9 {
			return fault.New(fault.BadRequest, "gtin: want digits only")
		}
		if (len(text)-i)%2 == 0 {
			digit *= 3
		}
		sum += digit
	}
	if sum%10 != 0 {
		return fault.New(fault.BadRequest, "gtin: the check digit is wrong")
	}
	return nil
}
