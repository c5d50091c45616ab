//go:build cgo && linux

package olap

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// denied are the system calls a worker never needs. They answer EPERM. Landlock
// knows only TCP, and not all of it; here no socket can be made at all.
func denied() []uint32 {
	return []uint32{
		unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_ACCEPT4,
		unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV,
		unix.SYS_KCMP, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_SEND_SIGNAL,
		unix.SYS_IO_URING_SETUP, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
		unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_CHROOT, unix.SYS_PIVOT_ROOT,
		unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY,
		unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_REBOOT,
	}
}

// Offsets in struct seccomp_data (seccomp(2)), on a little-endian machine.
const (
	offsetCall = 0
	offsetArch = 4
	offsetArg0 = 16
)

// Return values and flags of a filter (linux/seccomp.h).
const (
	retAllow  = 0x7fff0000
	retErrno  = 0x00050000
	retKill   = 0x80000000
	modeSet   = 1 // SECCOMP_SET_MODE_FILTER
	flagTSync = 1 // SECCOMP_FILTER_FLAG_TSYNC: all threads, and no_new_privs on all
)

// denyCalls installs the filter on every thread. On machines other than amd64
// and arm64 it does nothing.
func denyCalls() error {
	var arch uint32
	switch runtime.GOARCH {
	case "amd64":
		arch = unix.AUDIT_ARCH_X86_64
	case "arm64":
		arch = unix.AUDIT_ARCH_AARCH64
	default:
		return nil
	}
	filter := callFilter(arch)
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, modeSet, flagTSync, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 && errno != unix.ENOSYS {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

// callFilter is the program: kill what calls as another machine, answer EPERM
// to what is denied and to new processes (new threads are allowed), and let
// clone3, whose flags a filter cannot see, be absent.
func callFilter(arch uint32) []unix.SockFilter {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		least = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		bits  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		ret   = unix.BPF_RET | unix.BPF_K
	)
	refuse := func(errno unix.Errno) unix.SockFilter {
		return unix.SockFilter{Code: ret, K: retErrno | uint32(errno)}
	}
	f := []unix.SockFilter{
		{Code: load, K: offsetArch},
		{Code: equal, Jt: 1, K: arch},
		{Code: ret, K: retKill},
		{Code: load, K: offsetCall},
	}
	for _, nr := range append(denied(), newProcess()...) {
		f = append(f, unix.SockFilter{Code: equal, Jf: 1, K: nr}, refuse(unix.EPERM))
	}
	if runtime.GOARCH == "amd64" { // the x32 calls
		f = append(f, unix.SockFilter{Code: least, Jf: 1, K: 0x40000000}, refuse(unix.EPERM))
	}
	return append(f,
		unix.SockFilter{Code: equal, Jf: 1, K: unix.SYS_CLONE3}, refuse(unix.ENOSYS),
		unix.SockFilter{Code: equal, Jf: 3, K: unix.SYS_CLONE},
		unix.SockFilter{Code: load, K: offsetArg0},
		unix.SockFilter{Code: bits, Jt: 1, K: unix.CLONE_THREAD}, refuse(unix.EPERM),
		unix.SockFilter{Code: ret, K: retAllow})
}
