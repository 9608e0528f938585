package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/viper"

	"tallystick/client/bounds"
	"tallystick/network/settings"
)

// prefix of the environment's settings.
const prefix = "TALLY"

// Load reads a profile, lays the environment and the given settings over it,
// and validates what comes out. Settings are named as in the profile, nested
// ones with dots: "timeouts.doubt". Paths in the profile are relative to its
// directory.
func Load(profile string, given map[string]any) (Config, error) {
	text, err := bounds.YAML(profile)
	if err != nil {
		return Config{}, fmt.Errorf("config: the profile %s: %w; tallynet writes one for every party", profile, err)
	}
	if err := settings.Check(profile, text, reflect.TypeFor[Config]()); err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	v := viper.New()
	v.SetConfigType("yaml")
	declare(v, "", reflect.ValueOf(Default()))
	v.SetEnvPrefix(prefix)
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	if err := v.ReadConfig(bytes.NewReader(text)); err != nil {
		return Config{}, fmt.Errorf("config: the profile %s: %w; tallynet writes one for every party", profile, err)
	}
	for key, value := range given {
		v.Set(key, value)
	}
	var c Config
	if err := v.UnmarshalExact(&c); err != nil {
		return Config{}, fmt.Errorf("config: %s: %w; correct or remove the key", profile, err)
	}
	c.anchor(filepath.Dir(profile))
	return c, c.Validate()
}

// declare makes every setting's key known, so that the environment can set it
// although no file does. Lists come from files only.
func declare(v *viper.Viper, at string, defaults reflect.Value) {
	for i := range defaults.NumField() {
		field, value := defaults.Type().Field(i), defaults.Field(i)
		key := at + field.Tag.Get("mapstructure")
		switch {
		case value.Kind() == reflect.Struct:
			declare(v, key+".", value)
		case value.Kind() == reflect.Slice:
		case value.Type() == reflect.TypeFor[time.Duration]():
			v.SetDefault(key, value.Interface())
		default:
			v.SetDefault(key, value.Interface())
		}
	}
}

// DefaultOf is what a setting is where nothing says otherwise, "" for nothing.
func DefaultOf(key string) string {
	v := viper.New()
	declare(v, "", reflect.ValueOf(Default()))
	if text := v.GetString(key); text != "0s" && text != "0" {
		return text
	}
	return ""
}

// anchor makes the profile's paths absolute, and puts the node's state beside
// the profile if nothing says where it is.
func (c *Config) anchor(dir string) {
	if dir, err := filepath.Abs(dir); err == nil {
		if c.State == "" {
			c.State = filepath.Join(dir, "state")
		}
		paths := []*string{&c.Identity.Cert, &c.Identity.Key, &c.Admin.Cert, &c.Admin.Key, &c.Serve.Cert, &c.Serve.Key,
			&c.Serve.ClientCA, &c.Vault, &c.Node.Key, &c.Node.Trust}
		for _, list := range [][]Endpoint{c.Peers, c.Orderers} {
			for i := range list {
				paths = append(paths, &list[i].TLSCA)
			}
		}
		for i := range c.Serve.People {
			paths = append(paths, &c.Serve.People[i].CA)
		}
		for i := range c.Trust {
			paths = append(paths, &c.Trust[i].CA)
		}
		for _, p := range paths {
			if *p != "" && !filepath.IsAbs(*p) {
				*p = filepath.Join(dir, *p)
			}
		}
	}
}
