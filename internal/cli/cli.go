// Package cli turns commands that are data into a command line: help, flags,
// exit codes, and the hand-over of a command to the program that owns the data.
//
// Exit codes: 0 done or yes, 1 failed or no, 2 unreadable input, wrong use or
// wrong configuration.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gongdao/gongdao/fault"
)

// Command is one verb, for example "opendata import".
type Command struct {
	Name    string // words as typed, without the program's name
	Args    string // what follows, for the usage line: "PATH..."
	Short   string // one line for the list of commands
	Long    string // more, for --help; optional
	MinArgs int    // fewer is wrong use
	MaxArgs int    // more is wrong use; -1 for any number
	Flags   []Flag
	Run     func(ctx context.Context, c *Call) error
}

// Flag is one option of a command.
type Flag struct {
	Name    string
	Default any // string, bool or int; decides the flag's type
	Usage   string
}

// Call is one use of a command. It can cross a process boundary, so it holds
// values only.
type Call struct {
	Dir    string         // the working directory of the caller, for relative paths
	Args   []string       // arguments without flags
	Flags  map[string]any // every flag of the command, given or default
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	TTY    bool // Stdout is a terminal
}

// String returns a flag that holds text.
func (c *Call) String(name string) string { s, _ := c.Flags[name].(string); return s }

// Bool returns a flag that is on or off.
func (c *Call) Bool(name string) bool { b, _ := c.Flags[name].(bool); return b }

// Int returns a flag that holds a whole number.
func (c *Call) Int(name string) int {
	switch n := c.Flags[name].(type) {
	case int:
		return n
	case float64: // after a crossing as JSON
		return int(n)
	}
	return 0
}

// ErrFailed ends a command with exit code 1 without a further message: what went
// wrong has been printed already.
var ErrFailed = errors.New("failed")

// Usage is wrong use or wrong configuration: exit code 2.
type Usage struct{ Err error }

// Error returns the cause.
func (u Usage) Error() string { return u.Err.Error() }

// Unwrap returns the cause.
func (u Usage) Unwrap() error { return u.Err }

// Program is the command line as a whole.
type Program struct {
	Name, Short string
	Flags       []Flag // of every command
	Commands    []Command
}

// Main runs the command that args name and returns the exit code.
func (p Program) Main(ctx context.Context, args []string, c Call) int {
	root := &cobra.Command{Use: p.Name, Short: p.Short, SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true}}
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	root.SetArgs(args)
	global := flags(root.PersistentFlags(), p.Flags)
	groups := map[string]*cobra.Command{"": root}
	for _, cmd := range p.Commands {
		words := strings.Fields(cmd.Name)
		parent := group(groups, root, words[:len(words)-1])
		parent.AddCommand(build(cmd, words[len(words)-1], global, c))
	}
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrFailed): // 2 where a forwarded call was wrong use
		return Code(err)
	}
	fmt.Fprintf(c.Stderr, "%s: %s\n", p.Name, message(err))
	return Code(err)
}

// Code is the exit code of an error.
func Code(err error) int {
	var usage Usage
	var known *fault.Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage), errors.Is(err, fault.Malformed):
		return 2
	case errors.As(err, &known), errors.Is(err, ErrFailed), errors.Is(err, context.Canceled):
		return 1
	case strings.HasPrefix(err.Error(), "unknown "), strings.Contains(err.Error(), "flag"):
		return 2 // cobra's own refusals have no type
	}
	return 1
}

func message(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	s := f.Error()
	for _, at := range f.Fields {
		s += fmt.Sprintf("\n  %s: %s", at.Location, at.Message())
	}
	return s
}

func group(groups map[string]*cobra.Command, parent *cobra.Command, words []string) *cobra.Command {
	path := ""
	for _, w := range words {
		path += " " + w
		if groups[path] == nil {
			groups[path] = &cobra.Command{Use: w, Short: "Commands of " + w}
			parent.AddCommand(groups[path])
		}
		parent = groups[path]
	}
	return parent
}

func build(cmd Command, word string, global []getter, base Call) *cobra.Command {
	use := strings.TrimSpace(word + " " + cmd.Args)
	cc := &cobra.Command{Use: use, Short: cmd.Short, Long: cmd.Long}
	cc.Args = func(_ *cobra.Command, args []string) error {
		if len(args) < cmd.MinArgs || cmd.MaxArgs >= 0 && len(args) > cmd.MaxArgs {
			return Usage{fmt.Errorf("use: %s %s; see --help", cmd.Name, cmd.Args)}
		}
		return nil
	}
	own := flags(cc.Flags(), cmd.Flags)
	cc.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return Usage{err} })
	cc.RunE = func(cc *cobra.Command, args []string) error {
		call := base
		call.Args = args
		call.Flags = map[string]any{}
		for _, g := range append(global, own...) {
			call.Flags[g.name] = g.get()
		}
		return cmd.Run(cc.Context(), &call)
	}
	return cc
}
