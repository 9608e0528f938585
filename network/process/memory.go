package process

import "strconv"

// environment is the program's settings, with its memory limit ahead of those that
// could say otherwise.
func (s Spec) environment() []string {
	if s.Memory == 0 {
		return s.Env
	}
	return append([]string{"GOMEMLIMIT=" + strconv.FormatUint(s.Memory, 10)}, s.Env...)
}
