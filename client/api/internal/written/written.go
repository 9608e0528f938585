// Package written says how values of a type are written in JSON.
package written

import (
	"encoding"
	"encoding/json"
	"reflect"
)

// Itself says whether values of a type write themselves, so that its fields or its kind say nothing of how.
func Itself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}
