package gongdao

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/opendata"
)

// Use gives a command the house: the running one, or one opened for the command.
type Use func(context.Context, func(context.Context, *App) error) error

// Commands lists the commands that work on the data of one program. They can be
// carried out by the program that owns the data folder.
func Commands(use Use) []cli.Command {
	list := []cli.Command{
		{Name: "backup", Args: "FILE", MinArgs: 1, MaxArgs: 1, Short: "Write a sealed, consistent backup while the program runs.",
			Run: func(ctx context.Context, c *cli.Call) error {
				return use(ctx, func(ctx context.Context, a *App) error { return a.backupCommand(ctx, c) })
			}},
		{Name: "facts skip", Args: "LISTENER SEQ", MinArgs: 2, MaxArgs: 2, Short: "Pass over one fact that a listener cannot take.",
			Flags: []cli.Flag{{Name: "reason", Default: "", Usage: "why; kept as a fact"}},
			Run: func(ctx context.Context, c *cli.Call) error {
				return use(ctx, func(ctx context.Context, a *App) error { return a.skipCommand(ctx, c) })
			}},
		{Name: "identity link", Args: "PERSON", MinArgs: 1, MaxArgs: 1, Short: "Print a one-time sign-in link for a person, by name or id.",
			Run: func(ctx context.Context, c *cli.Call) error {
				return use(ctx, func(ctx context.Context, a *App) error { return a.linkCommand(ctx, c) })
			}},
	}
	list = append(list, atlas.Commands(func(ctx context.Context, do func(context.Context, *atlas.Service) error) error {
		return use(ctx, func(ctx context.Context, a *App) error { return do(ctx, a.Atlas) })
	})...)
	return append(list, opendata.Commands(func(ctx context.Context, do func(context.Context, *opendata.Service) error) error {
		return use(ctx, func(ctx context.Context, a *App) error { return do(ctx, a.Opendata) })
	})...)
}

// served is Commands for the running program itself.
func (a *App) served() []cli.Command {
	return Commands(func(ctx context.Context, do func(context.Context, *App) error) error { return do(ctx, a) })
}

func inDir(c *cli.Call, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir, path)
}

// backupCommand writes to a new file beside the wanted one and renames it, so
// that a file of that name is always a whole backup.
func (a *App) backupCommand(ctx context.Context, c *cli.Call) error {
	path := inDir(c, c.Args[0])
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	key, err := a.Backup(ctx, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return err
	}
	fmt.Fprintf(c.Stdout, "backup   %s\nkey      %s\n\nWithout this key nobody can open the backup, not even you: keep a copy elsewhere.\nrestore: gongdao restore %s --key recovery.key --data EMPTY-FOLDER\n", path, key, filepath.Base(path))
	return nil
}

func (a *App) skipCommand(ctx context.Context, c *cli.Call) error {
	seq, err := strconv.ParseInt(c.Args[1], 10, 64)
	if err != nil {
		return cli.Usage{Err: fmt.Errorf("%q is no number of a fact", c.Args[1])}
	}
	return a.bus.Skip(ctx, c.Args[0], seq, c.String("reason"))
}

func (a *App) linkCommand(ctx context.Context, c *cli.Call) error {
	p, err := a.Identity.FindPerson(ctx, c.Args[0])
	if err != nil {
		return err
	}
	link, err := a.Link(ctx, p.ID)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Stdout, link)
	return nil
}
