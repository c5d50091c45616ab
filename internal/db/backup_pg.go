package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

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
		for _, part := range before {
			if err := part.write(ctx, tx, f); err != nil {
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
		for _, part := range after {
			if err := part.write(ctx, tx, f); err != nil {
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

// part is a kind of definition. PostgreSQL names the schema after the word;
// the backup leaves it out, so that it can be restored into another schema.
type part struct{ query, word string }

// before and after say what is made before the rows and after them.
var (
	before = []part{{pgTypes, ""}, {pgSequences, ""}, {pgFunctions, " FUNCTION "}, {pgTables, ""}}
	after  = []part{{pgConstraints, ""}, {pgIndexes, " ON "}, {pgTriggers, " ON "}, {pgOwners, ""}}
)

// write writes a frame for each statement.
func (p part) write(ctx context.Context, tx pgx.Tx, f *framer) error {
	list, err := column(ctx, tx, p.query)
	if err != nil {
		return err
	}
	schema, err := column(ctx, tx, "SELECT quote_ident(current_schema())")
	if err != nil {
		return err
	}
	for _, s := range list {
		if p.word != "" {
			s = strings.Replace(s, p.word+schema[0]+".", p.word, 1)
		}
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
