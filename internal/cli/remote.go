package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"sync"
)

// A command that finds its data folder in use is carried out by the program
// that owns the folder: the call crosses a unix socket which only the owner's
// user can open (mode 0600), and output comes back line by line.

// remoteCall is what crosses the socket to the owner, as one line of JSON.
type remoteCall struct {
	Name  string         `json:"name"`
	Dir   string         `json:"dir"`
	Args  []string       `json:"args"`
	Flags map[string]any `json:"flags"`
	TTY   bool           `json:"tty"`
}

// remoteLine is what comes back: output, and at the end the exit code.
type remoteLine struct {
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Exit *int   `json:"exit,omitempty"`
}

// Forward sends a call of the named command to the program behind the socket
// and copies its output. A non-zero exit code there is ErrFailed or Usage here.
func Forward(ctx context.Context, socket, name string, c *Call) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	line := remoteCall{Name: name, Dir: c.Dir, Args: c.Args, Flags: c.Flags, TTY: c.TTY}
	if err := json.NewEncoder(conn).Encode(line); err != nil {
		return err
	}
	dec := json.NewDecoder(conn)
	for {
		var l remoteLine
		if err := dec.Decode(&l); err != nil {
			return errors.New("the running program went away before it had finished")
		}
		c.Stdout.Write(l.Out)
		c.Stderr.Write(l.Err)
		if l.Exit == nil {
			continue
		}
		switch *l.Exit {
		case 0:
			return nil
		case 2:
			return Usage{ErrFailed}
		}
		return ErrFailed
	}
}

// Serve carries out forwarded calls until ctx ends. A caller that hangs up
// cancels its command.
func Serve(ctx context.Context, socket string, commands []Command) error {
	os.Remove(socket) // the lock on the folder says that nobody listens there
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		l.Close()
		return err
	}
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		calls.Go(func() { answer(ctx, conn, commands) })
	}
}

func answer(ctx context.Context, conn net.Conn, commands []Command) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer conn.Close()
	in := bufio.NewReader(conn)
	var r remoteCall
	if err := json.NewDecoder(io.LimitReader(in, 1<<20)).Decode(&r); err != nil {
		return
	}
	go func() { // ends when the connection does
		io.Copy(io.Discard, in)
		cancel()
	}()
	out := &lines{enc: json.NewEncoder(conn)}
	call := &Call{Dir: r.Dir, Args: r.Args, Flags: r.Flags, TTY: r.TTY, Stdin: new(empty),
		Stdout: stream{out, false}, Stderr: stream{out, true}}
	err := errors.New("the running program does not know this command")
	for _, c := range commands {
		if c.Name == r.Name {
			err = c.Run(ctx, call)
		}
	}
	if err != nil && !errors.Is(err, ErrFailed) {
		io.WriteString(call.Stderr, "gongdao: "+message(err)+"\n")
	}
	code := Code(err)
	out.send(remoteLine{Exit: &code})
}

type empty struct{}

func (empty) Read([]byte) (int, error) { return 0, io.EOF }

type lines struct {
	mu  sync.Mutex // guards enc
	enc *json.Encoder
}

func (l *lines) send(v remoteLine) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.enc.Encode(v)
}

type stream struct {
	to  *lines
	err bool
}

func (s stream) Write(p []byte) (int, error) {
	l := remoteLine{Out: p}
	if s.err {
		l = remoteLine{Err: p}
	}
	if err := s.to.send(l); err != nil {
		return 0, err
	}
	return len(p), nil
}
