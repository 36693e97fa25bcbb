module co.caution/enclaveos/guest

go 1.26

toolchain go1.26.8
