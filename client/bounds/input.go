package bounds

import (
	"errors"
	"io"
	"os"
)

// Input is a file that is read more than once and from any place in it: an opened one, or a stream that was kept.
type Input struct {
	io.ReaderAt
	Name string // for refusals
	Size int64  // bytes

	close func() error
}

// OpenInput opens a file.
func OpenInput(path string) (Input, error) {
	file, err := os.Open(path)
	if err != nil {
		return Input{}, err
	}
	in, err := inputOf(file, path)
	if err != nil {
		return in, errors.Join(err, file.Close())
	}
	in.close = file.Close
	return in, nil
}

// At opens a path as a stream, whenever it is asked.
func At(path string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return os.Open(path) }
}

// Take makes an input of what was opened: a file on disk is read where it lies, anything else is kept in a directory,
// for its owner's eyes; either until the input is closed. LIMIT for more than so many bytes, of either.
func Take(from io.ReadCloser, name, dir string, most int64) (in Input, err error) {
	if file, is := from.(*os.File); is {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			if info.Size() > most {
				return in, errors.Join(tooLong(name, "it has", most), file.Close())
			}
			return Input{file, name, info.Size(), file.Close}, nil
		}
	}
	in, err = keep(from, name, dir, most)
	if err := errors.Join(err, from.Close()); err != nil {
		return Input{}, errors.Join(err, in.Close())
	}
	return in, nil
}

func inputOf(file *os.File, name string) (Input, error) {
	info, err := file.Stat()
	if err != nil {
		return Input{}, err
	}
	return Input{ReaderAt: file, Name: name, Size: info.Size(), close: func() error { return nil }}, nil
}

// keep writes a stream to a file that goes when it is closed.
func keep(from io.Reader, name, dir string, most int64) (Input, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Input{}, err
	}
	file, err := os.CreateTemp(dir, "upload-*") // readable by its owner only
	if err != nil {
		return Input{}, err
	}
	discard := func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }
	if _, err := io.Copy(file, Reader(from, name, most)); err != nil {
		return Input{}, errors.Join(err, discard())
	}
	in, err := inputOf(file, name)
	if err != nil {
		return in, errors.Join(err, discard())
	}
	in.close = discard
	return in, nil
}

// Close closes what was opened for it, and removes what was kept.
func (i Input) Close() error {
	if i.close == nil {
		return nil
	}
	return i.close()
}

// Stream reads it from its beginning.
func (i Input) Stream() *io.SectionReader { return io.NewSectionReader(i.ReaderAt, 0, i.Size) }
