//go:build cgo && linux

package olap

import "golang.org/x/sys/unix"

// newProcess are the calls that make a process and have no flags.
func newProcess() []uint32 { return []uint32{unix.SYS_FORK, unix.SYS_VFORK, unix.SYS_ACCEPT} }
