package node

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"tallystick/chaincode/fault"
)

// checkTexts refuses with BAD_REQUEST a request in which a text isn't UTF-8, or has a NUL: no database and no file
// takes it as it is.
func checkTexts(request any) error {
	if at, bad := badText(reflect.ValueOf(request), ""); bad {
		return fault.New(fault.BadRequest, "`%s`: want text in UTF-8, without NUL", strings.TrimPrefix(at, "."))
	}
	return nil
}

func isText(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

// badText finds a text in a value that is none, and says where it stands.
func badText(v reflect.Value, at string) (where string, bad bool) {
	switch v.Kind() {
	case reflect.String:
		return at, !isText(v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return badText(v.Elem(), at)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return "", false
		}
		for i := range v.Len() {
			if where, bad = badText(v.Index(i), at+"."+strconv.Itoa(i)); bad {
				return where, true
			}
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			if _, bad = badText(each.Key(), at); bad {
				return at, true
			}
			if where, bad = badText(each.Value(), at); bad {
				return where, true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			inner := at + "." + name
			if f.Anonymous && name == "" {
				inner = at
			}
			if where, bad = badText(v.Field(i), inner); bad {
				return where, true
			}
		}
	}
	return "", false
}
