module co.caution/enclaveos/host

go 1.26

toolchain go1.26.8
