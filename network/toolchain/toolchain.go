// Package toolchain builds Fabric's programs from source, once.
//
// Their versions are pinned by the nested module network/tools, so a clone of
// this repository and Go are all it takes. The programs go to the user's cache
// directory, under a name that is a hash of the pins: another clone with the
// same pins finds them, and changed pins build anew beside them. A few lines of
// Fabric's are changed on the way (patch.go says which and why).
//
//	<cache>/tallystick/fabric-<hash>/peer, orderer, cryptogen, …
package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// CacheEnv names the environment variable that replaces the cache directory
// (the one that is called tallystick).
const CacheEnv = "TALLYSTICK_CACHE"

// Programs locates Fabric's built programs.
type Programs struct{ Dir string }

// The programs that a network needs.
func (p Programs) Peer() string        { return filepath.Join(p.Dir, "peer") }
func (p Programs) Orderer() string     { return filepath.Join(p.Dir, "orderer") }
func (p Programs) Cryptogen() string   { return filepath.Join(p.Dir, "cryptogen") }
func (p Programs) Configtxgen() string { return filepath.Join(p.Dir, "configtxgen") }

// Source is the nested module that pins the programs.
type Source struct{ dir string }

// Find looks for the nested module, network/tools, in the given directories and
// all above them; the first that has it wins.
func Find(from ...string) (Source, error) {
	for _, start := range from {
		for dir := start; ; dir = filepath.Dir(dir) {
			tools := filepath.Join(dir, "network", "tools")
			if _, err := os.Stat(filepath.Join(tools, "go.mod")); err == nil {
				return Source{tools}, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return Source{}, errors.New(
		"cannot find network/tools/go.mod, which pins Fabric's version; run tallynet inside a clone of the repository")
}

// Ensure returns the built programs, building them first if the cache lacks
// them. Of several callers at once, one builds and the others wait for it.
//
// progress hears what happens, as in "built 120 packages"; it may be nil.
func (s Source) Ensure(ctx context.Context, progress func(string)) (programs Programs, built bool, err error) {
	if progress == nil {
		progress = func(string) {}
	}
	programs, err = s.cached()
	if err != nil || programs.complete() {
		return programs, false, err
	}
	if err := os.MkdirAll(filepath.Dir(programs.Dir), 0o700); err != nil {
		return Programs{}, false, err
	}
	lock := flock.New(programs.Dir + ".lock")
	if ok, _ := lock.TryLock(); !ok {
		progress("another tallynet is building; waiting for it")
		if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
			return Programs{}, false, fmt.Errorf("wait for another build: %w", err)
		}
	}
	defer lock.Unlock()
	if programs.complete() { // the other one did it
		return programs, false, nil
	}
	return programs, true, s.build(ctx, programs.Dir, progress)
}

// cached names the directory that the pins' build belongs in.
func (s Source) cached() (Programs, error) {
	root := os.Getenv(CacheEnv)
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return Programs{}, fmt.Errorf("no cache directory (%w); set %s", err, CacheEnv)
		}
		root = filepath.Join(cache, "tallystick")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return Programs{}, err
	}
	hash, err := s.hash()
	return Programs{filepath.Join(root, "fabric-"+hash)}, err
}

// hash identifies the pins and the machine they are built for. The Go version
// is left out: a newer compiler is no reason to build Fabric again.
func (s Source) hash() (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s/%s\n", runtime.GOOS, runtime.GOARCH)
	for _, name := range pinFiles {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	writePatches(sum)
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

var pinFiles = []string{"go.mod", "go.sum"}

// complete says whether the directory holds a finished build. The directory
// appears by a rename, so having it means having all of it.
func (p Programs) complete() bool {
	_, err := os.Stat(p.Dir)
	return !errors.Is(err, fs.ErrNotExist)
}
