package process

import "strconv"

// environment is the program's settings, with its memory limit ahead of those that
// could say otherwise. Go's runtime counts what it manages and not the program's text and mapped files, so it is told
// a tenth less.
func (s Spec) environment() []string {
	if s.Memory == 0 {
		return s.Env
	}
	return append([]string{"GOMEMLIMIT=" + strconv.FormatUint(s.Memory-s.Memory/10, 10)}, s.Env...)
}
