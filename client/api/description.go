package api

import _ "embed"

//go:generate go test . -run TestDescription -update

// Description describes the API in OpenAPI 3.1, as it is served at /v1/openapi.json. It is made from the table of
// operations and their types; a test holds it to them.
//
//go:embed openapi.json
var Description []byte
