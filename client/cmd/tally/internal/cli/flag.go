package cli

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/clean"
	"tallystick/client/figure"
	"tallystick/network/suggest"
)

// Leaf is a command that does something. The words after its name in use are its
// arguments; those in brackets may be left out.
func Leaf(use, short, example string, run func(ctx context.Context, args []string) error) *cobra.Command {
	words := strings.Fields(use)[1:]
	least := 0
	for _, w := range words {
		if !strings.HasPrefix(w, "[") {
			least++
		}
	}
	return &cobra.Command{
		Use: use, Short: short, Example: example,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < least || len(args) > len(words) {
				want := strings.Join(words, " ")
				if want == "" {
					want = "flags alone"
				}
				return fault.New(fault.BadRequest, "%s, want %s; see %s --help", arguments(len(args)),
					want, cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), args) },
	}
}

func arguments(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "1 argument"
	}
	return strconv.Itoa(n) + " arguments"
}

// Group is a command that only has others under it.
func Group(use, short string, leaves ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: noSuch, RunE: func(cmd *cobra.Command, _ []string) error {
		return cmd.Help()
	}}
	cmd.AddCommand(leaves...)
	return cmd
}

// Under lists leaves of a group under a title in its help, in one place.
func Under(cmd *cobra.Command, title string, leaves ...*cobra.Command) {
	cmd.AddGroup(&cobra.Group{ID: title, Title: title + ":"})
	for _, l := range leaves {
		l.GroupID = title
	}
	cmd.AddCommand(leaves...)
}

func noSuch(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fault.New(fault.BadRequest, "unknown command %.40q%s; see %s --help", args[0],
			suggest.Command(cmd, args[0]), cmd.CommandPath())
	}
	return nil
}

// value is a flag whose text becomes a value as soon as it is read, so that bad
// use is said before anything is sent.
type value struct {
	name, kind, text string
	set              func(string) error
	forms            []string // of the values that were given, each in its one form
}

// newValue is a flag of the kind that its name has everywhere.
func newValue(name, text string) *value {
	return &value{name: name, kind: FlagMeanings[name].Kind, text: text}
}

// String is the text that was given.
func (v *value) String() string { return v.text }

// Type says what the text is of, for the help.
func (v *value) Type() string { return v.kind }

// Set reads the text. What is wrong keeps its code and gets the flag's name.
func (v *value) Set(text string) error {
	err := v.set(text)
	if err == nil {
		v.text = text
		return nil
	}
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return fault.New(refusal.Code, "--%s: %s", v.name, refusal.Text)
	}
	return fault.New(fault.BadRequest, "--%s: %v", v.name, err)
}

// On is a flag that does something with its text, each time that it is given.
func On(cmd *cobra.Command, name, usage string, set func(string) error) {
	v := flagOf(cmd, name, usage)
	v.set = func(text string) error {
		v.forms = append(v.forms, text)
		return set(text)
	}
}

// flagOf is a flag whose set is still to be said.
func flagOf(cmd *cobra.Command, name, usage string) *value {
	v := newValue(name, "")
	cmd.Flags().Var(v, name, usage)
	return v
}

// One is a flag with one value.
func One[T any](cmd *cobra.Command, to *T, name, usage string, parse func(string) (T, error)) {
	v := flagOf(cmd, name, usage)
	v.set = func(text string) (err error) {
		if *to, err = parse(text); err == nil {
			v.forms = []string{formOf(*to)}
		}
		return err
	}
}

// Many is a flag that may be given again; its values are kept in their order.
func Many[T any](cmd *cobra.Command, to *[]T, name, usage string, parse func(string) (T, error)) {
	v := flagOf(cmd, name, usage+"; again for more")
	v.set = func(text string) error {
		one, err := parse(text)
		*to, v.forms = append(*to, one), append(v.forms, formOf(one))
		return err
	}
}

// Word is a flag with a text, of the kind that its name has everywhere. What to holds before is its default.
func Word(cmd *cobra.Command, to *string, name, usage string) { wordIn(cmd.Flags(), to, name, usage) }

func wordIn(flags *pflag.FlagSet, to *string, name, usage string) {
	v := newValue(name, *to)
	v.set = func(text string) error {
		text = clean.Trim(text)
		*to, v.forms = text, []string{text}
		return nil
	}
	flags.Var(v, name, usage)
}

// Whole is a flag with a whole number that isn't below 0.
func Whole[T integer](cmd *cobra.Command, to *T, name string, otherwise T, usage string) {
	wholeIn(cmd.Flags(), to, name, otherwise, usage)
}

type integer interface {
	uint8 | uint16 | uint32 | uint64 | int32 | int
}

func wholeIn[T integer](flags *pflag.FlagSet, to *T, name string, otherwise T, usage string) {
	*to = otherwise
	text := ""
	if otherwise != 0 {
		text = fmt.Sprint(otherwise)
	}
	v := newValue(name, text)
	v.set = func(text string) error {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || uint64(T(n)) != n || T(n) < 0 {
			return fault.New(fault.BadRequest, "%.40q: want a whole number", text)
		}
		*to, v.forms = T(n), []string{formOf(n)}
		return nil
	}
	flags.Var(v, name, usage)
}

// Require marks flags without which a command isn't meant: its help says so, and leaving one out is refused.
func Require(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		flag := cmd.Flags().Lookup(name)
		flag.Usage += " (required)"
		cmd.MarkFlagRequired(name)
	}
}

// OneOf names flags of which one is required, and its help says so.
const OneOf = "one of"

// RequireOne marks flags of which one is required.
func RequireOne(cmd *cobra.Command, names ...string) {
	all := "--" + strings.Join(names, " or --")
	for _, name := range names {
		cmd.Flags().Lookup(name).Usage += " (" + all + " is required)"
	}
	cmd.Flags().SetAnnotation(names[0], OneOf, append([]string{all}, names...))
}

// checkRequired refuses with BAD_REQUEST a call without what its command requires, and names all of it.
func checkRequired(cmd *cobra.Command) error {
	var missing []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, required := f.Annotations[cobra.BashCompOneRequiredFlag]; required && !f.Changed {
			missing = append(missing, "--"+f.Name)
		}
		if one := f.Annotations[OneOf]; one != nil && !slices.ContainsFunc(one[1:], cmd.Flags().Changed) {
			missing = append(missing, one[0])
		}
	})
	if len(missing) == 0 {
		return nil
	}
	return fault.New(fault.BadRequest, "say %s; see %s --help", strings.Join(missing, ", "), cmd.CommandPath())
}

// Choice is a flag with one of a few words.
func Choice[T any](cmd *cobra.Command, to *T, name, usage string, words ...string) {
	One(cmd, to, name, usage+": "+strings.Join(words, ", "), FromWord[T])
	Complete(cmd, name, words...)
}

// InState is a filter by one state.
func InState(cmd *cobra.Command, to *[]string, usage string, words ...string) {
	One(cmd, to, "state", usage, func(text string) ([]string, error) {
		if text = clean.Trim(text); text == "" {
			return nil, nil
		}
		return []string{text}, nil
	})
	Complete(cmd, "state", words...)
}

// Complete has the shell offer words for a flag.
func Complete(cmd *cobra.Command, name string, words ...string) {
	cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// FromWord reads what the type writes of itself in JSON: a state, a kind.
func FromWord[T any](text string) (v T, err error) {
	quoted, err := json.Marshal(text)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(quoted, &v)
}

// YuanFlag is a flag with money, which people write in yuan and the ledger counts in fen.
func YuanFlag(cmd *cobra.Command, to *amount.Units, name, usage string) {
	One(cmd, to, name, usage, ParseYuan)
}

// CountFlag is a flag with a number of things.
func CountFlag(cmd *cobra.Command, to *amount.Units, name, usage string) {
	One(cmd, to, name, usage, ParseCount)
}

// Day is a flag with a date.
func Day(cmd *cobra.Command, to *date.Date, name, usage string) {
	One(cmd, to, name, usage, date.Parse)
}

// Names are the two flags of a name, both required.
func Names(cmd *cobra.Command, en, zh *string) {
	Word(cmd, en, "en", "name in English")
	Word(cmd, zh, "zh", "name in Chinese")
	Require(cmd, "en", "zh")
}

// Reason is the required flag of a reason code.
func Reason(cmd *cobra.Command, to *string, example string) {
	Word(cmd, to, "reason", "why: a code such as "+example)
	Require(cmd, "reason")
}

// Span is a flag with a length of time, for what ends so long after now.
func Span(cmd *cobra.Command, to *time.Duration, name string, otherwise time.Duration, usage string) {
	spanIn(cmd.Flags(), to, name, otherwise, usage)
}

func spanIn(flags *pflag.FlagSet, to *time.Duration, name string, otherwise time.Duration, usage string) {
	*to = otherwise
	v := newValue(name, spanText(otherwise))
	v.set = func(text string) (err error) {
		if *to, err = parseSpan(text); err == nil {
			v.forms = []string{spanText(*to)}
		}
		return err
	}
	flags.Var(v, name, usage+": 15m, 36h, 7d")
}

// Evidence is a document that a command needs. Only its SHA-256 goes to the ledger.
func Evidence(cmd *cobra.Command, to *codec.Hash) {
	Document(cmd, to)
	RequireOne(cmd, "evidence", "hash")
}

// Document is evidence that a command may do without.
func Document(cmd *cobra.Command, to *codec.Hash) {
	One(cmd, to, "evidence", "the document; only its SHA-256 goes to the ledger", HashFile)
	One(cmd, to, "hash", "or its SHA-256, 64 hexadecimal digits", codec.ParseHash)
	cmd.MarkFlagsMutuallyExclusive("evidence", "hash")
}

// HashFile is the SHA-256 of a file.
func HashFile(path string) (codec.Hash, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, bounds.Reader(file, path, bounds.Evidence)); err != nil {
		return nil, err
	}
	return sum.Sum(nil), nil
}

// ParseYuan reads 12, 12.3 or 12.30.
func ParseYuan(text string) (amount.Units, error) {
	fen, err := figure.ParseYuan(text)
	if err != nil {
		return 0, InFront("yuan", err)
	}
	return fen, nil
}

// InFront puts what an amount is of before what is wrong with it.
func InFront(what string, err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return fault.New(refusal.Code, "%s %s", what, refusal.Text)
	}
	return err // none, or without a code
}

// ParseCount reads a whole number.
func ParseCount(text string) (amount.Units, error) {
	v, err := strconv.ParseUint(text, 10, 53)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "%.40q: want a whole number", text)
	}
	return amount.Units(v), nil
}

// ParseParts reads NAME:PARTS.
func ParseParts(text string) (string, amount.Units, error) {
	name, count, ok := strings.Cut(text, ":")
	if !ok {
		return "", 0, fault.New(fault.BadRequest, "%.80q: want PARTY:PARTS", text)
	}
	parts, err := ParseCount(count)
	return name, parts, err
}

// ADay is how long a day is.
const ADay = 24 * time.Hour

// parseSpan reads "36h", as Go writes it, or "7d".
func parseSpan(text string) (time.Duration, error) {
	if count, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(count, 10, 16)
		if err == nil && n > 0 {
			return time.Duration(n) * ADay, nil
		}
	}
	length, err := time.ParseDuration(text)
	if err != nil || length <= 0 {
		return 0, fault.New(fault.BadRequest, "%.20q: want a length of time such as 15m, 36h or 7d", text)
	}
	return length, nil
}

func spanText(d time.Duration) string {
	if d >= ADay && d%ADay == 0 {
		return strconv.Itoa(int(d/ADay)) + "d"
	}
	text := d.String() // 36h0m0s
	if d%time.Minute == 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d%time.Hour == 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// AsIs reads a text as it is.
func AsIs(text string) (string, error) { return text, nil }

// WordOf is what a value writes of itself in JSON: what fromWord reads.
func WordOf(v json.Marshaler) string {
	var text string
	data, err := v.MarshalJSON()
	if err != nil || json.Unmarshal(data, &text) != nil {
		return ""
	}
	return text
}

// Small reads a number of a small type.
func Small[T uint8 | uint16](text string) (T, error) {
	v, err := strconv.ParseUint(text, 10, 16)
	if err != nil || uint64(T(v)) != v {
		return 0, fault.New(fault.BadRequest, "%.20q: want a whole number up to %d", text, ^T(0))
	}
	return T(v), nil
}

// InSeconds is a span as requests have it.
func InSeconds(d time.Duration) int64 { return int64(d / time.Second) }
