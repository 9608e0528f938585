package toolchain

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build compiles the module's tools into dir, which appears whole.
//
// It works on a copy of the pins: the build may not change the clone.
func (s Source) build(ctx context.Context, dir string, progress func(string)) error {
	module, err := os.MkdirTemp(filepath.Dir(dir), "fabric-module-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(module)
	for _, name := range pinFiles {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(module, name), text, 0o600); err != nil {
			return err
		}
	}
	if err := patchIn(ctx, module); err != nil {
		return err
	}
	partial := dir + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	if err := os.MkdirAll(partial, 0o700); err != nil {
		return err
	}
	if err := compile(ctx, module, partial, progress); err != nil {
		return err
	}
	return os.Rename(partial, dir)
}

// compile runs the Go tool, which names each package on stderr as it builds it.
func compile(ctx context.Context, module, into string, progress func(string)) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-trimpath", "-o", into+string(filepath.Separator), "tool")
	cmd.Dir = module
	cmd.Env = environment()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("building Fabric needs the go command on the PATH: %w", err)
	}
	complaints := follow(stderr, progress)
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("build Fabric's programs: %w\n%s", err, strings.Join(complaints, "\n"))
	}
	return nil
}

// environment keeps the caller's settings of Go out. No C compiler is needed.
func environment() []string {
	return append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
}

// follow counts downloads and packages, and keeps the last of all other lines:
// if the build fails, they say why.
func follow(stderr io.Reader, progress func(string)) (complaints []string) {
	const keep = 20
	var modules, packages int
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
			modules++
			progress(fmt.Sprintf("downloaded %d modules", modules))
		case line != "" && !strings.ContainsAny(line, " \t"):
			packages++
			progress(fmt.Sprintf("built %d packages", packages))
		default:
			if complaints = append(complaints, line); len(complaints) > keep {
				complaints = complaints[1:]
			}
		}
	}
	return complaints
}
