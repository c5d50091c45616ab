package db

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gongdao/gongdao/fault"
)

// backup writes definitions and rows as one repeatable-read transaction sees
// them. Numbers of sequences are outside of transactions: they may be ahead of
// the rows, never behind.
func (p *pgsql) backup(ctx context.Context, f *framer) error {
	return pgx.BeginTxFunc(ctx, p.readers, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := onlyKnown(ctx, tx); err != nil {
			return err
		}
		for _, q := range []string{pgTypes, pgSequences, pgFunctions, pgTables} {
			if err := statements(ctx, tx, q, f); err != nil {
				return err
			}
		}
		tables, err := column(ctx, tx, pgCopies)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if err := f.frame('t', []byte(table)); err != nil {
				return err
			}
			if _, err := tx.Conn().PgConn().CopyTo(ctx, f.parts('c'), "COPY "+table+" TO STDOUT"); err != nil {
				return fmt.Errorf("copy %s: %w", table, err)
			}
		}
		for _, q := range []string{pgConstraints, pgIndexes, pgTriggers, pgOwners} {
			if err := statements(ctx, tx, q, f); err != nil {
				return err
			}
		}
		return counters(ctx, tx, f)
	})
}

// onlyKnown refuses a database with things that the backup would leave out.
func onlyKnown(ctx context.Context, tx pgx.Tx) error {
	others, err := column(ctx, tx, pgOthers)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return fmt.Errorf("the database holds %v, which a backup does not cover; move them to another schema", others)
	}
	return nil
}

// statements writes a frame for each statement that q returns.
func statements(ctx context.Context, tx pgx.Tx, q string, f *framer) error {
	list, err := column(ctx, tx, q)
	if err != nil {
		return err
	}
	for _, s := range list {
		if err := f.frame('d', []byte(s)); err != nil {
			return err
		}
	}
	return nil
}

func column(ctx context.Context, tx pgx.Tx, q string) ([]string, error) {
	rows, err := tx.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// counters writes where each sequence stands.
func counters(ctx context.Context, tx pgx.Tx, f *framer) error {
	names, err := column(ctx, tx, pgCounters)
	if err != nil {
		return err
	}
	for _, seq := range names {
		var s string
		err := tx.QueryRow(ctx, `SELECT format('SELECT setval(%L, %s, %L)', $1::text, last_value, is_called) FROM `+seq, seq).Scan(&s)
		if err != nil {
			return err
		}
		if err := f.frame('d', []byte(s)); err != nil {
			return err
		}
	}
	return nil
}

// restorePG runs the frames in one transaction.
func restorePG(ctx context.Context, url string, u *unframer) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		held, err := column(ctx, tx, pgAnything)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			return fault.Conflict.Errorf("db.not-empty", "there is a database in %s already; restore into an empty one", "PostgreSQL")
		}
		if _, err := tx.Exec(ctx, `SET LOCAL check_function_bodies = off`); err != nil {
			return err
		}
		for {
			fr, err := u.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := replay(ctx, tx, u, fr); err != nil {
				return err
			}
		}
	})
}

func replay(ctx context.Context, tx pgx.Tx, u *unframer, fr frame) error {
	switch fr.kind {
	case 'd':
		if _, err := tx.Conn().PgConn().Exec(ctx, string(fr.body)).ReadAll(); err != nil {
			return fmt.Errorf("%.80s: %w", fr.body, err)
		}
		return nil
	case 't':
		rows := u.parts('c')
		_, err := tx.Conn().PgConn().CopyFrom(ctx, rows, "COPY "+string(fr.body)+" FROM STDIN")
		if errors.Is(rows.err, io.EOF) {
			return errDamaged("it ends within a table")
		}
		if rows.err != nil {
			return rows.err
		}
		if err != nil {
			return fmt.Errorf("copy %s: %w", fr.body, err)
		}
		return nil
	}
	return errDamaged("a part is of an unknown kind")
}
