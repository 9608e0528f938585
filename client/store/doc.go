// Package store keeps what a node has of its own, such as API keys, webhooks and jobs, in a database apart from the
// read model, which may be thrown away: a file of SQLite, or a schema of a PostgreSQL database if several processes of
// a party share it. Whoever keeps something there says its tables in a file of migrations, in SQL that both understand,
// and asks for it here.
package store
