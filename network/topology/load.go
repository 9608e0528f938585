package topology

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/viper"

	"tallystick/network/settings"
)

// maxFile is the most that a topology has, in bytes.
const maxFile = 1 << 20

// Load reads a topology file, fills in the defaults and validates the whole.
//
// An unknown key is refused, so that a misspelt setting cannot pass for its
// default. The error names every fault found, not just the first.
func Load(path string) (*Topology, error) {
	file, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	if err := settings.Check(path, data, reflect.TypeFor[Topology]()); err != nil {
		return nil, err
	}
	v := withDefaults()
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t := &Topology{File: file}
	if err := v.UnmarshalExact(t, viper.DecodeHook(decodeText)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t.derive()
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// read is a topology's text. What could be no topology isn't read to its end.
func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("no topology at %s; name one with --topology, or make one with tallynet init", path)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read topology: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: a topology has at most %d bytes", path, maxFile)
	}
	return data, nil
}

// withDefaults knows what holds where a file says nothing. Endpoint names have dots, which viper would take for
// nesting.
func withDefaults() *viper.Viper {
	v := viper.NewWithOptions(viper.KeyDelimiter("::"))
	v.SetDefault("host", "127.0.0.1")
	v.SetDefault("basePort", 7050)
	v.SetDefault("logging", "WARNING")
	// Measured: orderers and peers take a third of it under full load, chaincode a
	// tenth; without a limit an orderer grew to 4.5 GB under large transactions.
	v.SetDefault("memory::orderer", "1 GB")
	v.SetDefault("memory::peer", "1 GB")
	v.SetDefault("memory::chaincode", "768 MB")
	v.SetDefault("memory::program", "768 MB")
	v.SetDefault("orderers::organisation", "O")
	v.SetDefault("orderers::consensus", string(BFT))
	// Measured on two cores: shorter intervals cost throughput, longer ones
	// latency.
	v.SetDefault("orderers::batch::interval", "200ms")
	v.SetDefault("orderers::batch::messages", 500)
	v.SetDefault("orderers::batch::absoluteMax", "4 MB")
	v.SetDefault("orderers::batch::preferredMax", "2 MB")
	return v
}

// Default is what a key of a topology is, named as batch.interval under orderers: orderers.batch.interval, where the
// file
// says nothing; "" if there is no such thing or it depends on others.
func Default(path string) string {
	return withDefaults().GetString(strings.ReplaceAll(path, ".", "::"))
}

// derive fills in the defaults that depend on other values.
func (t *Topology) derive() {
	if t.Orderers.Count == 0 {
		t.Orderers.Count = map[Consensus]int{BFT: 4, Raft: 3}[t.Orderers.Consensus]
	}
	if t.Policies.Endorsement == "" {
		t.Policies.Endorsement = t.majorityOfPeers()
	}
	for i := range t.Chaincodes {
		chaincode := &t.Chaincodes[i]
		if chaincode.Policy == "" {
			chaincode.Policy = t.Policies.Endorsement
		}
		if chaincode.Pairs != "" {
			chaincode.Collections = append(chaincode.Collections, t.pairs(chaincode.Pairs)...)
		}
		chaincode.Program = t.beside(chaincode.Program)
	}
	for i := range t.Programs {
		t.Programs[i].Program = t.beside(t.Programs[i].Program)
	}
}

// beside is a program's absolute path: the file's are relative to itself.
func (t *Topology) beside(program string) string {
	if program == "" || filepath.IsAbs(program) {
		return program
	}
	return filepath.Join(filepath.Dir(t.File), program)
}

// decodeText lets durations, sizes and whatever else reads itself from text be
// written as text.
func decodeText(from, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || from.Kind() != reflect.String {
		return data, nil
	}
	if to == reflect.TypeFor[time.Duration]() {
		return time.ParseDuration(text)
	}
	value := reflect.New(to)
	reader, ok := value.Interface().(encoding.TextUnmarshaler)
	if !ok {
		return data, nil
	}
	if err := reader.UnmarshalText([]byte(text)); err != nil {
		return nil, err
	}
	return value.Elem().Interface(), nil
}
