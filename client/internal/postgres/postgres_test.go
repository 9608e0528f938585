package postgres

import "testing"

func TestQueriesForPostgres(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT 1":                       "SELECT 1",
		"a = ? AND b IN (?,?)":           "a = $1 AND b IN ($2,$3)",
		"a = ?1 AND b = ?2 OR ?1":        "a = $1 AND b = $2 OR $1",
		"?":                              "$1",
		"CAST(? AS TEXT) COLLATE BINARY": `CAST($1 AS TEXT) COLLATE "C"`,
	} {
		if got := Query(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}
