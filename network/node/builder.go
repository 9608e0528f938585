package node

import (
	"os"
	"path/filepath"

	"tallystick/network/wholefile"
)

// The external builder, whole. Fabric's own ccaas_builder is a module that
// cannot be fetched by version; these three scripts do its work. A package is
// metadata.json {"type":"ccaas"} and a code archive with connection.json, which
// the peer reads from the release directory to find the chaincode's server.
var builderScripts = map[string]string{
	"detect": `#!/bin/sh
# detect SOURCE METADATA: is this a chaincode that runs as a service?
exec grep -q '"type":"ccaas"' "$2/metadata.json"
`,
	"build": `#!/bin/sh
# build SOURCE METADATA OUTPUT: nothing to compile
exec cp "$1/connection.json" "$3/connection.json"
`,
	"release": `#!/bin/sh
# release OUTPUT RELEASE: tell the peer where the server is
mkdir -p "$2/chaincode/server" && exec cp "$1/connection.json" "$2/chaincode/server/connection.json"
`,
}

// WriteBuilder puts the external builder's scripts under dir/bin.
func WriteBuilder(dir string) error {
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return err
	}
	for name, script := range builderScripts {
		// Written aside and renamed: a running peer may be executing the old one.
		if err := wholefile.Write(filepath.Join(bin, name), []byte(script), 0o700); err != nil {
			return err
		}
	}
	return nil
}
