package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"syscall"
)

const (
	markerPath = "/app/~end"
	marker     = "caution-end-1\n"

	bootParams = "/sys/kernel/boot_params/data"
	mib        = 1 << 20
)

// checkEndMarker looks for the last entry of the last ramdisk. A kernel that runs out of room while it unpacks
// says one line and starts init on whatever fitted; without this check that would run.
func checkEndMarker() error {
	text, err := os.ReadFile(markerPath)
	if err == nil && string(text) == marker {
		return nil
	}
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return err
	}
	have := uint64(info.Totalram) * uint64(info.Unit)
	advice := "give the enclave more memory"
	if size := ramdiskBytes(); size > 0 {
		advice = fmt.Sprintf("ramdisks of %d MiB need about memory_mb: %d", size/mib, memoryNeeded(size)/mib)
	}
	return fmt.Errorf("the file system is truncated: no end marker in %s; the kernel has %d MiB; %s",
		markerPath, have/mib, advice)
}

// memoryNeeded allows for the archive, its unpacked copy in a root of half the memory, and the system.
func memoryNeeded(ramdisks uint64) uint64 {
	const step = 64 * mib
	return (2*ramdisks + ramdisks/4 + 60*mib + step - 1) / step * step
}

// ramdiskBytes is the size that the boot loader handed over (boot protocol: ramdisk_size, ext_ramdisk_size).
func ramdiskBytes() uint64 {
	params, err := os.ReadFile(bootParams)
	if err != nil || len(params) < 0x220 {
		return 0
	}
	low := binary.LittleEndian.Uint32(params[0x21c:])
	high := binary.LittleEndian.Uint32(params[0x0c4:])
	return uint64(high)<<32 | uint64(low)
}

// logMemory says what there is, once everything is unpacked, and what of it the agent takes.
func logMemory() {
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return
	}
	unit := uint64(info.Unit)
	logf("memory: %d MiB, of which %d MiB are free; ramdisks of %d MiB", uint64(info.Totalram)*unit/mib,
		uint64(info.Freeram)*unit/mib, ramdiskBytes()/mib)
}
