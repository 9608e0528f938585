// Package veil is values that add up without being seen.
package veil

// Commitment is a commitment to a value; "" for none.
type Commitment []byte
