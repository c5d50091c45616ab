package db

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// CreateDatabase makes an empty PostgreSQL database beside the one that server
// names and returns its URL. Tests and the demonstration use it.
func CreateDatabase(ctx context.Context, server, name string) (string, error) {
	if err := administer(ctx, server, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		return "", fmt.Errorf("db: create database %s: %w", name, err)
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("db: create database %s: %w", name, err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// DropDatabase removes what CreateDatabase made and ends the sessions in it.
func DropDatabase(ctx context.Context, server, name string) error {
	if err := administer(ctx, server, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("db: drop database %s: %w", name, err)
	}
	return nil
}

func administer(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// Ping reports whether a PostgreSQL server answers.
func Ping(ctx context.Context, server string) error { return administer(ctx, server, "SELECT 1") }
