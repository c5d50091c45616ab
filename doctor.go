package gongdao

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/gongdao/gongdao/internal/datadir"
	"github.com/gongdao/gongdao/internal/web"
)

// Doctor checks what a start would need. Where a program already owns the
// folder, that program answers for itself at /readyz.
func Doctor(ctx context.Context, cfg Config, now func() time.Time) []web.Check {
	list := []web.Check{checkKeyModes(cfg)}
	app, err := New(ctx, cfg, Needs{Now: now, Quiet: true})
	var used *datadir.InUse
	switch {
	case errors.As(err, &used):
		return append(list, web.Check{Name: "running", OK: true, Detail: fmt.Sprintf("process %d owns the folder; ask its /readyz", used.PID)})
	case err != nil:
		return append(list, web.Check{Name: "start", Detail: err.Error(), Remedy: "mend what the line says, then run the doctor again"})
	}
	defer app.Close()
	return append(append(list, checkPort(ctx, cfg)), app.Checks(ctx)...)
}

func checkPort(ctx context.Context, cfg Config) web.Check {
	c := web.Check{Name: "port", OK: true, Detail: cfg.listen()}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.listen())
	if err != nil {
		c.OK, c.Detail, c.Remedy = false, err.Error(), "stop the program that holds the port, or choose another with --listen"
		return c
	}
	l.Close()
	return c
}

func checkKeyModes(cfg Config) web.Check {
	c := web.Check{Name: "keys", OK: true, Detail: "only their owner can read them"}
	dir := cfg.data() + "/keys"
	list, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		c.Detail = "none yet; made at the first start"
		return c
	}
	for _, e := range list {
		st, err := e.Info()
		if err == nil && st.Mode().Perm()&0o077 != 0 {
			return web.Check{Name: "keys", Detail: e.Name() + " can be read by others", Remedy: "run: chmod 600 " + dir + "/*.key"}
		}
	}
	return c
}
