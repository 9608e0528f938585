package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// tailWindow bounds how much of a log is read to find its last lines, in bytes.
const tailWindow = 64 << 10

// Tail returns the last lines of a log; none if there is no log.
func Tail(path string, lines int) (string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if _, err := file.Seek(max(0, info.Size()-tailWindow), io.SeekStart); err != nil {
		return "", err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return "", err
	}
	text = bytes.TrimRight(text, "\n")
	start := len(text)
	for range lines {
		if start = bytes.LastIndexByte(text[:start], '\n'); start < 0 {
			return string(text), nil
		}
	}
	return string(text[start+1:]), nil
}

// lastWords returns what a log's end says about a death: from the last panic on
// if there is one, without its stack, else the last lines.
func lastWords(path string) string {
	const lines = 15
	text, err := Tail(path, 200)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(text, "\n")
	for i := len(all) - 1; i >= 0; i-- {
		if strings.HasPrefix(all[i], "panic: ") || strings.HasPrefix(all[i], "fatal error: ") {
			return all[i]
		}
	}
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// panicOf is what a program said last if it ended by a panic or out of memory.
func panicOf(path string) (string, bool) {
	words := lastWords(path)
	return fmt.Sprintf("%.120s", words), strings.HasPrefix(words, "panic: ") ||
		strings.HasPrefix(words, "fatal error: ")
}

// Follow writes to out what is added to a log after its present end, until the
// context ends. The log need not exist yet.
func Follow(ctx context.Context, path string, out io.Writer) error {
	var offset int64
	if info, err := os.Stat(path); err == nil {
		offset = info.Size()
	}
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			added, err := copyFrom(path, offset, out)
			if err != nil {
				return err
			}
			offset += added
		}
	}
}

func copyFrom(path string, offset int64, out io.Writer) (int64, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	defer file.Close()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(out, file)
}
