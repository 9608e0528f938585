package lifecycle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	sdk "github.com/hyperledger/fabric-sdk-go/pkg/fab/ccpackager/lifecycle"

	"tallystick/network/identity"
	"tallystick/network/topology"
)

func drawConnection(t *rapid.T) connection {
	text := rapid.StringMatching(`[ -~\n]{0,40}`)
	return connection{
		Address: text.Draw(t, "address"), DialTimeout: "3s", TLSRequired: true, ClientAuthRequired: true,
		ClientKey: text.Draw(t, "key"), ClientCert: text.Draw(t, "cert"), RootCert: text.Draw(t, "root"),
	}
}

// TestPackageIsDeterministic: the same way to the same server is the same
// package, another way is another, and the peer will name it as we do.
func TestPackageIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.StringMatching(`[a-z]{1,8}_[0-9.]{1,4}`).Draw(t, "label")
		one, other := drawConnection(t), drawConnection(t)
		first, again := packed(t, label, one), packed(t, label, one)
		if !bytes.Equal(first.Bytes, again.Bytes) {
			t.Fatal("the same connection packed into other bytes")
		}
		if one != other && first.ID() == packed(t, label, other).ID() {
			t.Fatal("two connections, one id")
		}
		if want := sdk.ComputePackageID(label, first.Bytes); first.ID() != want {
			t.Fatalf("id %s, the SDK says %s", first.ID(), want)
		}
	})
}

func packed(t *rapid.T, label string, conn connection) Package {
	data, err := pack(label, conn)
	if err != nil {
		t.Fatal(err)
	}
	return Package{label, data}
}

// TestPackageID pins the bytes: a change here makes every network install and
// approve its chaincode anew.
func TestPackageID(t *testing.T) {
	data, err := pack("tally_1", connection{Address: "127.0.0.1:7160", DialTimeout: "3s", RootCert: "root"})
	if err != nil {
		t.Fatal(err)
	}
	const want = "tally_1:0382bbd34b533a9b0fdf33b702c62a3169dbaf8ae1660b120d5ac0837a32da10"
	if got := (Package{"tally_1", data}).ID(); got != want {
		t.Errorf("id %s, was %s", got, want)
	}
}

func TestNewPackage(t *testing.T) {
	link := identity.Layout{Root: t.TempDir()}.ChaincodeLink("G")
	if err := os.MkdirAll(filepath.Dir(link.CA), 0o700); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{link.CA: "root", link.ClientCert: "cert", link.ClientKey: "key"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := topology.Server{Party: "G", Address: "127.0.0.1:7160",
		Chaincode: topology.Chaincode{Name: "tally", Version: "2"}}
	pkg, err := NewPackage(server, link)
	if err != nil {
		t.Fatal(err)
	}
	outer := unpack(t, pkg.Bytes)
	if want := `{"path":"","type":"ccaas","label":"tally_2"}`; outer["metadata.json"] != want {
		t.Errorf("metadata.json: %s", outer["metadata.json"])
	}
	var got connection
	if err := json.Unmarshal([]byte(unpack(t, []byte(outer["code.tar.gz"]))["connection.json"]), &got); err != nil {
		t.Fatal(err)
	}
	want := connection{Address: "127.0.0.1:7160", DialTimeout: "3s", TLSRequired: true, ClientAuthRequired: true,
		ClientKey: "key", ClientCert: "cert", RootCert: "root"}
	if got != want {
		t.Errorf("connection.json: %+v", got)
	}
}

func unpack(t *testing.T, data []byte) map[string]string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for reader := tar.NewReader(zip); ; {
		header, err := reader.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = string(text)
	}
}
