package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"time"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migration is a step in which tables are made or changed. One that was released isn't changed any more: what is to be
// otherwise is another step.
type migration struct{ name, text string }

// hash is by what a step is known again.
func (m migration) hash() string {
	sum := sha256.Sum256([]byte(m.text))
	return hex.EncodeToString(sum[:])
}

// steps are those of this version, in their order.
func steps() (list []migration, err error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := migrations.ReadFile("migrations/" + file.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, migration{file.Name(), string(text)})
	}
	return list, nil
}

// migrate makes the tables what this version has them be. Refused: a store that another version has changed.
func (s *Store) migrate(ctx context.Context) error {
	list, err := steps()
	if err != nil {
		return err
	}
	return s.Write(ctx, func(w Writer) error {
		if s.schema != "" {
			if _, err := w.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+s.schema); err != nil {
				return err
			}
		}
		if _, err := w.Exec(ctx, s.text(`CREATE TABLE IF NOT EXISTS migrations (
  name TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  made INTEGER NOT NULL -- Unix seconds
)`)); err != nil {
			return err
		}
		made := map[string]string{}
		if err := w.Each(ctx, "SELECT name, hash FROM migrations", nil, func(scan Scan) error {
			var name, hash string
			err := scan(&name, &hash)
			made[name] = hash
			return err
		}); err != nil {
			return err
		}
		for _, step := range list {
			hash, done := made[step.name]
			delete(made, step.name)
			switch {
			case done && hash != step.hash():
				return fmt.Errorf("the node's own database was made by another version: its step %s differs", step.name)
			case done:
				continue
			}
			if err := s.take(ctx, w, step); err != nil {
				return fmt.Errorf("step %s: %w", step.name, err)
			}
		}
		for name := range made {
			return fmt.Errorf("the node's own database was changed by a newer version, in its step %s: run that", name)
		}
		return nil
	})
}

// take takes a step.
func (s *Store) take(ctx context.Context, w Writer, step migration) error {
	if _, err := w.Exec(ctx, s.text(step.text)); err != nil {
		return err
	}
	_, err := w.Exec(ctx, "INSERT INTO migrations (name, hash, made) VALUES (?, ?, ?)", step.name, step.hash(),
		time.Now().Unix())
	return err
}
