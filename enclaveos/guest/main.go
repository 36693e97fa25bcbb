// EnclaveOS's agent. It is /init of ramdisk 0, so PID 1: it makes the machine ready, proves what runs to whoever
// asks, runs the application apart from itself, and says how that ended.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"co.caution/enclaveos/guest/app"
)

func main() {
	// The application's launcher is this same program: there is no other one in the image. It goes by argv[0],
	// because the kernel hands init the words of its command line that it does not know as arguments.
	if app.Main(os.Args[0]) {
		return
	}
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, "enclaveos: this is the init of an enclave; it runs as PID 1 only")
		os.Exit(64)
	}
	debug.SetMemoryLimit(32 << 20)
	end(run())
}

// run is the agent's whole life; what it returns is the exit report.
func run() (report app.Report) {
	defer func() {
		if p := recover(); p != nil {
			report = app.BootReport(fmt.Errorf("panic: %v", p), app.FailPanic)
		}
	}()
	machine, err := boot()
	if err != nil {
		return app.BootReport(err, app.FailPanic)
	}
	started, err := app.Start(machine.manifest, machine.hosts)
	if err != nil {
		return app.BootReport(fmt.Errorf("start the application: %w", err), app.FailShim)
	}
	logf("application started")
	return started.Wait()
}

// end reports and reboots: without ACPI that is the only way to stop, and the parent starts nothing again.
func end(report app.Report) {
	line := report.Line()
	logf("end: %s", report.Summary())
	if err := sendReport(line); err != nil {
		logf("exit report: %v", err)
	}
	syscall.Sync()
	err := syscall.Reboot(syscall.LINUX_REBOOT_CMD_RESTART)
	logf("reboot: %v", err)
	time.Sleep(time.Hour) // a PID 1 that returns is a kernel panic
}

// logf writes one line to the console. The host reads it, so it never carries what the application said.
func logf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "enclaveos: "+format+"\n", args...)
}
