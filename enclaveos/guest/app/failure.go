package app

import "errors"

// Failure is a number for what EnclaveOS could not do, in the exit report beside the reason in words: a person reads the
// words, a program the number. docs/reference/enclaveos.md lists them. A number is never given a second meaning.
type Failure int

const (
	FailMounts      Failure = 10 // /dev, /proc, /sys or the control groups
	FailTruncated   Failure = 11 // the end marker of the last ramdisk is missing
	FailHeartbeat   Failure = 12 // the parent did not answer
	FailModule      Failure = 13 // the security module could not be opened
	FailEntropy     Failure = 14 // it gave no randomness, or the kernel did not take it
	FailLoopback    Failure = 15
	FailManifest    Failure = 16 // missing, or not one that this EnclaveOS reads
	FailKey         Failure = 17 // the key of the application's channel
	FailAttestation Failure = 18 // the attestation endpoint does not listen
	FailIngress     Failure = 19 // a port of the application, or its channel, does not listen
	FailEgress      Failure = 20 // an egress pair does not listen
	FailSocket      Failure = 21 // the application's socket does not listen
	FailMemory      Failure = 22 // the image fits, with nothing to spare
	FailCgroups     Failure = 23
	FailShim        Failure = 24 // the application's namespaces, or who builds its root in them
	FailPanic       Failure = 29 // a defect of the agent

	FailRoot   Failure = 30 // the application's root could not be prepared
	FailLaunch Failure = 31 // the application's program, user or working directory
	FailLost   Failure = 32 // the application ended, and how is not known
)

// failed carries the number along with the reason.
type failed struct {
	failure Failure
	error
}

func (f failed) Unwrap() error { return f.error }

// Failing gives an error its number; nil stays nil.
func Failing(failure Failure, err error) error {
	if err == nil {
		return nil
	}
	return failed{failure, err}
}

// FailureOf finds the number that an error was given.
func FailureOf(err error, otherwise Failure) Failure {
	var f failed
	if errors.As(err, &f) {
		return f.failure
	}
	return otherwise
}

// BootReport says what kept the application from being started.
func BootReport(err error, otherwise Failure) Report {
	return Report{Phase: "boot", Failure: FailureOf(err, otherwise), Error: err.Error()}
}
