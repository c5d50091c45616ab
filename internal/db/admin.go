package db

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// CreateSchema makes an empty PostgreSQL schema in the database that server
// names and returns a URL with which Open works in it alone. Tests use it: it
// takes a few milliseconds and no right to create databases.
func CreateSchema(ctx context.Context, server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("db: create schema %s: %w", name, err)
	}
	if err := administer(ctx, server, "CREATE SCHEMA "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", fmt.Errorf("db: create schema %s: %w", name, err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// DropSchema removes what CreateSchema made, with all that is in it.
func DropSchema(ctx context.Context, server, name string) error {
	if err := administer(ctx, server, "DROP SCHEMA IF EXISTS "+pgx.Identifier{name}.Sanitize()+" CASCADE"); err != nil {
		return fmt.Errorf("db: drop schema %s: %w", name, err)
	}
	return nil
}

// Ping reports whether a PostgreSQL server answers.
func Ping(ctx context.Context, server string) error { return administer(ctx, server, "SELECT 1") }

func administer(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
