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
	netlinkRoute   = 0
	afVsock        = 40

	// Offsets in struct seccomp_data.
	offsetNr   = 0
	offsetArch = 4
	offsetArg0 = 16 // low halves
	offsetArg2 = 32

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
	300 /* fanotify_init */, 443 /* quotactl_fd */, 447, /* memfd_secret: memory that nobody can look into or count */
	// Relics, and what only a machine with several memories or a debugger needs.
	134 /* uselib */, 153 /* vhangup */, 154 /* modify_ldt */, 156 /* _sysctl */, 174 /* create_module */, 177 /* get_kernel_syms */, 178 /* query_module */, 180, /* nfsservctl */
	212 /* lookup_dcookie */, 237 /* mbind */, 238 /* set_mempolicy */, 239 /* get_mempolicy */, 256 /* migrate_pages */, 279 /* move_pages */, 450, /* set_mempolicy_home_node */
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
		// socket: Unix, TCP and UDP, and of netlink what lists interfaces. Not AF_VSOCK: the parent is the agent's to talk
		// to. (socketpair knows none of the families that are refused here.) Of any other family this kernel has none.
		{jeq, 0, 12, syscall.SYS_SOCKET},
		{load, 0, 0, offsetArg0},
		{jeq, 8, 0, syscall.AF_UNIX},
		{jeq, 7, 0, syscall.AF_INET},
		{jeq, 6, 0, syscall.AF_INET6}, // the kernel says that it has none, which programs expect to hear
		{jeq, 2, 0, syscall.AF_NETLINK},
		{jeq, 5, 0, afVsock},
		{leave, 0, 0, retErrno | uint32(syscall.EAFNOSUPPORT)},
		{load, 0, 0, offsetArg2},
		{jeq, 1, 0, netlinkRoute},
		{leave, 0, 0, retErrno | uint32(syscall.EPROTONOSUPPORT)},
		allow,
		eperm,
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
