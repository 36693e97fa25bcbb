package app

import (
	"runtime"
	"syscall"
	"unsafe"
)

// The filter refuses what an application has no business with and what would undo its confinement. It is a list of
// refusals: the capability set and the missing kernel features do the rest.

const (
	auditArchX8664 = 0xC000003E
	x32Bit         = 0x40000000
	afVsock        = 40

	// Offsets in struct seccomp_data.
	offsetNr   = 0
	offsetArch = 4
	offsetArg0 = 16 // low half

	retAllow = 0x7fff0000
	retErrno = 0x00050000
	retKill  = 0x80000000 // the whole process

	// Flags of clone that make namespaces: NEWTIME is not one of clone's.
	namespaceFlags = syscall.CLONE_NEWNS | syscall.CLONE_NEWCGROUP | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC |
		syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET

	sysClone3    = 435
	prSetSeccomp = 22
	modeFilter   = 2
)

// refused answer EPERM, whatever their arguments.
var refused = []uint32{
	// Mounts and roots.
	syscall.SYS_MOUNT, syscall.SYS_UMOUNT2, syscall.SYS_PIVOT_ROOT, syscall.SYS_CHROOT, syscall.SYS_SWAPON, syscall.SYS_SWAPOFF,
	428 /* open_tree */, 429 /* move_mount */, 430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */, 442, /* mount_setattr */
	// Namespaces.
	syscall.SYS_UNSHARE, 308, /* setns */
	// Other processes' insides.
	syscall.SYS_PTRACE, 310 /* process_vm_readv */, 311 /* process_vm_writev */, 312 /* kcmp */, 440 /* process_madvise */, 438, /* pidfd_getfd */
	// The machine: reboot, other kernels, modules, its ports, name, clock and log.
	syscall.SYS_REBOOT, syscall.SYS_KEXEC_LOAD, 320 /* kexec_file_load */, syscall.SYS_INIT_MODULE, 313 /* finit_module */, syscall.SYS_DELETE_MODULE,
	syscall.SYS_IOPL, syscall.SYS_IOPERM, syscall.SYS_SETHOSTNAME, syscall.SYS_SETDOMAINNAME,
	syscall.SYS_SETTIMEOFDAY, 227 /* clock_settime */, syscall.SYS_SYSLOG, syscall.SYS_ACCT, syscall.SYS_QUOTACTL,
	// Large attack surfaces that servers do without.
	321 /* bpf */, 298 /* perf_event_open */, 323 /* userfaultfd */, 425, 426, 427, /* io_uring */
	syscall.SYS_ADD_KEY, syscall.SYS_REQUEST_KEY, syscall.SYS_KEYCTL,
	303 /* name_to_handle_at */, 304, /* open_by_handle_at */
}

// instruction is struct sock_filter.
type instruction struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

const (
	load  = 0x20 // BPF_LD | BPF_W | BPF_ABS
	jeq   = 0x15 // BPF_JMP | BPF_JEQ | BPF_K
	jge   = 0x35 // BPF_JMP | BPF_JGE | BPF_K
	jset  = 0x45 // BPF_JMP | BPF_JSET | BPF_K
	leave = 0x06 // BPF_RET | BPF_K
)

func filter() []instruction {
	eperm := instruction{leave, 0, 0, retErrno | uint32(syscall.EPERM)}
	enosys := instruction{leave, 0, 0, retErrno | uint32(syscall.ENOSYS)}
	allow := instruction{leave, 0, 0, retAllow}
	program := []instruction{
		// Another architecture numbers its calls differently: no list would fit it.
		{load, 0, 0, offsetArch},
		{jeq, 1, 0, auditArchX8664},
		{leave, 0, 0, retKill},
		{load, 0, 0, offsetNr},
		{jge, 0, 1, x32Bit},
		enosys,
		// socket(AF_VSOCK): the parent is the agent's to talk to. socketpair knows no vsock.
		{jeq, 0, 4, syscall.SYS_SOCKET},
		{load, 0, 0, offsetArg0},
		{jeq, 0, 1, afVsock},
		eperm,
		allow,
		// clone with a namespace flag. clone3 hides its flags in memory; ENOSYS makes C libraries use clone.
		{jeq, 0, 4, syscall.SYS_CLONE},
		{load, 0, 0, offsetArg0},
		{jset, 0, 1, namespaceFlags},
		eperm,
		allow,
		{jeq, 0, 1, sysClone3},
		enosys,
	}
	for _, number := range refused {
		program = append(program, instruction{jeq, 0, 1, number}, eperm)
	}
	return append(program, allow)
}

func installFilter() error {
	program := filter()
	header := struct {
		length  uint16
		program *instruction
	}{uint16(len(program)), &program[0]}
	err := raw("install", syscall.SYS_PRCTL, prSetSeccomp, modeFilter, uintptr(unsafe.Pointer(&header)))
	runtime.KeepAlive(program)
	return err
}
