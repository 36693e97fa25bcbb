module co.caution/bench/vsock

go 1.26

toolchain go1.26.8

require co.caution/enclaveos/guest v0.0.0

replace co.caution/enclaveos/guest => ../../../../enclaveos/guest
